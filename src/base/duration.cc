#include "base/duration.h"

#include <array>
#include <limits>

#include "base/text.h"

namespace aion {
namespace {

constexpr DurationMs kModelDurationMaxMs = std::numeric_limits<int64_t>::max() / 1'000'000;
constexpr uint64_t kInt63 = uint64_t{1} << 63;

struct ModelUnit {
  std::string_view name;
  uint64_t ms;
  bool only_exact;  ///< Printed only when nothing smaller is left: 90d reads better than 12w6d.
};
constexpr std::array<ModelUnit, 7> kModelUnits = {{{"y", 31'536'000'000, true},
                                                   {"w", 604'800'000, true},
                                                   {"d", 86'400'000, false},
                                                   {"h", 3'600'000, false},
                                                   {"m", 60'000, false},
                                                   {"s", 1000, false},
                                                   {"ms", 1, false}}};

struct GoUnit {
  std::string_view name;
  uint64_t ns;
};
constexpr std::array<GoUnit, 8> kGoUnits = {
    {{"ns", 1},
     {"us", 1000},
     {"\xc2\xb5s", 1000},  // The micro sign and the Greek mu.
     {"\xce\xbcs", 1000},
     {"ms", 1'000'000},
     {"s", 1'000'000'000},
     {"m", 60'000'000'000},
     {"h", 3'600'000'000'000}}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes leading digits off `text`. False when the number passes 64 bits.
bool TakeDigits(std::string_view* text, uint64_t* value, size_t* count) {
  *value = 0;
  *count = 0;
  while (!text->empty() && IsDigit(text->front())) {
    const auto digit = static_cast<uint64_t>(text->front() - '0');
    if (*value > (std::numeric_limits<uint64_t>::max() - digit) / 10) return false;
    *value = *value * 10 + digit;
    text->remove_prefix(1);
    ++*count;
  }
  return true;
}

std::string_view TakeUnit(std::string_view* text, bool stop_at_dot) {
  size_t size = 0;
  while (size < text->size() && !IsDigit((*text)[size]) && !(stop_at_dot && (*text)[size] == '.')) {
    ++size;
  }
  const std::string_view unit = text->substr(0, size);
  text->remove_prefix(size);
  return unit;
}

/// time.ParseDuration's own quoting: bytes outside printable ASCII as \xNN.
std::string QuoteForGoTime(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x80) {
      out.append("\\x");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

/// The fraction digits after a dot as numerator and scale; digits beyond 63 bits are dropped.
void TakeFraction(std::string_view* text, uint64_t* fraction, double* scale, size_t* count) {
  *fraction = 0;
  *scale = 1;
  *count = 0;
  bool full = false;
  for (; !text->empty() && IsDigit(text->front()); text->remove_prefix(1), ++*count) {
    if (full) continue;
    if (*fraction > (kInt63 - 1) / 10 ||
        *fraction * 10 + static_cast<uint64_t>(text->front() - '0') > kInt63) {
      full = true;
      continue;
    }
    *fraction = *fraction * 10 + static_cast<uint64_t>(text->front() - '0');
    *scale *= 10;
  }
}

}  // namespace

StatusOr<DurationMs> ParseModelDuration(std::string_view text) {
  if (text == "0") return DurationMs{0};
  if (text.empty()) return InvalidArgumentError("empty duration string");
  const auto invalid = [&] {
    return InvalidArgumentError("not a valid duration string: " + QuoteGo(text));
  };
  DurationMs total = 0;
  size_t next_unit = 0;  // Units run from the largest to the smallest, each at most once.
  for (std::string_view rest = text; !rest.empty();) {
    uint64_t value;
    size_t digits;
    if (!TakeDigits(&rest, &value, &digits) || digits == 0) return invalid();
    const std::string_view name = TakeUnit(&rest, false);
    if (name.empty()) return invalid();
    size_t unit = 0;
    while (unit < kModelUnits.size() && kModelUnits[unit].name != name) ++unit;
    if (unit == kModelUnits.size()) {
      return InvalidArgumentError("unknown unit " + QuoteGo(name) + " in duration " +
                                  QuoteGo(text));
    }
    if (unit < next_unit) return invalid();
    next_unit = unit + 1;
    const uint64_t left = static_cast<uint64_t>(kModelDurationMaxMs - total);
    if (value > left / kModelUnits[unit].ms) return OutOfRangeError("duration out of range");
    total += static_cast<DurationMs>(value * kModelUnits[unit].ms);
  }
  return total;
}

std::string FormatModelDuration(DurationMs duration) {
  if (duration == 0) return "0s";
  std::string text = duration < 0 ? "-" : "";
  uint64_t left = duration < 0 ? -static_cast<uint64_t>(duration) : static_cast<uint64_t>(duration);
  for (const ModelUnit& unit : kModelUnits) {
    if (unit.only_exact && left % unit.ms != 0) continue;
    if (left / unit.ms == 0) continue;
    text.append(std::to_string(left / unit.ms)).append(unit.name);
    left %= unit.ms;
  }
  return text;
}

StatusOr<DurationNs> ParseGoDuration(std::string_view text) {
  const auto fail = [&](const std::string& what) {
    return InvalidArgumentError("time: " + what + QuoteForGoTime(text));
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return DurationNs{0};
  if (rest.empty()) return fail("invalid duration ");
  uint64_t total = 0;
  while (!rest.empty()) {
    uint64_t value;
    size_t whole_digits, fraction_digits = 0;
    uint64_t fraction = 0;
    double scale = 1;
    if (!TakeDigits(&rest, &value, &whole_digits) || value > kInt63) {
      return fail("invalid duration ");
    }
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      TakeFraction(&rest, &fraction, &scale, &fraction_digits);
    }
    if (whole_digits == 0 && fraction_digits == 0) return fail("invalid duration ");
    const std::string_view name = TakeUnit(&rest, true);
    if (name.empty()) return fail("missing unit in duration ");
    size_t unit = 0;
    while (unit < kGoUnits.size() && kGoUnits[unit].name != name) ++unit;
    if (unit == kGoUnits.size()) {
      return fail("unknown unit " + QuoteForGoTime(name) + " in duration ");
    }
    if (value > kInt63 / kGoUnits[unit].ns) return fail("invalid duration ");
    value *= kGoUnits[unit].ns;
    value += static_cast<uint64_t>(static_cast<double>(fraction) *
                                   (static_cast<double>(kGoUnits[unit].ns) / scale));
    if (value > kInt63) return fail("invalid duration ");
    total += value;
    if (total > kInt63) return fail("invalid duration ");
  }
  if (negative) return static_cast<DurationNs>(-total);
  if (total == kInt63) return fail("invalid duration ");
  return static_cast<DurationNs>(total);
}

std::string FormatGoDuration(DurationNs duration) {
  if (duration == 0) return "0s";
  const bool negative = duration < 0;
  const uint64_t ns = negative ? -static_cast<uint64_t>(duration) : static_cast<uint64_t>(duration);
  // `scaled` in units of 10^-digits, as whole and fraction without trailing zeros.
  const auto decimal = [](uint64_t scaled, uint64_t unit) {
    std::string text = std::to_string(scaled / unit);
    if (const uint64_t fraction = scaled % unit; fraction != 0) {
      std::string digits = std::to_string(unit + fraction);  // The leading 1 keeps the zeros.
      digits[0] = '.';
      while (digits.back() == '0') digits.pop_back();
      text.append(digits);
    }
    return text;
  };
  std::string text = negative ? "-" : "";
  if (ns < 1000) return text + decimal(ns, 1) + "ns";
  if (ns < 1'000'000) return text + decimal(ns, 1000) + "\xc2\xb5s";
  if (ns < 1'000'000'000) return text + decimal(ns, 1'000'000) + "ms";
  const uint64_t minutes = ns / 60'000'000'000;
  if (minutes >= 60) text.append(std::to_string(minutes / 60)).append("h");
  if (minutes > 0) text.append(std::to_string(minutes % 60)).append("m");
  return text + decimal(ns % 60'000'000'000, 1'000'000'000) + "s";
}

StatusOr<uint64_t> ParseByteSize(std::string_view text) {
  const auto fail = [&](const std::string& what) {
    return InvalidArgumentError("units: " + what + std::string(text));
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return uint64_t{0};
  if (rest.empty()) return fail("invalid ");
  double total = 0;
  while (!rest.empty()) {
    uint64_t value, fraction = 0;
    size_t whole_digits, fraction_digits = 0;
    double scale = 1;
    if (!TakeDigits(&rest, &value, &whole_digits) || value >= kInt63) return fail("invalid ");
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      TakeFraction(&rest, &fraction, &scale, &fraction_digits);
    }
    if (whole_digits == 0 && fraction_digits == 0) return fail("invalid ");
    const std::string_view name = TakeUnit(&rest, true);
    double unit = 1;
    if (name != "B") {
      constexpr std::string_view kPrefixes = "KMGTPE";
      const size_t power = name.empty() ? std::string_view::npos : kPrefixes.find(name[0]);
      const bool known =
          power != std::string_view::npos && (name.substr(1) == "B" || name.substr(1) == "iB");
      if (!known) return fail("unknown unit " + std::string(name) + " in ");
      unit = static_cast<double>(uint64_t{1} << (10 * (power + 1)));
    }
    total += (static_cast<double>(value) + static_cast<double>(fraction) / scale) * unit;
  }
  if (negative && total > 0) return fail("negative size ");
  if (!(total < static_cast<double>(kInt63))) {
    return InvalidArgumentError("units: overflow parsing unit");
  }
  return static_cast<uint64_t>(total);
}

}  // namespace aion
