#pragma once

// ProtoReader and ProtoWriter: the protobuf wire format, for the sources of this room.
//
// The reader views its bytes, checks every bound through ByteCursor and fails for good at the first
// fault, so that a decoder may read a whole message and ask `ok()` once. A known field of another
// wire type is a fault, as upstream's generated decoders have it; unknown fields are skipped. The
// writer appends to a string; zero values are left out, as proto3 does. Neither allocates besides
// the string. Not thread-safe.

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"

namespace aion::wire {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

class ProtoReader {
 public:
  explicit ProtoReader(std::string_view bytes) : cursor_(bytes) {}

  /// Moves to the next field; false at the end or after a fault. The field must then be read or
  /// skipped.
  bool Next() {
    if (cursor_.AtEnd()) return false;
    const uint64_t key = cursor_.Uvarint();
    field_ = static_cast<uint32_t>(key >> 3);
    type_ = static_cast<WireType>(key & 7);
    if (key >> 3 == 0 || key >> 32 != 0) cursor_.Fail();
    return cursor_.ok();
  }
  uint32_t field() const { return field_; }
  WireType type() const { return type_; }
  bool ok() const { return cursor_.ok(); }
  void Fail() { cursor_.Fail(); }

  uint64_t Uint64() { return Expect(WireType::kVarint) ? cursor_.Uvarint() : 0; }
  int64_t Int64() { return static_cast<int64_t>(Uint64()); }
  int32_t Int32() { return static_cast<int32_t>(Uint64()); }
  uint32_t Uint32() { return static_cast<uint32_t>(Uint64()); }
  bool Bool() { return Uint64() != 0; }
  int64_t Sint64() {
    const uint64_t zigzag = Uint64();
    return static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
  }
  int32_t Sint32() { return static_cast<int32_t>(Sint64()); }
  double Double() { return Expect(WireType::kFixed64) ? Fixed64(cursor_) : 0; }
  /// A string, bytes or message. Views the reader's bytes.
  std::string_view Bytes() {
    return Expect(WireType::kBytes) ? cursor_.UvarintBytes() : std::string_view();
  }
  std::string Text() { return std::string(Bytes()); }

  /// One field of a repeated number, packed or not: `read` takes the cursor and reads one element.
  template <typename Read>
  void Repeated(WireType element, Read&& read) {
    if (type_ == element) return read(cursor_);
    ByteCursor packed(Bytes());
    while (!packed.AtEnd()) read(packed);
    if (!packed.ok()) cursor_.Fail();
  }
  static double Fixed64(ByteCursor& cursor) {
    return std::bit_cast<double>(__builtin_bswap64(cursor.Be64()));
  }

  void Skip() {
    switch (type_) {
      case WireType::kVarint:
        cursor_.Uvarint();
        return;
      case WireType::kFixed64:
        cursor_.Skip(8);
        return;
      case WireType::kBytes:
        cursor_.UvarintBytes();
        return;
      case WireType::kFixed32:
        cursor_.Skip(4);
        return;
    }
    cursor_.Fail();  // Groups and unassigned types.
  }

 private:
  bool Expect(WireType type) {
    if (type_ == type) return true;
    cursor_.Fail();
    return false;
  }

  ByteCursor cursor_;
  uint32_t field_ = 0;
  WireType type_ = WireType::kVarint;
};

/// The Status of a decoder that has read `reader` to its end.
inline Status DecodeStatus(const ProtoReader& reader, std::string_view message) {
  return reader.ok()
             ? OkStatus()
             : InvalidArgumentError("decode " + std::string(message) + ": malformed message");
}

constexpr size_t UvarintSize(uint64_t value) {
  return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7;
}

class ProtoWriter {
 public:
  explicit ProtoWriter(std::string* out) : out_(out) {}

  void Uint64(uint32_t field, uint64_t value) {
    if (value == 0) return;
    Key(field, WireType::kVarint);
    PutUvarint(out_, value);
  }
  void Int64(uint32_t field, int64_t value) { Uint64(field, static_cast<uint64_t>(value)); }
  void Bool(uint32_t field, bool value) { Uint64(field, value ? 1 : 0); }
  void Sint64(uint32_t field, int64_t value) { Uint64(field, ZigZag(value)); }
  void Double(uint32_t field, double value) {
    if (std::bit_cast<uint64_t>(value) != 0) AlwaysDouble(field, value);
  }
  /// For members of a oneof, which are there even when zero.
  void AlwaysDouble(uint32_t field, double value) {
    Key(field, WireType::kFixed64);
    RawDouble(value);
  }
  void AlwaysUint64(uint32_t field, uint64_t value) {
    Key(field, WireType::kVarint);
    PutUvarint(out_, value);
  }
  void Bytes(uint32_t field, std::string_view value) {
    if (!value.empty()) AlwaysBytes(field, value);
  }
  /// For elements of repeated fields and members of a oneof.
  void AlwaysBytes(uint32_t field, std::string_view value) {
    Key(field, WireType::kBytes);
    PutUvarintBytes(out_, value);
  }
  void Texts(uint32_t field, const std::vector<std::string>& values) {
    for (const std::string& value : values) AlwaysBytes(field, value);
  }

  /// A nested message: what is written between Begin and End. Messages over 127 bytes are moved by
  /// a few bytes.
  [[nodiscard]] size_t Begin(uint32_t field) {
    Key(field, WireType::kBytes);
    out_->push_back('\0');
    return out_->size();
  }
  void End(size_t begin) {
    const size_t size = out_->size() - begin;
    if (size < 0x80) {
      (*out_)[begin - 1] = static_cast<char>(size);
      return;
    }
    std::string prefix;
    PutUvarint(&prefix, size);
    out_->replace(begin - 1, 1, prefix);
  }

  /// The same for large messages: the length takes five bytes whatever it is, which is as valid,
  /// and nothing moves.
  [[nodiscard]] size_t BeginLarge(uint32_t field) {
    Key(field, WireType::kBytes);
    out_->append(kLargeLength, '\0');
    return out_->size();
  }
  void EndLarge(size_t begin) {
    size_t size = out_->size() - begin;
    for (size_t i = begin - kLargeLength; i < begin; ++i, size >>= 7) {
      (*out_)[i] = static_cast<char>((size & 0x7f) | (i + 1 < begin ? 0x80 : 0));
    }
  }

  void Key(uint32_t field, WireType type) {
    PutUvarint(out_, field << 3 | static_cast<uint32_t>(type));
  }
  void RawDouble(double value) { PutBe64(out_, __builtin_bswap64(std::bit_cast<uint64_t>(value))); }
  static uint64_t ZigZag(int64_t value) {
    return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
  }
  std::string* out() { return out_; }

 private:
  static constexpr size_t kLargeLength = 5;

  std::string* const out_;
};

}  // namespace aion::wire
