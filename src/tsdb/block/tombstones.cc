#include "tsdb/block/tombstones.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"

namespace aion::tsdb {
namespace {

constexpr size_t kHeaderSize = 5;
constexpr size_t kCrcBytes = 4;

/// `time` - 1 without overflow.
TimestampMs Before(TimestampMs time) { return time == kTimestampMin ? time : time - 1; }

/// Sorts and merges: linear after the sort, whatever order a file has its rows in.
Intervals Normalize(Intervals rows) {
  std::sort(rows.begin(), rows.end(),
            [](const Interval& a, const Interval& b) { return a.min < b.min; });
  Intervals merged;
  for (const Interval& row : rows) {
    if (row.min > row.max) continue;
    if (!merged.empty() && Before(row.min) <= merged.back().max) {
      merged.back().max = std::max(merged.back().max, row.max);
    } else {
      merged.push_back(row);
    }
  }
  return merged;
}

}  // namespace

void AddInterval(const Interval& interval, Intervals* intervals) {
  if (interval.min > interval.max) return;
  // [first, last) are the intervals that overlap the new one or end a millisecond before it, or
  // begin one after it.
  const auto first =
      std::partition_point(intervals->begin(), intervals->end(),
                           [&](const Interval& old) { return old.max < Before(interval.min); });
  const auto last = std::partition_point(first, intervals->end(), [&](const Interval& old) {
    return Before(old.min) <= interval.max;
  });
  Interval merged = interval;
  for (auto it = first; it != last; ++it)
    merged = {std::min(merged.min, it->min), std::max(merged.max, it->max)};
  intervals->insert(intervals->erase(first, last), merged);
}

bool CoversRange(const Intervals& intervals, TimestampMs min, TimestampMs max) {
  return std::any_of(intervals.begin(), intervals.end(), [&](const Interval& interval) {
    return interval.min <= min && max <= interval.max;
  });
}

StatusOr<Tombstones> ParseTombstones(std::string_view bytes) {
  if (bytes.size() < kHeaderSize + kCrcBytes) {
    return DataLossError(fmt::format("tombstones: too short: {} bytes", bytes.size()));
  }
  ByteCursor header(bytes);
  if (const uint32_t magic = header.Be32(); magic != kTombstonesMagic) {
    return DataLossError(fmt::format("tombstones: invalid magic number {:x}", magic));
  }
  if (const uint8_t version = header.U8(); version != 1) {
    return UnimplementedError(fmt::format("tombstones: invalid tombstone format {:x}", version));
  }
  const std::string_view rows = bytes.substr(kHeaderSize, bytes.size() - kHeaderSize - kCrcBytes);
  if (ByteCursor(bytes.substr(bytes.size() - kCrcBytes)).Be32() != Crc32c(rows)) {
    return DataLossError("tombstones: checksum did not match");
  }
  Tombstones tombstones;
  ByteCursor cursor(rows);
  while (!cursor.AtEnd()) {
    const uint64_t ref = cursor.Uvarint();
    const TimestampMs min = cursor.Varint();
    const TimestampMs max = cursor.Varint();
    if (!cursor.ok()) return DataLossError("tombstones: malformed row");
    tombstones[ref].push_back({min, max});
  }
  for (auto& [ref, intervals] : tombstones) intervals = Normalize(std::move(intervals));
  return tombstones;
}

std::string PrintTombstones(const Tombstones& tombstones) {
  std::string out;
  PutBe32(&out, kTombstonesMagic);
  PutU8(&out, 1);
  for (const auto& [ref, intervals] : tombstones) {
    for (const Interval& interval : intervals) {
      PutUvarint(&out, ref);
      PutVarint(&out, interval.min);
      PutVarint(&out, interval.max);
    }
  }
  PutBe32(&out, Crc32c(std::string_view(out).substr(kHeaderSize)));
  return out;
}

}  // namespace aion::tsdb
