#include "config/flag_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/text.h"

namespace aion::config {
namespace {

bool IsTrue(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "TRUE", "true", "True"};
  return std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end();
}

bool IsFalse(std::string_view text) {
  constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "FALSE", "false", "False"};
  return std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end();
}

/// strconv's unsigned integers of base 0: decimal, 0x, 0o, 0b and a leading 0 for octal.
StatusOr<uint64_t> ParseUint(std::string_view text) {
  const auto fail = [&](std::string_view what) {
    return InvalidArgumentError("strconv.ParseUint: parsing " + QuoteGo(text) + ": " +
                                std::string(what));
  };
  std::string_view digits = text;
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    const char kind = static_cast<char>(digits[1] | 0x20);
    base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
    digits.remove_prefix(kind == 'x' || kind == 'b' || kind == 'o' ? 2 : 1);
  }
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error == std::errc::result_out_of_range) return fail("value out of range");
  if (error != std::errc() || end != digits.data() + digits.size()) return fail("invalid syntax");
  return value;
}

/// Compat: upstream's parser reads its plain integers as floats and cuts them, so 1e3 is one.
StatusOr<int64_t> ParseInt(std::string_view text) {
  int64_t exact = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exact);
  if (error == std::errc() && end == text.data() + text.size()) return exact;
  ASSIGN_OR_RETURN(const double value, ParseGoFloat(text));
  if (std::abs(value) < 0x1p63) return static_cast<int64_t>(value);
  return InvalidArgumentError("strconv.ParseFloat: parsing " + QuoteGo(text) +
                              ": value out of range");
}

/// kDuration: Go's syntax with days and weeks added, as the flag parser upstream reads it.
StatusOr<DurationMs> ParseFlagDuration(std::string_view text) {
  // Days and weeks become hours, which Go's parser knows: "1.5d" is "36h" for it.
  std::string hours;
  size_t number = 0;  // Where the number before the unit began in `hours`.
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = (text[i] >= '0' && text[i] <= '9') || text[i] == '.';
    if (digit && (i == 0 || !((text[i - 1] >= '0' && text[i - 1] <= '9') || text[i - 1] == '.'))) {
      number = hours.size();
    }
    const int factor = text[i] == 'd' ? 24 : text[i] == 'w' ? 168 : 0;
    const bool alone = i + 1 == text.size() || (text[i + 1] >= '0' && text[i + 1] <= '9');
    if (factor != 0 && alone && number < hours.size()) {
      const auto value = ParseGoFloat(std::string_view(hours).substr(number));
      if (!value.ok()) break;
      hours.resize(number);
      hours.append(FormatGoFloat(*value * factor, 'f')).append("h");
    } else {
      hours.push_back(text[i]);
    }
  }
  if (const auto parsed = ParseGoDuration(hours); parsed.ok()) return *parsed / 1'000'000;
  const Status error = ParseGoDuration(text).status();
  return error.ok() ? InvalidArgumentError("time: invalid duration " + QuoteGo(text)) : error;
}

Status CheckEnum(const FlagSpec& spec, std::string_view text) {
  std::string_view left = spec.enum_values;
  while (!left.empty()) {
    const size_t comma = std::min(left.find(','), left.size());
    if (left.substr(0, comma) == text) return OkStatus();
    left.remove_prefix(std::min(comma + 1, left.size()));
  }
  return InvalidArgumentError("enum value must be one of " + std::string(spec.enum_values) +
                              ", got '" + std::string(text) + "'");
}

Status CheckEndpoint(std::string_view text) {
  if (text.empty()) return InvalidArgumentError("Address is empty.");
  if (text.find_first_of("+:") != std::string_view::npos) return OkStatus();
  return InvalidArgumentError("Address " + std::string(text) +
                              " is not of <host>:<port> format or a valid DNS query.");
}

/// The mistakes Go's url.Parse finds in what people type.
Status CheckUrl(std::string_view text) {
  const auto fail = [&](std::string_view what) {
    return InvalidArgumentError("invalid URL: parse " + QuoteGo(text) + ": " + std::string(what));
  };
  const auto is_hex = [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
  };
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return fail("net/url: invalid control character in URL");
  }
  const size_t colon = text.find(':');
  if (colon == 0) return fail("missing protocol scheme");
  // "1.2.3.4:9090" reads as a scheme that may not start so.
  if (colon != std::string_view::npos && colon < text.find('/') && text[0] >= '0' &&
      text[0] <= '9') {
    return fail("first path segment in URL cannot contain colon");
  }
  if (const size_t slashes = text.find("://"); slashes != std::string_view::npos) {
    const std::string_view rest = text.substr(slashes + 3);
    const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    if (host.starts_with('[') && host.find(']') == std::string_view::npos) {
      return fail("missing ']' in host");
    }
    if (host.find(' ') != std::string_view::npos)
      return fail("invalid character \" \" in host name");
  }
  const std::string_view path = text.substr(0, text.find('?'));
  for (size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    if (at + 2 < path.size() && is_hex(path[at + 1]) && is_hex(path[at + 2])) continue;
    return fail("invalid URL escape " + QuoteGo(path.substr(at, 3)));
  }
  return OkStatus();
}

/// Calls `each` with every default of a spec.
template <typename Each>
void ForEachDefault(const FlagSpec& spec, Each each) {
  if (spec.default_value.data() == nullptr) return;
  std::string_view left = spec.default_value;
  if (!spec.repeatable) return each(left);
  while (true) {
    const size_t newline = left.find('\n');
    each(left.substr(0, newline));
    if (newline == std::string_view::npos) return;
    left.remove_prefix(newline + 1);
  }
}

/// How the API shows a value: as Go's String() of the kind prints it.
std::string Print(FlagKind kind, const std::string& text) {
  switch (kind) {
    case FlagKind::kBool:
      return IsTrue(text) ? "true" : "false";
    case FlagKind::kInt:
      return text.empty() ? "0" : std::to_string(*ParseInt(text));
    case FlagKind::kUint:
      return text.empty() ? "0" : std::to_string(*ParseUint(text));
    case FlagKind::kFloat:
      return text.empty() ? "0" : FormatGoFloat(*ParseGoFloat(text), 'g');
    case FlagKind::kDuration:
      return FormatGoDuration(text.empty() ? 0 : *ParseFlagDuration(text) * 1'000'000);
    case FlagKind::kModelDuration:
      return FormatModelDuration(text.empty() ? 0 : *ParseModelDuration(text));
    default:
      return text;
  }
}

}  // namespace

Status CheckFlagValue(const FlagSpec& spec, std::string_view text) {
  switch (spec.kind) {
    case FlagKind::kString:
      return OkStatus();
    case FlagKind::kBool:
      if (IsTrue(text) || IsFalse(text)) return OkStatus();
      return InvalidArgumentError("strconv.ParseBool: parsing " + QuoteGo(text) +
                                  ": invalid syntax");
    case FlagKind::kInt:
      return ParseInt(text).status();
    case FlagKind::kUint:
      return ParseUint(text).status();
    case FlagKind::kFloat:
      return ParseGoFloat(text).status();
    case FlagKind::kDuration:
      return ParseFlagDuration(text).status();
    case FlagKind::kModelDuration:
      return ParseModelDuration(text).status();
    case FlagKind::kBytes:
      return ParseByteSize(text).status();
    case FlagKind::kEnum:
      return CheckEnum(spec, text);
    case FlagKind::kTimeOrDuration:
      return TimeOrDuration::Parse(text).status();
    case FlagKind::kEndpoint:
      return CheckEndpoint(text);
    case FlagKind::kUrl:
      return CheckUrl(text);
  }
  return OkStatus();
}

FlagValues::FlagValues(const std::vector<const FlagSpec*>& specs) {
  for (const FlagSpec* spec : specs) {
    if (!spec->alias_of.empty()) continue;
    Entry& entry = entries_[std::string(spec->name)];
    entry.spec = spec;
    ForEachDefault(*spec, [&](std::string_view value) { entry.values.emplace_back(value); });
  }
}

Status FlagValues::Set(const FlagSpec& spec, std::string_view text) {
  RETURN_IF_ERROR(CheckFlagValue(spec, text));
  const auto entry = entries_.find(spec.alias_of.empty() ? spec.name : spec.alias_of);
  CHECK(entry != entries_.end());
  if (!entry->second.set || !entry->second.spec->repeatable) entry->second.values.clear();
  entry->second.set = true;
  entry->second.values.emplace_back(text);
  return OkStatus();
}

const FlagValues::Entry& FlagValues::Find(std::string_view name) const {
  const auto entry = entries_.find(name);
  CHECK(entry != entries_.end());
  return entry->second;
}

const std::string& FlagValues::String(std::string_view name) const {
  static const std::string* const kEmpty = new std::string();
  const Entry& entry = Find(name);
  return entry.values.empty() ? *kEmpty : entry.values.back();
}

const std::vector<std::string>& FlagValues::Strings(std::string_view name) const {
  return Find(name).values;
}

// The texts were checked by Set(), and those of the tables by their test.
bool FlagValues::Bool(std::string_view name) const {
  CHECK(Find(name).spec->kind == FlagKind::kBool);
  return IsTrue(String(name));
}

int64_t FlagValues::Int(std::string_view name) const {
  CHECK(Find(name).spec->kind == FlagKind::kInt);
  return String(name).empty() ? 0 : *ParseInt(String(name));
}

uint64_t FlagValues::Uint(std::string_view name) const {
  CHECK(Find(name).spec->kind == FlagKind::kUint);
  return String(name).empty() ? 0 : *ParseUint(String(name));
}

double FlagValues::Float(std::string_view name) const {
  CHECK(Find(name).spec->kind == FlagKind::kFloat);
  return String(name).empty() ? 0 : *ParseGoFloat(String(name));
}

std::vector<double> FlagValues::Floats(std::string_view name) const {
  CHECK(Find(name).spec->kind == FlagKind::kFloat);
  std::vector<double> values;
  for (const std::string& text : Strings(name)) values.push_back(*ParseGoFloat(text));
  return values;
}

DurationMs FlagValues::Duration(std::string_view name) const {
  const Entry& entry = Find(name);
  if (entry.values.empty()) return 0;
  if (entry.spec->kind == FlagKind::kDuration) return *ParseFlagDuration(entry.values.back());
  CHECK(entry.spec->kind == FlagKind::kModelDuration);
  return *ParseModelDuration(entry.values.back());
}

uint64_t FlagValues::Bytes(std::string_view name) const {
  CHECK(Find(name).spec->kind == FlagKind::kBytes);
  return String(name).empty() ? 0 : *ParseByteSize(String(name));
}

TimeOrDuration FlagValues::Time(std::string_view name) const {
  CHECK(Find(name).spec->kind == FlagKind::kTimeOrDuration);
  return String(name).empty() ? TimeOrDuration() : *TimeOrDuration::Parse(String(name));
}

bool FlagValues::IsSet(std::string_view name) const { return Find(name).set; }

std::vector<std::string> FlagValues::NotInForce() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) {
    if (entry.spec->effect != FlagEffect::kNotYet || !entry.set) continue;
    std::vector<std::string> defaults;
    ForEachDefault(*entry.spec, [&](std::string_view value) { defaults.emplace_back(value); });
    const bool same =
        entry.spec->kind == FlagKind::kBool
            ? IsTrue(entry.values.back()) == (!defaults.empty() && IsTrue(defaults.back()))
            : entry.values == defaults;
    // Set to nothing is not set, where there is no default.
    const bool nothing = defaults.empty() && entry.values == std::vector<std::string>{""};
    if (!same && !nothing) names.push_back(name);
  }
  return names;
}

std::map<std::string, std::string> FlagValues::Printed() const {
  std::map<std::string, std::string> printed;
  for (const auto& [name, entry] : entries_) {
    if (name == "objstore.config" || name == "objstore.config-file") {
      printed[name] = "<REDACTED>";
      continue;
    }
    std::string text;
    if (entry.values.empty()) text = entry.spec->repeatable ? "" : Print(entry.spec->kind, "");
    for (size_t i = 0; i < entry.values.size(); ++i) {
      if (i > 0) text.push_back(',');
      text.append(Print(entry.spec->kind, entry.values[i]));
    }
    printed[name] = std::move(text);
  }
  return printed;
}

}  // namespace aion::config
