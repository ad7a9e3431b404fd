#include "base/clock.h"

#include <fmt/core.h>

#include <charconv>

namespace aion {
namespace {

class SystemClock : public Clock {
 public:
  TimestampMs NowMs() const override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
};

constexpr int64_t kDayMs = 86'400'000;

bool ReadDigits(std::string_view text, size_t offset, size_t count, int* out) {
  if (offset + count > text.size()) return false;
  int value = 0;
  for (size_t i = offset; i < offset + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  *out = value;
  return true;
}

}  // namespace

const Clock& Clock::System() {
  static const SystemClock* const kClock = new SystemClock();
  return *kClock;
}

std::string FormatRfc3339(TimestampMs time) {
  int64_t days = time / kDayMs;
  int64_t ms = time % kDayMs;
  if (ms < 0) {
    ms += kDayMs;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60);
  if (ms % 1000 != 0) {
    text += fmt::format(".{:03}", ms % 1000);
    while (text.back() == '0') text.pop_back();
  }
  return text + "Z";
}

StatusOr<TimestampMs> ParseRfc3339(std::string_view text) {
  const auto fail = [&] {
    return InvalidArgumentError("not an RFC 3339 time: " + std::string(text));
  };
  int year, month, day, hour, minute, second;
  const bool shaped = text.size() >= 20 && text[4] == '-' && text[7] == '-' &&
                      (text[10] == 'T' || text[10] == 't') && text[13] == ':' && text[16] == ':';
  if (!shaped || !ReadDigits(text, 0, 4, &year) || !ReadDigits(text, 5, 2, &month) ||
      !ReadDigits(text, 8, 2, &day) || !ReadDigits(text, 11, 2, &hour) ||
      !ReadDigits(text, 14, 2, &minute) || !ReadDigits(text, 17, 2, &second)) {
    return fail();
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return fail();
  size_t at = 19;
  int64_t ms = 0;
  if (text[at] == '.') {
    int64_t unit = 100;
    const size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
      ms += unit * (text[at] - '0');
    if (at == first) return fail();
  }
  int64_t offset_minutes = 0;
  if (at < text.size() && (text[at] == 'Z' || text[at] == 'z')) {
    ++at;
  } else {
    int offset_hour, offset_minute;
    if (at + 6 != text.size() || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':' ||
        !ReadDigits(text, at + 1, 2, &offset_hour) ||
        !ReadDigits(text, at + 4, 2, &offset_minute) || offset_hour > 23 || offset_minute > 59) {
      return fail();
    }
    offset_minutes = (offset_hour * 60 + offset_minute) * (text[at] == '-' ? -1 : 1);
    at += 6;
  }
  if (at != text.size()) return fail();
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * kDayMs + hour * 3'600'000LL + (minute - offset_minutes) * 60'000LL +
         second * 1000LL + ms;
}

}  // namespace aion
