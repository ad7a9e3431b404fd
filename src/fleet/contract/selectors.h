#pragma once

// SelectorParsers: the two questions the small APIs have for a PromQL parser, asked through
// functions so that the fleet knows no PromQL. Both are thread-safe and pure.

#include <functional>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"

namespace aion::fleet {

struct SelectorParsers {
  /// The matchers of one series selector, `up{job="x"}`. kInvalidArgument with the parser's text.
  std::function<StatusOr<std::vector<model::Matcher>>(std::string_view selector)> selector;
  /// The matchers of every vector selector in an expression. kInvalidArgument with the parser's
  /// text.
  std::function<StatusOr<std::vector<std::vector<model::Matcher>>>(std::string_view query)>
      selectors_of;
};

}  // namespace aion::fleet
