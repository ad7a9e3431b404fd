#pragma once

// Calls that are neither range functions over a selector nor row maps: those that look at several
// series, at labels or at nothing.

#include "promql/exec/query.h"

namespace aion::promql {

/// Any call that gives a vector and is no row map.
StatusOr<StepMatrix> EvalCall(Query& query, const Call& call, const StepGrid& grid);

/// A range function over a selector or a subquery.
StatusOr<StepMatrix> EvalRangeCall(Query& query, const Call& call, const StepGrid& grid);
StatusOr<StepMatrix> EvalLabelReplace(Query& query, const Call& call, const StepGrid& grid);
StatusOr<StepMatrix> EvalLabelJoin(Query& query, const Call& call, const StepGrid& grid);
StatusOr<StepMatrix> EvalHistogramQuantile(Query& query, const Call& call, const StepGrid& grid);
StatusOr<StepMatrix> EvalHistogramQuantiles(Query& query, const Call& call, const StepGrid& grid);
StatusOr<StepMatrix> EvalHistogramFraction(Query& query, const Call& call, const StepGrid& grid);
StatusOr<StepMatrix> EvalSort(Query& query, const Call& call, const StepGrid& grid);
StatusOr<StepMatrix> EvalInfo(Query& query, const Call& call, const StepGrid& grid);

/// The steps at which the expression of a subquery is evaluated for the steps of `grid`, and its
/// rows there.
struct SubqueryRows {
  StepGrid grid;
  StepMatrix rows;
  int64_t samples = 0;  ///< Looked at for them; not in Query::samples_total, where the windows over
                        ///< the rows count.
};
StatusOr<SubqueryRows> EvalSubquery(Query& query, const SubqueryExpr& subquery,
                                    const StepGrid& grid);

/// Text of a string argument. Requires: the parser checked that it is one.
const std::string& StringArgument(const Call& call, size_t index);

/// Vector operations on two vectors, set operators included.
StatusOr<StepMatrix> EvalVectorBinary(Query& query, const BinaryExpr& binary, const StepGrid& grid);

}  // namespace aion::promql
