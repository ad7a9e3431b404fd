#pragma once

// Whether an answer is what a script expects. Values may differ by a millionth, histograms in the
// layout of empty buckets, hints only where the script gives one.

#include "model/query_value.h"
#include "model/warnings.h"
#include "testing/promql_script.h"

namespace aion::testing {

/// OK, or kFailedPrecondition with the difference.
Status CompareResult(const EvalCommand& eval, const model::QueryValue& value);

/// Expected texts among the annotations, and no others of a kind of which texts are expected.
Status CompareAnnotations(const EvalCommand& eval, const model::Warnings& warnings);

/// The points of a range answer at `time`, as the instant query would have given them.
model::Vector VectorAt(const model::Matrix& matrix, TimestampMs time);

}  // namespace aion::testing
