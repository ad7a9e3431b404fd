// Numbers and durations, cut character by character as upstream cuts them: what is cut here may
// still not be a number, which shows when it is converted.

#include "promql/parse/lexer.h"

namespace aion::promql {
namespace {

bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

}  // namespace

bool ScanDuration(std::string_view input, size_t* position) {
  size_t& at = *position;
  const auto take = [&](std::string_view set) {
    if (at >= input.size() || set.find(input[at]) == std::string_view::npos) return false;
    ++at;
    return true;
  };
  constexpr std::string_view kDigits = "0123456789";
  if (!take("smhdwy")) return false;
  take("s");  // For ms; what makes no sense is refused when the text is converted.
  while (take(kDigits)) {
    while (take(kDigits)) {
    }
    if (!take("smhdw")) return false;
    take("s");
  }
  if (at >= input.size() || !IsAlphaNumeric(input[at])) return true;
  ++at;
  return false;
}

bool ScanNumber(std::string_view input, size_t* position, bool in_series) {
  size_t& at = *position;
  const size_t begin = at;
  bool hex = false;
  const auto peek = [&] { return at < input.size() ? input[at] : '\0'; };
  const auto is_digit = [&](char c) { return hex ? IsHexDigit(c) : IsDigit(c); };
  const auto is_exponent = [](char c) { return c == 'e' || c == 'E'; };
  const auto take_one_of = [&](std::string_view set) {
    if (at >= input.size() || set.find(input[at]) == std::string_view::npos) return false;
    ++at;
    return true;
  };
  if (!in_series && take_one_of("0") && take_one_of("xX")) {
    take_one_of("_");
    hex = true;
  }
  take_one_of(".");
  if (is_digit(peek())) ++at;
  bool dot = false, exponent = false;
  while (at < input.size()) {
    const char c = input[at];
    if (c == '.') {
      ++at;
      // One dot only, not before another separator, and hexadecimal numbers have no fraction.
      if (dot || take_one_of("_.") || hex) return false;
      dot = true;
    } else if (is_exponent(c)) {
      ++at;
      if (exponent) return false;
      exponent = true;
      take_one_of("+-");
      if (take_one_of("._eE") || at >= input.size()) return false;
    } else if (c == '_') {
      ++at;
      if (take_one_of("._eE") || at >= input.size()) return false;
    } else if (is_digit(c)) {
      ++at;
    } else {
      break;
    }
  }
  if (at == begin) return false;
  return (in_series && peek() == 'x') || !IsAlphaNumeric(peek());
}

}  // namespace aion::promql
