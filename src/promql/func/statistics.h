#pragma once

// Statistics over the floats of a window or a group, with Prometheus' digits. Pure functions.

#include <span>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace aion::promql {

/// Kahan sum in order; infinite sums have no compensation.
double SumOf(std::span<const double> values);
/// Kahan sum over count, or the incremental mean from where the sum would overflow. Requires: not
/// empty.
double AverageOf(std::span<const double> values);
/// Population variance by Welford with compensation. Requires: not empty.
double VarianceOf(std::span<const double> values);
/// Sorts `values`, NaN first. NaN for none or q NaN, -Inf for q < 0, +Inf for q > 1.
double QuantileOf(double q, std::span<double> values);
/// Median of the distances from the median; NaN when any value is. `scratch` is overwritten.
double MedianAbsoluteDeviation(std::span<const double> values, std::vector<double>* scratch);
/// Slope per second and value at `intercept_time` of the least-squares line. Requires: at least one
/// sample.
std::pair<double, double> LinearRegression(std::span<const TimestampMs> times,
                                           std::span<const double> values,
                                           TimestampMs intercept_time);
/// Holt's double exponential smoothing; requires two values at least.
double DoubleExponentialSmoothing(std::span<const double> values, double smoothing, double trend);

}  // namespace aion::promql
