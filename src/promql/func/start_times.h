#pragma once

// Start timestamps: since when a counter's value counts. 0 means unknown.

#include "base/clock.h"

namespace aion::promql {

/// Whether the counter began anew between two samples, by their start timestamps. A start equal to
/// the sample's own time, or later, says nothing. A start equal to the previous sample's time is a
/// reset for deltas, but not where the previous start is unknown or invalid.
inline bool IsStartReset(TimestampMs previous_start, TimestampMs previous_time, TimestampMs start,
                         TimestampMs time) {
  if (start == 0 || start >= time || start < previous_time) return false;
  if (start > previous_time) return true;
  if (previous_start > previous_time) return false;
  return previous_start != 0 && previous_start != previous_time;
}

/// A start before the previous sample that is not the previous sample's start: the source is
/// inconsistent.
inline bool StartsOverlap(TimestampMs previous_start, TimestampMs previous_time,
                          TimestampMs start) {
  return start != 0 && start < previous_time && start != previous_start;
}

}  // namespace aion::promql
