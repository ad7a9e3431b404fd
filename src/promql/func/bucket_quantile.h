#pragma once

// Quantiles and fractions of histograms: classic ones, given as cumulative buckets, and native
// ones.

#include <string_view>
#include <vector>

#include "model/histogram.h"
#include "promql/func/annotations.h"

namespace aion::promql {

struct ClassicBucket {
  double upper_bound = 0;
  double count = 0;  ///< Of all observations up to the bound.
};

struct ClassicQuantile {
  double value = 0;
  bool forced_monotonicity = false;
  double min_bucket = 0, max_bucket = 0, max_difference = 0;
};

/// Sorts (at no cost when they are in order) and repairs `buckets`. Linear interpolation within a
/// bucket. Requires: not empty.
ClassicQuantile QuantileOfBuckets(double q, std::vector<ClassicBucket>* buckets);
/// Share of the observations between the bounds. Sorts `buckets`. Requires: not empty.
double FractionOfBuckets(double lower, double upper, std::vector<ClassicBucket>* buckets);

/// Exponential interpolation within exponential buckets, linear in the zero bucket and in custom
/// ones.
double QuantileOfHistogram(double q, const model::FloatHistogram& histogram,
                           std::string_view metric, SourceRange at, Annotations* annotations);
double FractionOfHistogram(double lower, double upper, const model::FloatHistogram& histogram,
                           std::string_view metric, SourceRange at, Annotations* annotations);

}  // namespace aion::promql
