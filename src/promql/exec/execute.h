#pragma once

// Execute: runs a plan to its value. The contract of `promql/exec`; everything else in this folder
// is behind it.

#include "model/query_value.h"
#include "promql/exec/query.h"

namespace aion::promql {

/// The value of the plan: by the type of its expression for an instant query, a matrix sorted by
/// labels for a range query. Annotations, warnings and counts are left in `query`.
StatusOr<model::QueryValue> Execute(Query& query);

/// A range vector as the value of an instant query.
StatusOr<model::Matrix> EvalMatrixSelector(Query& query, const MatrixSelector& matrix,
                                           TimestampMs time);

}  // namespace aion::promql
