#pragma once

// The selectors of an expression, read and rewritten without evaluating it. Pure functions.

#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"
#include "promql/parse/ast.h"

namespace aion::promql {

/// The matchers of every vector selector, in the order of the text. kInvalidArgument with the
/// parser's text.
StatusOr<std::vector<std::vector<model::Matcher>>> SelectorsOf(std::string_view query);

/// Makes every selector ask for `matcher` in place of whatever it asked of that label.
void EnforceMatcher(const model::Matcher& matcher, Expr* expr);
void EnforceMatcher(const model::Matcher& matcher, std::vector<model::Matcher>* matchers);

}  // namespace aion::promql
