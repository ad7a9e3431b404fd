// The numbers of text.h.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "base/text.h"

namespace aion {
namespace {

// 2^53: below it every integer is a double.
constexpr double kExactIntegerMax = 9007199254740992.0;

/// The shortest digits d1d2d3… of a finite value that reads back the same: value = 0.d1d2d3… *
/// 10^point.
struct ShortestDigits {
  std::array<char, 20> digits;
  int count;
  int point;
  bool negative;
};

ShortestDigits Shortest(double value) {
  ShortestDigits out;
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific)
          .ptr;
  const char* at = text.data();
  out.negative = *at == '-';
  if (out.negative) ++at;
  out.count = 0;
  for (; *at != 'e'; ++at) {
    if (*at != '.') out.digits[static_cast<size_t>(out.count++)] = *at;
  }
  int exponent = 0;
  const bool negative_exponent = at[1] == '-';
  std::from_chars(at + 2, end, exponent);
  out.point = (negative_exponent ? -exponent : exponent) + 1;
  return out;
}

/// Lays digits out without an exponent. std::to_chars' own fixed form prints large values exactly,
/// Go pads with zeros.
void AppendPlain(std::string* out, const ShortestDigits& d) {
  if (d.negative) out->push_back('-');
  const auto count = static_cast<size_t>(d.count);
  if (d.point <= 0) {
    out->append("0.").append(static_cast<size_t>(-d.point), '0').append(d.digits.data(), count);
    return;
  }
  const auto point = static_cast<size_t>(d.point);
  if (point >= count) {
    out->append(d.digits.data(), count).append(point - count, '0');
    return;
  }
  out->append(d.digits.data(), point);
  out->push_back('.');
  out->append(d.digits.data() + point, count - point);
}

/// Most measured values have few decimals. One that is m / 10^6 with m below 10^15 is printed from
/// m: decimals of up to 15 digits are told apart by doubles, so m without its trailing zeros is the
/// shortest text. False for others.
bool AppendFewDecimals(std::string* out, double value) {
  constexpr double kScale = 1e6;
  constexpr int kDecimals = 6;
  const double magnitude = std::abs(value);
  if (!(magnitude * kScale < 1e15)) return false;
  const auto scaled = static_cast<uint64_t>(magnitude * kScale + 0.5);
  if (static_cast<double>(scaled) / kScale != magnitude) return false;
  std::array<char, 24> text;
  char* at = text.data();
  if (std::signbit(value)) *at++ = '-';
  at = std::to_chars(at, text.data() + text.size(), scaled / 1'000'000).ptr;
  auto fraction = static_cast<uint32_t>(scaled % 1'000'000);
  if (fraction != 0) {
    int digits = kDecimals;
    for (; fraction % 10 == 0; fraction /= 10) --digits;
    *at = '.';
    for (int i = digits; i > 0; --i, fraction /= 10) at[i] = static_cast<char>('0' + fraction % 10);
    at += digits + 1;
  }
  out->append(text.data(), at);
  return true;
}

bool AppendSpecial(std::string* out, double value) {
  if (std::isfinite(value)) return false;
  out->append(std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
  return true;
}

bool EqualsIgnoreCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

/// True for Go's syntax of decimal and hexadecimal floats without underscores, sign already taken.
bool IsGoFloat(std::string_view text, bool hex) {
  const auto is_digit = [hex](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (c >= '0' && c <= '9') || (hex && lower >= 'a' && lower <= 'f');
  };
  size_t at = 0, digits = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) ++digits;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && is_digit(text[at]); ++at) ++digits;
  }
  if (digits == 0) return false;
  if (at == text.size()) return !hex;  // A hexadecimal mantissa needs its p exponent.
  if ((text[at] | 0x20) != (hex ? 'p' : 'e')) return false;
  ++at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  if (at == text.size()) return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string FormatGoFloat(double value, char format) {
  std::string out;
  if (AppendSpecial(&out, value)) return out;
  const ShortestDigits d = Shortest(value);
  // Go's 'g' takes the exponent form below 1e-4 and, when digits are the shortest, from 1e6 on.
  const int exponent = value == 0 ? 0 : d.point - 1;
  if (format == 'f' || (format == 'g' && exponent >= -4 && exponent < 6)) {
    AppendPlain(&out, d);
    return out;
  }
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific)
          .ptr;
  out.assign(text.data(), end);
  return out;
}

void AppendGoFloat(std::string* out, double value) {
  if (AppendSpecial(out, value)) return;
  std::array<char, 24> text;
  if (std::abs(value) < kExactIntegerMax) {
    const auto integer = static_cast<int64_t>(value);
    if (static_cast<double>(integer) == value && (integer != 0 || !std::signbit(value))) {
      out->append(text.data(), std::to_chars(text.data(), text.data() + text.size(), integer).ptr);
      return;
    }
  }
  if (!AppendFewDecimals(out, value)) AppendPlain(out, Shortest(value));
}

StatusOr<double> ParseGoFloat(std::string_view text) {
  const auto fail = [&](const std::string& what) {
    return "strconv.ParseFloat: parsing " + QuoteGo(text) + ": " + what;
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  double value = 0;
  if (EqualsIgnoreCase(rest, "inf") || EqualsIgnoreCase(rest, "infinity")) {
    value = HUGE_VAL;
  } else if (EqualsIgnoreCase(text, "nan")) {
    return std::nan("");
  } else {
    const bool hex = rest.size() > 2 && rest[0] == '0' && (rest[1] | 0x20) == 'x';
    if (hex) rest.remove_prefix(2);
    if (!IsGoFloat(rest, hex)) return InvalidArgumentError(fail("invalid syntax"));
    const auto format = hex ? std::chars_format::hex : std::chars_format::general;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), value, format);
    if (error == std::errc::result_out_of_range) {
      // Too small rounds to zero or a subnormal, too large is an error: strtod tells them apart.
      value = std::strtod(((hex ? "0x" : "") + std::string(rest)).c_str(), nullptr);
      if (std::isinf(value)) return OutOfRangeError(fail("value out of range"));
    } else if (error != std::errc() || end != rest.data() + rest.size()) {
      return InvalidArgumentError(fail("invalid syntax"));
    }
  }
  return negative ? -value : value;
}

}  // namespace aion
