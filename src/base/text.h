#pragma once

// Go's spelling of numbers and strings, which is what the field's APIs, PromQL and logs print. Pure
// functions.

#include <string>
#include <string_view>

#include "base/status.h"

namespace aion {

/// strconv.FormatFloat(value, format, -1, 64) for format 'f', 'e' or 'g': the shortest digits that
/// read back the same. "NaN", "+Inf" and "-Inf" for the special values. 'f' is what sample values
/// are in the Prometheus API.
std::string FormatGoFloat(double value, char format);
/// Appends FormatGoFloat(value, 'f') without an allocation of its own: the hot path of the JSON
/// writer.
void AppendGoFloat(std::string* out, double value);
/// strconv.ParseFloat: decimal, exponent, hex, underscores not allowed, "inf", "+Inf", "nan" in any
/// case. kInvalidArgument with Go's text `strconv.ParseFloat: parsing "x": invalid syntax`;
/// kOutOfRange beyond float64.
StatusOr<double> ParseGoFloat(std::string_view text);

/// strconv.Quote: double quotes, Go escapes, printable UTF-8 kept.
std::string QuoteGo(std::string_view text);
/// strconv.Unquote of a double-quoted, single-quoted or back-quoted string.
StatusOr<std::string> UnquoteGo(std::string_view text);

/// Appends a JSON string with quotes, escaped as Go's encoding/json does without HTML escaping.
void AppendJsonString(std::string* out, std::string_view text);

bool IsValidUtf8(std::string_view text);

}  // namespace aion
