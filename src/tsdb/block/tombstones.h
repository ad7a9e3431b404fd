#pragma once

// Tombstones: time intervals of series that were deleted but not yet rewritten.
//
//   file := be32 magic, version 1, rows, be32 CRC32C over the rows
//   row  := uvarint series reference, varint min, varint max
//
// Intervals are closed, and a series' intervals are kept sorted and apart. Plain values; hostile
// bytes give kDataLoss.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace aion::tsdb {

inline constexpr uint32_t kTombstonesMagic = 0x0130BA30;
inline constexpr std::string_view kTombstonesFileName = "tombstones";

/// Closed: min <= t <= max is deleted.
struct Interval {
  TimestampMs min = 0;
  TimestampMs max = 0;
  bool operator==(const Interval&) const = default;
};

/// Sorted by time; neighbours neither overlap nor touch.
using Intervals = std::vector<Interval>;

/// Adds an interval, merging it with those it overlaps or touches. One with min > max is ignored.
void AddInterval(const Interval& interval, Intervals* intervals);

/// True when a chunk of [min, max] lies wholly inside one interval.
bool CoversRange(const Intervals& intervals, TimestampMs min, TimestampMs max);

/// By series reference, as the index of the same block holds it.
using Tombstones = std::map<uint64_t, Intervals>;

StatusOr<Tombstones> ParseTombstones(std::string_view bytes);
std::string PrintTombstones(const Tombstones& tombstones);

}  // namespace aion::tsdb
