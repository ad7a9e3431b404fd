#pragma once

// TimePoint: a wall-clock moment to the nanosecond, as the rules and targets APIs carry it (Go's
// time.Time, protobuf's Timestamp). Deduplication of replicas compares these, so milliseconds are
// not enough. A plain value; the default is Go's zero time, which is what "never evaluated" looks
// like on every wire.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"

namespace aion::fleet {

inline constexpr int64_t kGoZeroTimeSeconds = -62135596800;  ///< 0001-01-01T00:00:00Z.

struct TimePoint {
  int64_t unix_seconds = kGoZeroTimeSeconds;
  int32_t nanos = 0;  ///< In [0, 1e9).

  auto operator<=>(const TimePoint&) const = default;
  bool IsZero() const { return unix_seconds == kGoZeroTimeSeconds && nanos == 0; }
  static TimePoint FromMs(TimestampMs time);
};

/// RFC 3339 in UTC with as many fraction digits as are needed: Go's RFC3339Nano.
std::string FormatTimePoint(TimePoint time);
/// Any RFC 3339 time; digits past the nanosecond are cut. kInvalidArgument names the text.
StatusOr<TimePoint> ParseTimePoint(std::string_view text);

}  // namespace aion::fleet
