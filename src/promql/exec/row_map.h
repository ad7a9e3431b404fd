#pragma once

// Row maps: what is done to a row value by value, without looking at other series: abs(), clamp(),
// `* 2`, `> 5`, unary minus, histogram_count(), … They run inside a stream where a selector is
// below them, else over held series.

#include <functional>
#include <optional>

#include "promql/exec/query.h"

namespace aion::promql {

struct RowMap {
  /// Changes a row in place.
  std::function<void(StepRow*, Annotations*)> apply;
  bool drops_name = false;
};

/// The vector below `expr` when `expr` is a row map, else null. Evaluates nothing.
const Expr* RowMapOperand(const Expr& expr);
/// The map of `expr`; evaluates its scalar arguments. Requires: RowMapOperand(expr) != null.
StatusOr<RowMap> MakeRowMap(Query& query, const Expr& expr, const StepGrid& grid);

}  // namespace aion::promql
