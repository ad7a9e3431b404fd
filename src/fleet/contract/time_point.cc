#include "fleet/contract/time_point.h"

#include <fmt/core.h>

namespace aion::fleet {

TimePoint TimePoint::FromMs(TimestampMs time) {
  int64_t seconds = time / 1000;
  int64_t ms = time % 1000;
  if (ms < 0) {
    ms += 1000;
    --seconds;
  }
  return TimePoint{seconds, static_cast<int32_t>(ms * 1'000'000)};
}

std::string FormatTimePoint(TimePoint time) {
  // Years past 9999 would not be RFC 3339; a peer that sends one gets the last moment that is.
  constexpr int64_t kLastSecond = 253402300799;
  if (time.unix_seconds > kLastSecond || time.unix_seconds < kGoZeroTimeSeconds) {
    time = time.unix_seconds > 0 ? TimePoint{kLastSecond, 0} : TimePoint{};
  }
  std::string text = FormatRfc3339(time.unix_seconds * 1000);
  if (time.nanos <= 0) return text;
  text.pop_back();  // The 'Z'.
  text += fmt::format(".{:09}", time.nanos);
  while (text.back() == '0') text.pop_back();
  return text + "Z";
}

StatusOr<TimePoint> ParseTimePoint(std::string_view text) {
  ASSIGN_OR_RETURN(const TimestampMs ms, ParseRfc3339(text));
  TimePoint time = TimePoint::FromMs(ms);
  constexpr size_t kFractionOffset = 19;  // "2006-01-02T15:04:05" before the '.'.
  time.nanos = 0;
  if (text.size() > kFractionOffset && text[kFractionOffset] == '.') {
    int32_t unit = 100'000'000;
    for (size_t at = kFractionOffset + 1; at < text.size() && text[at] >= '0' && text[at] <= '9';
         ++at) {
      time.nanos += unit * (text[at] - '0');
      unit /= 10;
    }
  }
  return time;
}

}  // namespace aion::fleet
