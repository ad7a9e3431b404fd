#pragma once

// The parts several messages share: label sets, timestamps, enums, text. Included by the codec's sources only.

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "base/status.h"
#include "fleet/contract/time_point.h"
#include "model/labels.h"
#include "store/contract/store.h"

namespace aion::fleet::internal {

using protozero::pbf_reader;
using protozero::pbf_writer;

inline std::string_view ViewOf(const protozero::data_view& data) { return {data.data(), data.size()}; }
inline pbf_reader ReaderOf(std::string_view bytes) { return pbf_reader(bytes.data(), bytes.size()); }
inline std::string_view ReadView(pbf_reader& reader) { return ViewOf(reader.get_view()); }
inline std::string ReadText(pbf_reader& reader) { return std::string(ReadView(reader)); }

/// Runs a decoder over protozero, whose errors are exceptions, and gives them as a Status.
template <typename Body>
Status Decoding(std::string_view message_name, Body body) {
  try {
    return body();
  } catch (const std::exception& error) {
    return InvalidArgumentError("decode " + std::string(message_name) + ": malformed message: " + error.what());
  }
}

inline void AddText(pbf_writer& writer, protozero::pbf_tag_type tag, std::string_view text) {
  if (!text.empty()) writer.add_bytes(tag, text.data(), text.size());
}
inline void AddNumber(pbf_writer& writer, protozero::pbf_tag_type tag, double value) {
  if (value != 0) writer.add_double(tag, value);
}
inline void AddInt(pbf_writer& writer, protozero::pbf_tag_type tag, int64_t value) {
  if (value != 0) writer.add_int64(tag, value);
}
template <typename Enum>
void AddEnum(pbf_writer& writer, protozero::pbf_tag_type tag, Enum value) {
  if (static_cast<int32_t>(value) != 0) writer.add_enum(tag, static_cast<int32_t>(value));
}
inline void AddBool(pbf_writer& writer, protozero::pbf_tag_type tag, bool value) {
  if (value) writer.add_bool(tag, true);
}

/// An enum value the peer may have invented reads as `fallback`.
template <typename Enum>
Enum ReadEnum(pbf_reader& reader, Enum last, Enum fallback) {
  const int32_t value = reader.get_enum();
  return value < 0 || value > static_cast<int32_t>(last) ? fallback : static_cast<Enum>(value);
}
inline store::PartialResponse ReadStrategy(pbf_reader& reader) {
  return ReadEnum(reader, store::PartialResponse::kAbort, store::PartialResponse::kAbort);
}

void AddLabelSet(pbf_writer& writer, protozero::pbf_tag_type tag, model::LabelsView labels);
model::Labels ReadLabelSet(pbf_reader& reader);

void AddTime(pbf_writer& writer, protozero::pbf_tag_type tag, TimePoint time);
TimePoint ReadTime(pbf_reader& reader);

}  // namespace aion::fleet::internal
