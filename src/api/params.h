#pragma once

// Request parameters of the HTTP API, with upstream's spellings and error texts. Pure functions.
// Errors are kInvalidArgument (`bad_data`).

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/duration.h"
#include "base/status.h"
#include "net/url.h"

namespace aion::api {

/// The widest range the API speaks of: what "no start" and "no end" mean.
inline constexpr TimestampMs kMinTime = -9223372036854775;
inline constexpr TimestampMs kMaxTime = 9223372036854775;

/// Float seconds (rounded to milliseconds) or RFC 3339.
StatusOr<TimestampMs> ParseTime(std::string_view text);
/// Float seconds or a Prometheus duration.
StatusOr<DurationMs> ParseDuration(std::string_view text);
/// strconv.ParseBool.
StatusOr<bool> ParseBool(std::string_view text);

/// The parameter, or `fallback` when absent or empty; errors say `Invalid time value for 'name':
/// …`.
StatusOr<TimestampMs> TimeParam(const net::Params& params, std::string_view name,
                                TimestampMs fallback);
/// Errors say `'name' parameter: …`.
StatusOr<bool> BoolParam(const net::Params& params, std::string_view name, bool fallback);
StatusOr<std::optional<DurationMs>> DurationParam(const net::Params& params, std::string_view name);
/// `limit`: 0 when absent.
StatusOr<int64_t> LimitParam(const net::Params& params);

}  // namespace aion::api
