#pragma once

// Time: TimestampMs is the field's unit (milliseconds since the Unix epoch, signed); Clock is where
// "now" comes from, so that tests and the simulation can move it. Thread-safe.

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/status.h"

namespace aion {

using TimestampMs = int64_t;
inline constexpr TimestampMs kTimestampMin = std::numeric_limits<int64_t>::min();
inline constexpr TimestampMs kTimestampMax = std::numeric_limits<int64_t>::max();

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimestampMs NowMs() const = 0;
  /// The process' wall clock. Never destroyed.
  static const Clock& System();
};

class FakeClock : public Clock {
 public:
  explicit FakeClock(TimestampMs now_ms) : now_ms_(now_ms) {}
  TimestampMs NowMs() const override { return now_ms_; }
  void Advance(int64_t ms) { now_ms_ += ms; }

 private:
  TimestampMs now_ms_;
};

/// "2026-01-01T00:00:00Z", with a fraction only when there is one (RFC 3339, UTC).
std::string FormatRfc3339(TimestampMs time);
/// Reads RFC 3339 with any fraction and offset; the fraction is cut to milliseconds.
StatusOr<TimestampMs> ParseRfc3339(std::string_view text);

}  // namespace aion
