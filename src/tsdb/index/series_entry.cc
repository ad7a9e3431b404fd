#include "tsdb/index/series_entry.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/labels.h"

namespace aion::tsdb {
namespace {

constexpr size_t kUvarintSizeMax = 10;

Status DecodeLabels(ByteCursor* cursor, std::vector<LabelRefs>* labels) {
  labels->clear();
  const uint64_t count = cursor->Uvarint();
  if (!cursor->ok() || count > cursor->remaining() / 2) {
    return DataLossError(
        fmt::format("series entry: {} labels claimed in {} bytes", count, cursor->remaining()));
  }
  labels->reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t name = cursor->Uvarint();
    const uint64_t value = cursor->Uvarint();
    if (!cursor->ok() || (name | value) > std::numeric_limits<uint32_t>::max()) {
      return DataLossError(fmt::format("series entry: malformed label {} of {}", i, count));
    }
    labels->push_back({static_cast<uint32_t>(name), static_cast<uint32_t>(value)});
  }
  return OkStatus();
}

/// Times are added as unsigned numbers: hostile deltas wrap instead of overflowing.
TimestampMs Add(TimestampMs time, uint64_t delta) {
  return static_cast<TimestampMs>(static_cast<uint64_t>(time) + delta);
}

}  // namespace

StatusOr<uint64_t> SeriesEntrySize(std::string_view bytes) {
  ByteCursor cursor(bytes.substr(0, kUvarintSizeMax));
  const uint64_t size = cursor.Uvarint();
  if (!cursor.ok()) {
    if (bytes.size() < kUvarintSizeMax)
      return OutOfRangeError("series entry: bytes end inside the length");
    return DataLossError("series entry: malformed length");
  }
  if (size > std::numeric_limits<uint32_t>::max()) {
    return DataLossError(fmt::format("series entry: impossible length {}", size));
  }
  return cursor.offset() + size + kCrcSize;
}

StatusOr<std::string_view> SeriesEntryBody(std::string_view bytes, CrcCheck crc_check) {
  ASSIGN_OR_RETURN(const uint64_t size, SeriesEntrySize(bytes));
  if (size > bytes.size()) {
    return OutOfRangeError(
        fmt::format("series entry: {} bytes claimed, {} there", size, bytes.size()));
  }
  ByteCursor cursor(bytes);
  const std::string_view body = cursor.UvarintBytes();
  const uint32_t crc = cursor.Be32();
  if (crc_check == CrcCheck::kVerify && Crc32c(body) != crc)
    return DataLossError("series entry: invalid checksum");
  return body;
}

Status DecodeSeriesEntry(std::string_view body, const model::QueryRange& range, SeriesEntry* out) {
  out->chunks.clear();
  ByteCursor cursor(body);
  RETURN_IF_ERROR(DecodeLabels(&cursor, &out->labels));
  const uint64_t count = cursor.Uvarint();
  if (!cursor.ok() || count > cursor.remaining() / 3) {
    return DataLossError(
        fmt::format("series entry: {} chunks claimed in {} bytes", count, cursor.remaining()));
  }
  ChunkMeta chunk;
  for (uint64_t i = 0; i < count; ++i) {
    chunk.min_time = i == 0 ? cursor.Varint() : Add(chunk.max_time, cursor.Uvarint());
    chunk.max_time = Add(chunk.min_time, cursor.Uvarint());
    chunk.ref = i == 0 ? cursor.Uvarint() : chunk.ref + static_cast<uint64_t>(cursor.Varint());
    if (range.min <= chunk.max_time && chunk.min_time <= range.max) out->chunks.push_back(chunk);
  }
  if (!cursor.ok())
    return DataLossError(fmt::format("series entry: malformed chunk among {}", count));
  return OkStatus();
}

Status DecodeSeriesLabels(std::string_view body, SeriesEntry* out) {
  out->chunks.clear();
  ByteCursor cursor(body);
  return DecodeLabels(&cursor, &out->labels);
}

namespace {

Status AppendSortedLabels(const std::vector<LabelRefs>& labels, const SymbolTable& symbols,
                          std::string* out) {
  std::vector<model::LabelView> views;
  for (const LabelRefs& refs : labels) {
    model::LabelView view;
    if (!symbols.Lookup(refs.name, &view.name) || !symbols.Lookup(refs.value, &view.value)) {
      return DataLossError(
          fmt::format("series entry: unknown symbol reference {} or {}", refs.name, refs.value));
    }
    if (view.name.empty()) return DataLossError("series entry: empty label name");
    if (!view.value.empty()) views.push_back(view);
  }
  std::sort(views.begin(), views.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  for (size_t i = 0; i + 1 < views.size(); ++i) {
    if (views[i].name == views[i + 1].name) {
      return DataLossError(fmt::format("series entry: label name twice: {}", views[i].name));
    }
  }
  for (const model::LabelView& view : views) model::AppendPackedLabel(out, view.name, view.value);
  return OkStatus();
}

}  // namespace

Status AppendPackedLabels(const std::vector<LabelRefs>& labels, const SymbolTable& symbols,
                          std::string* out) {
  const size_t size_before = out->size();
  std::string_view name_before;
  std::string_view name;
  std::string_view value;
  for (const LabelRefs& refs : labels) {
    const bool known = symbols.Lookup(refs.name, &name) && symbols.Lookup(refs.value, &value);
    if (!known || name <= name_before || value.empty()) [[unlikely]] {
      out->resize(size_before);
      return AppendSortedLabels(labels, symbols, out);
    }
    model::AppendPackedLabel(out, name, value);
    name_before = name;
  }
  return OkStatus();
}

void AppendSeriesEntry(const std::vector<LabelRefs>& labels, const std::vector<ChunkMeta>& chunks,
                       std::string* out) {
  std::string body;
  PutUvarint(&body, labels.size());
  for (const LabelRefs& label : labels) {
    PutUvarint(&body, label.name);
    PutUvarint(&body, label.value);
  }
  PutUvarint(&body, chunks.size());
  for (size_t i = 0; i < chunks.size(); ++i) {
    const ChunkMeta& chunk = chunks[i];
    const auto length =
        static_cast<uint64_t>(chunk.max_time) - static_cast<uint64_t>(chunk.min_time);
    if (i == 0) {
      PutVarint(&body, chunk.min_time);
      PutUvarint(&body, length);
      PutUvarint(&body, chunk.ref);
      continue;
    }
    PutUvarint(&body, static_cast<uint64_t>(chunk.min_time) -
                          static_cast<uint64_t>(chunks[i - 1].max_time));
    PutUvarint(&body, length);
    PutVarint(&body, static_cast<int64_t>(chunk.ref - chunks[i - 1].ref));
  }
  PutUvarintBytes(out, body);
  PutBe32(out, Crc32c(body));
}

}  // namespace aion::tsdb
