#pragma once

// From an expression to a Pipeline: a selector, with or without a range function, and the row maps
// above it.

#include <optional>

#include "promql/exec/query.h"
#include "promql/exec/stream.h"

namespace aion::promql {

/// Nothing when something below `expr` needs more than one series at a time. Evaluates the scalar
/// arguments on the way.
StatusOr<std::optional<Pipeline>> MakePipeline(Query& query, const Expr& expr,
                                               const StepGrid& grid);

/// Whether an aggregation may take the stream directly: names that go cannot make two of its series
/// equal.
bool CanFuse(const Query& query, const Pipeline& pipeline);

/// The time the first step refers to: of `@` where there is one, shifted by the offset; far from
/// overflow.
TimestampMs FirstReference(const TimeModifiers& time, const StepGrid& grid);

/// The leaf of an instant selector, and what it shows.
Leaf InstantLeaf(const Query& query, const VectorSelector& selector, const StepGrid& grid,
                 InstantValue value);

/// The leaf of a range function over a matrix selector or a subquery; evaluates the scalar
/// arguments.
StatusOr<Leaf> RangeLeaf(Query& query, const Call& call, const RangeFunction& function,
                         const StepGrid& grid);

/// The range argument of a call, a MatrixSelector or a SubqueryExpr; null when it has none.
const Expr* RangeArgument(const Call& call);

}  // namespace aion::promql
