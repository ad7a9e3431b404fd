#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/printable_table.h"

namespace aion {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr double kExactIntegerMax =
    9007199254740992.0;  // 2^53: below it every integer is a double.

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

/// The code point at the head of `text` and its length; length 0 when the bytes are not valid
/// UTF-8.
struct CodePoint {
  uint32_t value;
  size_t size;
};

CodePoint DecodeUtf8(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto more = [&](size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xc2 || first > 0xf4) return {0, 0};
  if (first < 0xe0) {
    if (!more(1)) return {0, 0};
    return {(first & 0x1fu) << 6 | (byte(1) & 0x3fu), 2};
  }
  if (first < 0xf0) {
    if (!more(1) || !more(2)) return {0, 0};
    const uint32_t value = (first & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu);
    if (value < 0x800 || (value >= 0xd800 && value <= 0xdfff)) return {0, 0};
    return {value, 3};
  }
  if (!more(1) || !more(2) || !more(3)) return {0, 0};
  const uint32_t value =
      (first & 0x07u) << 18 | (byte(1) & 0x3fu) << 12 | (byte(2) & 0x3fu) << 6 | (byte(3) & 0x3fu);
  if (value < 0x10000 || value > 0x10ffff) return {0, 0};
  return {value, 4};
}

void AppendUtf8(std::string* out, uint32_t value) {
  if (value < 0x80) {
    out->push_back(static_cast<char>(value));
  } else if (value < 0x800) {
    out->push_back(static_cast<char>(0xc0 | value >> 6));
    out->push_back(static_cast<char>(0x80 | (value & 0x3f)));
  } else if (value < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | value >> 12));
    out->push_back(static_cast<char>(0x80 | (value >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (value & 0x3f)));
  } else {
    out->push_back(static_cast<char>(0xf0 | value >> 18));
    out->push_back(static_cast<char>(0x80 | (value >> 12 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (value >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (value & 0x3f)));
  }
}

bool IsPrintable(uint32_t value) {
  if (value < 0x80) return value >= 0x20 && value != 0x7f;
  const auto* range =
      std::upper_bound(std::begin(internal::kPrintableRanges), std::end(internal::kPrintableRanges),
                       value, [](uint32_t v, const auto& r) { return v < r.first; });
  return range != std::begin(internal::kPrintableRanges) && value <= range[-1].last;
}

void AppendHex(std::string* out, uint32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    out->push_back(kHex[value >> shift & 15]);
}

/// Reads `count` digits of `base` at `at`. False when one is missing.
bool ReadDigits(std::string_view text, size_t at, size_t count, uint32_t base, uint32_t* value) {
  if (at + count > text.size()) return false;
  *value = 0;
  const char* const first = text.data() + at;
  const auto [end, error] = std::from_chars(first, first + count, *value, static_cast<int>(base));
  return error == std::errc() && end == first + count && *first != '-';
}

/// The escape behind a backslash at `text[0]`; returns the bytes taken, 0 when it is not one of
/// Go's.
size_t UnescapeGo(std::string_view text, char quote, std::string* out) {
  if (text.size() < 2) return 0;
  constexpr std::string_view kNames = "abfnrtv\\";
  constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\";
  if (const size_t i = kNames.find(text[1]); i != std::string_view::npos) {
    out->push_back(kBytes[i]);
    return 2;
  }
  if (text[1] == quote) {
    out->push_back(quote);
    return 2;
  }
  uint32_t value;
  if (text[1] == 'x' && ReadDigits(text, 2, 2, 16, &value)) {
    out->push_back(static_cast<char>(value));
    return 4;
  }
  if (text[1] >= '0' && text[1] <= '7' && ReadDigits(text, 1, 3, 8, &value) && value <= 255) {
    out->push_back(static_cast<char>(value));
    return 4;
  }
  const size_t digits = text[1] == 'u' ? 4 : text[1] == 'U' ? 8 : 0;
  if (digits == 0 || !ReadDigits(text, 2, digits, 16, &value)) return 0;
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
  AppendUtf8(out, value);
  return 2 + digits;
}

/// True when one of the eight bytes is below 0x20, a quote, a backslash, or above 0x7f (it may also
/// say so of a byte beside such a one, which costs only time).
bool NeedsJsonLook(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  const uint64_t quote = word ^ (kOnes * '"');
  const uint64_t backslash = word ^ (kOnes * '\\');
  return ((word | (word - kOnes * 0x20) | (quote - kOnes) | (backslash - kOnes)) & kHighs) != 0;
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

std::string QuoteGo(std::string_view text) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const CodePoint point = DecodeUtf8(text);
    if (point.size == 0) {
      out.append("\\x");
      AppendHex(&out, static_cast<unsigned char>(text[0]), 2);
      text.remove_prefix(1);
      continue;
    }
    constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\\"";
    constexpr std::string_view kNames = "abfnrtv\\\"";
    if (const size_t i = point.size == 1 ? kBytes.find(text[0]) : std::string_view::npos;
        i != std::string_view::npos) {
      out.push_back('\\');
      out.push_back(kNames[i]);
    } else if (IsPrintable(point.value)) {
      out.append(text.substr(0, point.size));
    } else if (point.value < 0x80) {
      out.append("\\x");
      AppendHex(&out, point.value, 2);
    } else {
      out.append(point.value < 0x10000 ? "\\u" : "\\U");
      AppendHex(&out, point.value, point.value < 0x10000 ? 4 : 8);
    }
    text.remove_prefix(point.size);
  }
  return out + '"';
}

StatusOr<std::string> UnquoteGo(std::string_view text) {
  const auto fail = [] { return InvalidArgumentError("invalid syntax"); };
  if (text.size() < 2 || text.front() != text.back()) return fail();
  const char quote = text.front();
  text = text.substr(1, text.size() - 2);
  if (quote == '`') {
    if (text.find('`') != std::string_view::npos) return fail();
    return std::string(text);
  }
  if (quote != '"' && quote != '\'') return fail();
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text[0] == quote || text[0] == '\n') return fail();
    size_t taken = std::min(text.find_first_of("\\\n\"'"), text.size());
    if (taken != 0) {
      out.append(text.substr(0, taken));
    } else if (text[0] == '\\') {
      taken = UnescapeGo(text, quote, &out);
      if (taken == 0) return fail();
    } else {  // The other kind of quote.
      out.push_back(text[0]);
      taken = 1;
    }
    text.remove_prefix(taken);
  }
  return out;
}

void AppendJsonString(std::string* out, std::string_view text) {
  out->push_back('"');
  size_t copied = 0, at = 0;  // text[copied, at) needs no escape and is not written yet.
  const auto replace = [&](size_t size, std::string_view escape) {
    out->append(text.substr(copied, at - copied)).append(escape);
    at += size;
    copied = at;
  };
  while (at < text.size()) {
    if (text.size() - at >= sizeof(uint64_t)) {
      uint64_t word;
      std::memcpy(&word, text.data() + at, sizeof(word));
      if (!NeedsJsonLook(word)) {
        at += sizeof(word);
        continue;
      }
    }
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x80) {
      const CodePoint point = DecodeUtf8(text.substr(at));
      if (point.size == 0) {
        replace(1, "\\ufffd");
      } else if (point.value == 0x2028 || point.value == 0x2029) {
        replace(3, point.value == 0x2028 ? "\\u2028" : "\\u2029");
      } else {
        at += point.size;
      }
      continue;
    }
    if (byte >= 0x20 && byte != '"' && byte != '\\') {
      ++at;
      continue;
    }
    constexpr std::string_view kBytes = "\"\\\b\f\n\r\t";
    constexpr std::string_view kNames = "\"\\bfnrt";
    char escape[6] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    const size_t name = kBytes.find(static_cast<char>(byte));
    if (name != std::string_view::npos) escape[1] = kNames[name];
    replace(1, std::string_view(escape, name != std::string_view::npos ? 2 : 6));
  }
  out->append(text.substr(copied)).push_back('"');
}

bool IsValidUtf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= sizeof(uint64_t)) {
      uint64_t word;
      std::memcpy(&word, text.data() + at, sizeof(word));
      if ((word & 0x8080808080808080) == 0) {
        at += sizeof(word);
        continue;
      }
    }
    const size_t size = DecodeUtf8(text.substr(at)).size;
    if (size == 0) return false;
    at += size;
  }
  return true;
}

}  // namespace aion
