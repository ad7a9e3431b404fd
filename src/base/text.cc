#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/printable_table.h"

namespace aion {
namespace {

constexpr char kHex[] = "0123456789abcdef";

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
