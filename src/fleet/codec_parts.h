#pragma once

// The parts several messages share: a reader and a writer for nested messages, label sets,
// timestamps, enums. Included by the codec's sources only.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fleet/contract/time_point.h"
#include "model/labels.h"
#include "store/contract/store.h"
#include "wire/protobuf.h"

namespace aion::fleet::internal {

/// A wire::ProtoReader whose faults, in nested messages too, end up in one flag. A message must be
/// read until Next() is false.
class Reader {
 public:
  Reader(std::string_view bytes, bool* failed) : proto_(bytes), failed_(failed) {}

  bool Next() {
    if (proto_.Next()) return true;
    if (!proto_.ok()) *failed_ = true;
    return false;
  }
  uint32_t field() const { return proto_.field(); }
  void Skip() { proto_.Skip(); }
  int64_t Int64() { return proto_.Int64(); }
  int32_t Int32() { return proto_.Int32(); }
  uint64_t Uint64() { return proto_.Uint64(); }
  bool Bool() { return proto_.Bool(); }
  double Double() { return proto_.Double(); }
  std::string Text() { return proto_.Text(); }
  std::string_view Bytes() { return proto_.Bytes(); }
  Reader Message() { return Reader(proto_.Bytes(), failed_); }

 private:
  wire::ProtoReader proto_;
  bool* const failed_;
};

/// Calls `each` for every field of the message; kInvalidArgument when it, or a message in it, is
/// malformed.
template <typename Each>
Status DecodeFields(std::string_view message_name, std::string_view bytes, Each each) {
  bool failed = false;
  Reader reader(bytes, &failed);
  while (reader.Next()) each(reader);
  return failed
             ? InvalidArgumentError("decode " + std::string(message_name) + ": malformed message")
             : OkStatus();
}

/// A message being written; nested ones end when their Writer does. Not copyable: pass it as a
/// temporary.
class Writer {
 public:
  explicit Writer(std::string* out) : proto_(out) {}
  Writer(Writer& parent, uint32_t field)
      : proto_(parent.proto_.out()), begin_(proto_.Begin(field)) {}
  ~Writer() {
    if (begin_ != 0) proto_.End(begin_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  wire::ProtoWriter& proto() { return proto_; }

 private:
  wire::ProtoWriter proto_;
  size_t begin_ = 0;  // 0: the outermost message.
};

inline void AddText(Writer& writer, uint32_t field, std::string_view text) {
  writer.proto().Bytes(field, text);
}
inline void AddTexts(Writer& writer, uint32_t field, const std::vector<std::string>& texts) {
  writer.proto().Texts(field, texts);
}
inline void AddNumber(Writer& writer, uint32_t field, double value) {
  writer.proto().Double(field, value);
}
inline void AddInt(Writer& writer, uint32_t field, int64_t value) {
  writer.proto().Int64(field, value);
}
inline void AddUint(Writer& writer, uint32_t field, uint64_t value) {
  writer.proto().Uint64(field, value);
}
inline void AddBool(Writer& writer, uint32_t field, bool value) {
  writer.proto().Bool(field, value);
}
template <typename Enum>
void AddEnum(Writer& writer, uint32_t field, Enum value) {
  writer.proto().Int64(field, static_cast<int64_t>(value));
}

/// An enum value the peer may have invented reads as `fallback`.
template <typename Enum>
Enum ReadEnum(Reader& reader, Enum last, Enum fallback) {
  const int32_t value = reader.Int32();
  return value < 0 || value > static_cast<int32_t>(last) ? fallback : static_cast<Enum>(value);
}
inline store::PartialResponse ReadStrategy(Reader& reader) {
  return ReadEnum(reader, store::PartialResponse::kAbort, store::PartialResponse::kAbort);
}

void AddLabelSet(Writer& writer, uint32_t field, model::LabelsView labels);
model::Labels ReadLabelSet(Reader& reader);

void AddTime(Writer& writer, uint32_t field, TimePoint time);
TimePoint ReadTime(Reader& reader);

}  // namespace aion::fleet::internal
