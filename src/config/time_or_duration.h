#pragma once

// TimeOrDuration: a point in time given in RFC 3339, or relative to now as a model duration
// ("-1d"). A relative one moves with the clock: ask At() at every use.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/duration.h"
#include "base/status.h"

namespace aion::config {

class TimeOrDuration {
 public:
  TimeOrDuration() = default;
  static TimeOrDuration Fixed(TimestampMs time) { return TimeOrDuration(false, time); }
  static TimeOrDuration Relative(DurationMs offset) { return TimeOrDuration(true, offset); }
  /// Errors carry the texts of the model duration.
  static StatusOr<TimeOrDuration> Parse(std::string_view text);

  /// The time meant when the clock says `now`; does not overflow.
  TimestampMs At(TimestampMs now) const;
  bool is_relative() const { return relative_; }
  std::string ToString() const;

 private:
  TimeOrDuration(bool relative, int64_t value) : relative_(relative), value_(value) {}
  bool relative_ = false;
  int64_t value_ = 0;
};

}  // namespace aion::config
