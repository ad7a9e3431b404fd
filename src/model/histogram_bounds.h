#pragma once

// Where the buckets of native histograms end. A bucket of index i holds (bound(i - 1), bound(i)];
// the negative side is the mirror image. Pure functions. Requires for all: a schema that passed
// Validate.

#include <span>

#include "model/histogram.h"

namespace aion::model {

/// Upper bound of bucket `index` of an exponential schema: 2^(index / 2^schema).
double ExponentialBound(int64_t index, int32_t schema);

/// Upper bound for any schema: beyond the custom bounds +Inf, before the first -Inf.
double BucketBound(int64_t index, int32_t schema, std::span<const double> custom_values);

}  // namespace aion::model
