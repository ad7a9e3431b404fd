#include "config/time_or_duration.h"

#include <limits>

namespace aion::config {

StatusOr<TimeOrDuration> TimeOrDuration::Parse(std::string_view text) {
  if (const auto time = ParseRfc3339(text); time.ok()) return Fixed(*time);
  const bool negative = text.starts_with('-');
  ASSIGN_OR_RETURN(const DurationMs offset, ParseModelDuration(text.substr(negative ? 1 : 0)));
  return Relative(negative ? -offset : offset);
}

TimestampMs TimeOrDuration::At(TimestampMs now) const {
  if (!relative_) return value_;
  TimestampMs time;
  if (!__builtin_add_overflow(now, value_, &time)) return time;
  return value_ < 0 ? kTimestampMin : kTimestampMax;
}

std::string TimeOrDuration::ToString() const {
  return relative_ ? FormatModelDuration(value_) : FormatRfc3339(value_);
}

}  // namespace aion::config
