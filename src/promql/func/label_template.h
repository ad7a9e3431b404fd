#pragma once

// LabelTemplate: the regular expression and replacement of label_replace(). The expression must
// match the whole value;
// "$1", "${1}", "$name" and "${name}" in the replacement stand for its groups, "$$" for a dollar;
// what names no group is empty. Immutable after Compile.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace re2 {
class RE2;
}

namespace aion::promql {

class LabelTemplate {
 public:
  /// kFailedPrecondition `invalid regular expression in label_replace(): …`.
  static StatusOr<LabelTemplate> Compile(std::string_view pattern, std::string_view replacement);
  LabelTemplate(LabelTemplate&&) noexcept;
  LabelTemplate& operator=(LabelTemplate&&) noexcept;
  ~LabelTemplate();

  /// False, with `out` untouched, when the pattern does not match.
  bool Expand(std::string_view value, std::string* out) const;

 private:
  struct Part {
    std::string text;
    int group = -1;  ///< -1: literal text.
  };
  LabelTemplate();
  void ParseReplacement(std::string_view replacement);
  int GroupOf(std::string_view name) const;

  std::unique_ptr<re2::RE2> pattern_;
  std::vector<Part> parts_;
};

}  // namespace aion::promql
