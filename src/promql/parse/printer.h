#pragma once

// Tree to text: the canonical form Prometheus prints, which parses to the same tree again.

#include <string>

#include "promql/parse/ast.h"

namespace aion::promql {

/// One line.
std::string ToString(const Expr& expr);
std::string ToString(const DurationExpr& expr);
/// `sum by (a)`, `rate`, `+ on (a)`: the node without its children, as explain output and
/// annotations show it.
std::string ToShortString(const Expr& expr);

/// Spread over indented lines where it is longer than 100 characters: /api/v1/format_query.
std::string ToPrettyString(const Expr& expr);

}  // namespace aion::promql
