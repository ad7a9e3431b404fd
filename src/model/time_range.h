#pragma once

// The two time ranges of the field, as two types because their ends differ: a block holds [min,
// max), a query asks for [min, max]. Milliseconds. Plain values.

#include <algorithm>

#include "base/clock.h"

namespace aion::model {

/// Half-open: min <= t < max.
struct BlockRange {
  TimestampMs min = 0;
  TimestampMs max = 0;
  bool Contains(TimestampMs t) const { return min <= t && t < max; }
  bool operator==(const BlockRange&) const = default;
};

/// Closed: min <= t <= max.
struct QueryRange {
  TimestampMs min = kTimestampMin;
  TimestampMs max = kTimestampMax;
  bool Contains(TimestampMs t) const { return min <= t && t <= max; }
  bool Overlaps(const BlockRange& block) const { return min < block.max && block.min <= max; }
  bool Overlaps(const QueryRange& other) const { return min <= other.max && other.min <= max; }
  bool operator==(const QueryRange&) const = default;
};

}  // namespace aion::model
