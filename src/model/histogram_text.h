#pragma once

// Histograms as text: what Prometheus prints and what test scripts write.

#include <string>

#include "model/histogram.h"
#include "model/histogram_buckets.h"

namespace aion::model {

/// {count:3, sum:4.5, [-1,-0.5):1, (0.5,1]:2}: only buckets with a count.
std::string ToString(const FloatHistogram& histogram);
/// "(0.5,1]:2".
std::string ToString(const Bucket& bucket);
/// {{schema:1 count:3 sum:4.5 buckets:[1 2]}}: parses back as a value of a series description.
/// Sides of several spans are written as one with empty buckets between.
std::string ToTestExpression(const FloatHistogram& histogram);

}  // namespace aion::model
