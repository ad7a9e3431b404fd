#include "api/params.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace aion::api {

StatusOr<TimestampMs> ParseTime(std::string_view text) {
  if (const auto seconds = ParseGoFloat(text); seconds.ok()) {
    double whole = 0;
    const double fraction = std::modf(*seconds, &whole);
    if (!(std::abs(whole) < 9.2e15)) {
      return InvalidArgumentError("cannot parse " + QuoteGo(text) + " to a valid timestamp");
    }
    return static_cast<TimestampMs>(whole) * 1000 +
           static_cast<TimestampMs>(std::round(fraction * 1000));
  }
  if (auto time = ParseRfc3339(text); time.ok()) return time;
  return InvalidArgumentError("cannot parse " + QuoteGo(text) + " to a valid timestamp");
}

StatusOr<DurationMs> ParseDuration(std::string_view text) {
  if (const auto seconds = ParseGoFloat(text); seconds.ok()) {
    if (!(std::abs(*seconds) <= 9223372036.0)) {
      return InvalidArgumentError("cannot parse " + QuoteGo(text) +
                                  " to a valid duration. It overflows int64");
    }
    return static_cast<DurationMs>(*seconds * 1000);
  }
  if (auto duration = ParseModelDuration(text); duration.ok()) return duration;
  return InvalidArgumentError("cannot parse " + QuoteGo(text) + " to a valid duration");
}

StatusOr<bool> ParseBool(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "TRUE", "true", "True"};
  constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "FALSE", "false", "False"};
  for (const std::string_view yes : kTrue) {
    if (text == yes) return true;
  }
  for (const std::string_view no : kFalse) {
    if (text == no) return false;
  }
  return InvalidArgumentError("strconv.ParseBool: parsing " + QuoteGo(text) + ": invalid syntax");
}

StatusOr<TimestampMs> TimeParam(const net::Params& params, std::string_view name,
                                TimestampMs fallback) {
  const std::string_view text = params.Get(name);
  if (text.empty()) return fallback;
  auto time = ParseTime(text);
  if (time.ok()) return time;
  return std::move(time).status().WithContext("Invalid time value for '" + std::string(name) + "'");
}

StatusOr<bool> BoolParam(const net::Params& params, std::string_view name, bool fallback) {
  const std::string_view text = params.Get(name);
  if (text.empty()) return fallback;
  auto value = ParseBool(text);
  if (value.ok()) return value;
  return std::move(value).status().WithContext("'" + std::string(name) + "' parameter");
}

StatusOr<std::optional<DurationMs>> DurationParam(const net::Params& params,
                                                  std::string_view name) {
  const std::string_view text = params.Get(name);
  if (text.empty()) return std::optional<DurationMs>();
  auto duration = ParseDuration(text);
  if (duration.ok()) return std::optional<DurationMs>(*duration);
  return std::move(duration).status().WithContext("'" + std::string(name) + "' parameter");
}

StatusOr<int64_t> LimitParam(const net::Params& params) {
  const std::string_view text = params.Get("limit");
  if (text.empty()) return int64_t{0};
  int64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size()) {
    return InvalidArgumentError("cannot parse " + QuoteGo(text) + " to a valid limit");
  }
  if (limit < 0) return InvalidArgumentError("limit must be non-negative");
  return limit;
}

}  // namespace aion::api
