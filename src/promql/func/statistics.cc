#include "promql/func/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "promql/func/kahan.h"

namespace aion::promql {
namespace {
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
}  // namespace

double SumOf(std::span<const double> values) {
  KahanSum sum;
  for (double value : values) sum.Add(value);
  return std::isinf(sum.sum) ? sum.sum : sum.Total();
}

double AverageOf(std::span<const double> values) {
  KahanSum sum{values[0], 0};
  size_t i = 1;
  for (; i < values.size(); ++i) {
    KahanSum next = sum;
    next.Add(values[i]);
    if (std::isinf(next.sum)) break;
    sum = next;
  }
  if (i == values.size()) {
    const auto count = static_cast<double>(values.size());
    return sum.sum / count + sum.compensation / count;
  }
  // The sum would overflow: from here on the mean itself is carried.
  const auto before = static_cast<double>(i);
  KahanSum mean{sum.sum / before, sum.compensation / before};
  for (; i < values.size(); ++i) {
    const auto count = static_cast<double>(i + 1);
    const double share = (count - 1) / count;
    mean = {share * mean.sum, share * mean.compensation};
    mean.Add(values[i] / count);
  }
  return mean.Total();
}

double VarianceOf(std::span<const double> values) {
  double count = 0;
  KahanSum mean, squares;
  for (double value : values) {
    count += 1;
    const double delta = value - mean.Total();
    mean.Add(delta / count);
    squares.Add(delta * (value - mean.Total()));
  }
  return squares.Total() / count;
}

double QuantileOf(double q, std::span<double> values) {
  if (values.empty() || std::isnan(q)) return kNan;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  std::sort(values.begin(), values.end(), [](double a, double b) {
    if (std::isnan(a)) return !std::isnan(b);
    return a < b;
  });
  const auto size = static_cast<double>(values.size());
  const double rank = q * (size - 1);
  const double lower = std::max(0.0, std::floor(rank));
  const double upper = std::min(size - 1, lower + 1);
  const double weight = rank - std::floor(rank);
  return values[static_cast<size_t>(lower)] * (1 - weight) +
         values[static_cast<size_t>(upper)] * weight;
}

double MedianAbsoluteDeviation(std::span<const double> values, std::vector<double>* scratch) {
  for (double value : values) {
    if (std::isnan(value)) return kNan;
  }
  scratch->assign(values.begin(), values.end());
  const double median = QuantileOf(0.5, *scratch);
  for (double& value : *scratch) value = std::fabs(value - median);
  return QuantileOf(0.5, *scratch);
}

std::pair<double, double> LinearRegression(std::span<const TimestampMs> times,
                                           std::span<const double> values,
                                           TimestampMs intercept_time) {
  KahanSum x_sum, y_sum, xy_sum, xx_sum;
  bool constant = true;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != values[0] && i > 0) constant = false;
    const double x = static_cast<double>(times[i] - intercept_time) / 1e3;
    x_sum.Add(x);
    y_sum.Add(values[i]);
    xy_sum.Add(x * values[i]);
    xx_sum.Add(x * x);
  }
  if (constant) {
    if (std::isinf(values[0])) return {kNan, kNan};
    return {0, values[0]};
  }
  const auto n = static_cast<double>(values.size());
  const double x = x_sum.Total(), y = y_sum.Total();
  const double covariance = xy_sum.Total() - x * y / n;
  const double variance = xx_sum.Total() - x * x / n;
  const double slope = covariance / variance;
  return {slope, y / n - slope * x / n};
}

double DoubleExponentialSmoothing(std::span<const double> values, double smoothing, double trend) {
  double before = 0, smoothed = values[0], slope = values[1] - values[0];
  for (size_t i = 1; i < values.size(); ++i) {
    const double scaled = smoothing * values[i];
    if (i > 1) slope = trend * (smoothed - before) + (1 - trend) * slope;
    before = smoothed;
    smoothed = scaled + (1 - smoothing) * (smoothed + slope);
  }
  return smoothed;
}

}  // namespace aion::promql
