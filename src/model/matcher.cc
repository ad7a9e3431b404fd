#include "model/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace aion::model {
namespace {

constexpr size_t kSetMatchesMax = 256;
constexpr int kGroupDepthMax = 32;
constexpr int64_t kProgramBytesMax = 1 << 20;

bool IsMeta(char c) {
  return std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos;
}
bool IsQuantifier(char c) { return c == '*' || c == '+' || c == '?' || c == '{'; }

/// Lists every string a pattern can match, for patterns of literals, alternations, groups and plain
/// classes.
class LiteralSet {
 public:
  static std::optional<std::vector<std::string>> Of(std::string_view pattern) {
    LiteralSet reader(pattern);
    auto set = reader.Alternation(0);
    if (!set || reader.at_ != pattern.size()) return std::nullopt;
    std::sort(set->begin(), set->end());
    set->erase(std::unique(set->begin(), set->end()), set->end());
    return set;
  }

 private:
  using Strings = std::vector<std::string>;
  explicit LiteralSet(std::string_view pattern) : pattern_(pattern) {}

  bool More() const { return at_ < pattern_.size(); }

  std::optional<Strings> Alternation(int depth) {
    Strings all;
    while (true) {
      auto branch = Concatenation(depth);
      if (!branch || all.size() + branch->size() > kSetMatchesMax) return std::nullopt;
      all.insert(all.end(), branch->begin(), branch->end());
      if (!More() || pattern_[at_] != '|') return all;
      ++at_;
    }
  }

  std::optional<Strings> Concatenation(int depth) {
    Strings heads = {""};
    while (More() && pattern_[at_] != '|' && pattern_[at_] != ')') {
      auto tails = Item(depth);
      if (!tails || heads.size() * tails->size() > kSetMatchesMax) return std::nullopt;
      if (More() && IsQuantifier(pattern_[at_])) return std::nullopt;
      Strings joined;
      joined.reserve(heads.size() * tails->size());
      for (const std::string& head : heads) {
        for (const std::string& tail : *tails) joined.push_back(head + tail);
      }
      heads = std::move(joined);
    }
    return heads;
  }

  std::optional<Strings> Item(int depth) {
    const char c = pattern_[at_];
    if (c == '(') return Group(depth);
    if (c == '[') return Class();
    if (c == '\\') {
      // Only escaped punctuation is a literal; \d, \x41, \Q and the like are not.
      if (at_ + 1 >= pattern_.size() || !IsPunctuation(pattern_[at_ + 1])) return std::nullopt;
      at_ += 2;
      return Strings{std::string(1, pattern_[at_ - 1])};
    }
    if (IsMeta(c)) return std::nullopt;
    return Strings{std::string(TakeRune())};
  }

  std::optional<Strings> Group(int depth) {
    if (depth >= kGroupDepthMax) return std::nullopt;
    ++at_;
    if (More() && pattern_[at_] == '?') {
      if (!pattern_.substr(at_).starts_with("?:")) return std::nullopt;
      at_ += 2;
    }
    auto inner = Alternation(depth + 1);
    if (!inner || !More() || pattern_[at_] != ')') return std::nullopt;
    ++at_;
    return inner;
  }

  std::optional<Strings> Class() {
    Strings members;
    for (++at_; More() && pattern_[at_] != ']';) {
      const char c = pattern_[at_];
      const bool plain =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (!plain) return std::nullopt;
      members.emplace_back(1, c);
      ++at_;
      if (More() && pattern_[at_] == '-') return std::nullopt;
    }
    if (!More() || members.empty()) return std::nullopt;
    ++at_;
    return members;
  }

  std::string_view TakeRune() {
    const size_t begin = at_++;
    while (More() && (static_cast<uint8_t>(pattern_[at_]) & 0xc0) == 0x80) ++at_;
    return pattern_.substr(begin, at_ - begin);
  }

  static bool IsPunctuation(char c) {
    return c > ' ' && c < 0x7f && !std::isalnum(static_cast<unsigned char>(c));
  }

  std::string_view pattern_;
  size_t at_ = 0;
};

/// The literal text every match begins with.
std::string LiteralPrefix(std::string_view pattern) {
  // An alternation anywhere could make the prefix optional; such patterns are left to the set or to
  // the scan.
  if (pattern.find('|') != std::string_view::npos) return {};
  size_t end = 0;
  while (end < pattern.size() && !IsMeta(pattern[end])) ++end;
  if (end < pattern.size() && IsQuantifier(pattern[end]) && pattern[end] != '+' && end > 0) {
    do {
      --end;
    } while (end > 0 && (static_cast<uint8_t>(pattern[end]) & 0xc0) == 0x80);
  }
  return std::string(pattern.substr(0, end));
}

/// Go's text for what RE2 found wrong.
std::string RegexErrorText(const RE2& program, std::string_view pattern) {
  struct Row {
    RE2::ErrorCode code;
    std::string_view text;
  };
  constexpr std::array<Row, 14> kRows = {{
      {RE2::ErrorBadEscape, "invalid escape sequence"},
      {RE2::ErrorBadCharClass, "invalid character class"},
      {RE2::ErrorBadCharRange, "invalid character class range"},
      {RE2::ErrorMissingBracket, "missing closing ]"},
      {RE2::ErrorMissingParen, "missing closing )"},
      {RE2::ErrorUnexpectedParen, "unexpected )"},
      {RE2::ErrorTrailingBackslash, "trailing backslash at end of expression"},
      {RE2::ErrorRepeatArgument, "missing argument to repetition operator"},
      {RE2::ErrorRepeatSize, "invalid repeat count"},
      {RE2::ErrorRepeatOp, "invalid nested repetition operator"},
      {RE2::ErrorBadPerlOp, "invalid or unsupported Perl syntax"},
      {RE2::ErrorBadUTF8, "invalid UTF-8"},
      {RE2::ErrorBadNamedCapture, "invalid named capture"},
      {RE2::ErrorPatternTooLarge, "expression too large"},
  }};
  std::string text = "error parsing regexp: ";
  const RE2::ErrorCode code = program.error_code();
  const auto row =
      std::find_if(kRows.begin(), kRows.end(), [code](const Row& r) { return r.code == code; });
  text += row != kRows.end() ? std::string(row->text) : program.error();
  if (code == RE2::ErrorTrailingBackslash || code == RE2::ErrorPatternTooLarge)
    return text + ": ``";
  const bool whole = code == RE2::ErrorMissingParen || code == RE2::ErrorUnexpectedParen;
  const std::string argument = whole ? std::string(pattern) : program.error_arg();
  return text + ": `" + argument + "`";
}

}  // namespace

struct RegexMatcher::Program {
  Program(std::string_view pattern, const RE2::Options& options)
      : re(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  RE2 re;
};

RegexMatcher::RegexMatcher() = default;
RegexMatcher::~RegexMatcher() = default;

StatusOr<std::shared_ptr<const RegexMatcher>> RegexMatcher::Compile(std::string_view pattern) {
  std::shared_ptr<RegexMatcher> matcher(new RegexMatcher());
  if (pattern == ".*" || pattern == ".+") {
    (pattern == ".*" ? matcher->matches_all_ : matcher->matches_non_empty_) = true;
    return std::shared_ptr<const RegexMatcher>(std::move(matcher));
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_max_mem(kProgramBytesMax);
  matcher->program_ = std::make_unique<Program>(pattern, options);
  if (!matcher->program_->re.ok())
    return InvalidArgumentError(RegexErrorText(matcher->program_->re, pattern));
  if (auto set = LiteralSet::Of(pattern)) matcher->set_matches_ = *std::move(set);
  if (matcher->set_matches_.empty()) matcher->prefix_ = LiteralPrefix(pattern);
  return std::shared_ptr<const RegexMatcher>(std::move(matcher));
}

bool RegexMatcher::Matches(std::string_view text) const {
  if (matches_all_) return true;
  if (matches_non_empty_) return !text.empty();
  if (!set_matches_.empty())
    return std::binary_search(set_matches_.begin(), set_matches_.end(), text);
  if (!text.starts_with(prefix_)) return false;
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), program_->re);
}

StatusOr<Matcher> Matcher::Create(MatchType type, std::string name, std::string value) {
  Matcher matcher(type, std::move(name), std::move(value));
  if (type == MatchType::kRegex || type == MatchType::kNotRegex) {
    ASSIGN_OR_RETURN(matcher.regex_, RegexMatcher::Compile(matcher.value_));
  }
  return matcher;
}

Matcher Matcher::Equal(std::string name, std::string value) {
  return Matcher(MatchType::kEqual, std::move(name), std::move(value));
}

Matcher Matcher::NotEqual(std::string name, std::string value) {
  return Matcher(MatchType::kNotEqual, std::move(name), std::move(value));
}

bool Matcher::Matches(std::string_view value) const {
  switch (type_) {
    case MatchType::kEqual:
      return value == value_;
    case MatchType::kNotEqual:
      return value != value_;
    case MatchType::kRegex:
      return regex_->Matches(value);
    case MatchType::kNotRegex:
      return !regex_->Matches(value);
  }
  return false;
}

std::string Matcher::ToString() const {
  std::string text = IsLegacyLabelName(name_) ? name_ : QuoteGo(name_);
  return text.append(MatchTypeText(type_)).append(QuoteGo(value_));
}

bool MatchAll(const std::vector<Matcher>& matchers, LabelsView labels) {
  return std::all_of(matchers.begin(), matchers.end(), [labels](const Matcher& matcher) {
    return matcher.Matches(labels.Get(matcher.name()));
  });
}

std::string_view MatchTypeText(MatchType type) {
  constexpr std::array<std::string_view, 4> kTexts = {"=", "!=", "=~", "!~"};
  return kTexts[static_cast<size_t>(type)];
}

}  // namespace aion::model
