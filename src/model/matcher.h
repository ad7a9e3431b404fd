#pragma once

// Matcher: one label condition of a selector, `name = != =~ !~ value`.
//
// Regexes are RE2, anchored at both ends, compiled once and shared by copies. Alternations of
// literals and fixed prefixes are found at compile time, so that index lookups can replace scans.
// An absent label has the empty value. Immutable and thread-safe. A pattern RE2 refuses or that
// needs more than 1 MiB of program is kInvalidArgument with Go's error text where known.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

namespace aion::model {

enum class MatchType : uint8_t { kEqual = 0, kNotEqual = 1, kRegex = 2, kNotRegex = 3 };

/// A compiled, anchored regular expression with its shortcuts.
class RegexMatcher {
 public:
  static StatusOr<std::shared_ptr<const RegexMatcher>> Compile(std::string_view pattern);
  ~RegexMatcher();
  bool Matches(std::string_view text) const;
  /// Every string it can match, sorted, when that is a finite small set ("a|b", "x(1|2)"); else
  /// empty.
  const std::vector<std::string>& set_matches() const { return set_matches_; }
  /// Every match begins with this; empty when nothing is known.
  const std::string& prefix() const { return prefix_; }

 private:
  struct Program;
  RegexMatcher();
  std::unique_ptr<Program> program_;
  std::vector<std::string> set_matches_;
  std::string prefix_;
  bool matches_all_ = false;        // ".*"
  bool matches_non_empty_ = false;  // ".+"
};

class Matcher {
 public:
  static StatusOr<Matcher> Create(MatchType type, std::string name, std::string value);
  /// For equality types, which cannot fail.
  static Matcher Equal(std::string name, std::string value);
  static Matcher NotEqual(std::string name, std::string value);

  MatchType type() const { return type_; }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }
  /// Null for equality types.
  const RegexMatcher* regex() const { return regex_.get(); }
  bool Matches(std::string_view value) const;
  /// True when a series without the label matches.
  bool MatchesEmpty() const { return Matches({}); }
  /// name="value" with Go quoting.
  std::string ToString() const;
  bool operator==(const Matcher& other) const {
    return type_ == other.type_ && name_ == other.name_ && value_ == other.value_;
  }

 private:
  Matcher(MatchType type, std::string name, std::string value)
      : type_(type), name_(std::move(name)), value_(std::move(value)) {}
  MatchType type_;
  std::string name_;
  std::string value_;
  std::shared_ptr<const RegexMatcher> regex_;
};

/// True when all matchers hold for the labels.
bool MatchAll(const std::vector<Matcher>& matchers, LabelsView labels);
/// "=", "!=", "=~", "!~".
std::string_view MatchTypeText(MatchType type);

}  // namespace aion::model
