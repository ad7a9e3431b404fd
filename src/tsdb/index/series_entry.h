#pragma once

// One series of an index: its labels as symbol references and where its chunks lie.
//
//   entry := uvarint size { uvarint labels { uvarint name, uvarint value }*
//                           uvarint chunks { times and references, delta coded }* } be32 CRC32C
//
// Pure functions over the bytes of an entry, for local indexes and for byte ranges fetched from a
// bucket alike. The struct is reused from entry to entry, so that the steady state allocates
// nothing. Hostile bytes give kDataLoss.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "model/time_range.h"
#include "tsdb/index/format.h"
#include "tsdb/index/symbols.h"

namespace aion::tsdb {

struct LabelRefs {
  uint32_t name = 0;
  uint32_t value = 0;
  bool operator==(const LabelRefs&) const = default;
};

/// A chunk reference: number of the segment file from 0 in the upper, byte offset in it in the
/// lower 32 bits.
using ChunkRef = uint64_t;
inline constexpr uint32_t SegmentIndex(ChunkRef ref) { return static_cast<uint32_t>(ref >> 32); }
inline constexpr uint32_t SegmentOffset(ChunkRef ref) { return static_cast<uint32_t>(ref); }
inline constexpr ChunkRef MakeChunkRef(uint32_t segment, uint32_t offset) {
  return uint64_t{segment} << 32 | offset;
}

struct ChunkMeta {
  TimestampMs min_time = 0;  ///< Inclusive.
  TimestampMs max_time = 0;  ///< Inclusive.
  ChunkRef ref = 0;
  bool operator==(const ChunkMeta&) const = default;
};

struct SeriesEntry {
  std::vector<LabelRefs> labels;
  std::vector<ChunkMeta> chunks;  ///< In file order, which is by time unless the block is damaged.
};

/// Bytes of the whole entry with its length and CRC, from its first bytes (10 always suffice).
/// kOutOfRange when they end inside the length.
StatusOr<uint64_t> SeriesEntrySize(std::string_view bytes);

/// The body of the entry that begins at `bytes[0]`. kOutOfRange when `bytes` ends before the entry
/// does: fetch SeriesEntrySize() bytes. kDataLoss when the CRC does not fit.
StatusOr<std::string_view> SeriesEntryBody(std::string_view bytes,
                                           CrcCheck crc_check = CrcCheck::kVerify);

/// Replaces `out` by the entry of `body`, with the chunks that overlap `range` only.
Status DecodeSeriesEntry(std::string_view body, const model::QueryRange& range, SeriesEntry* out);

/// Labels only: `out->chunks` is left empty and the chunks' bytes are not looked at.
Status DecodeSeriesLabels(std::string_view body, SeriesEntry* out);

/// Appends the labels in the packed form of model::Labels. Labels out of order (old blocks hold
/// some) are sorted, empty values dropped. kDataLoss on an unknown symbol or a repeated name; `out`
/// is then as before.
Status AppendPackedLabels(const std::vector<LabelRefs>& labels, const SymbolTable& symbols,
                          std::string* out);

/// Appends the entry without padding. The caller keeps the order of labels and chunks.
void AppendSeriesEntry(const std::vector<LabelRefs>& labels, const std::vector<ChunkMeta>& chunks,
                       std::string* out);

}  // namespace aion::tsdb
