// The table of range functions, and those of them that are a few lines: *_over_time, regressions
// and smoothing.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "promql/func/histogram_sum.h"
#include "promql/func/rate_window.h"
#include "promql/func/row_kernels.h"
#include "promql/func/statistics.h"
#include "promql/func/window.h"
#include "promql/func/x_rate.h"

namespace aion::promql {
namespace {

std::vector<double>& ScratchValues() {
  static thread_local std::vector<double> scratch;
  return scratch;
}

/// For functions that leave histograms out: whether there are floats, with a note when there are
/// both.
bool FloatsOnly(const Window& window, const RangeCall& call) {
  if (window.values.empty()) return false;
  if (!window.histograms.empty())
    call.annotations->HistogramIgnoredInMixedRange(call.metric, call.first_at);
  return true;
}

/// The same for functions that need two floats.
bool TwoFloats(const Window& window, const RangeCall& call) {
  return FloatsOnly(window, call) && window.values.size() >= 2;
}

template <bool kAverage>
void SumWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (!window.values.empty() && !window.histograms.empty()) {
    call.annotations->MixedFloatsHistograms(call.metric, call.first_at);
    return;
  }
  if (!window.values.empty()) {
    result->Set(kAverage ? AverageOf(window.values) : SumOf(window.values));
    return;
  }
  HistogramSum sum(kAverage);
  for (const model::FloatHistogram& histogram : window.histograms) {
    sum.Add(histogram, call.metric, call.first_at, call.annotations);
  }
  result->histogram = sum.Finish(call.first_at, call.annotations);
}

template <typename Better>
size_t BestIndex(std::span<const double> values, const Better& better) {
  size_t best = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (better(values[i], values[best]) || std::isnan(values[best])) best = i;
  }
  return best;
}

void MaxWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (!FloatsOnly(window, call)) return;
  result->Set(window.values[BestIndex(window.values, [](double a, double b) { return a > b; })]);
}
void MinWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (!FloatsOnly(window, call)) return;
  result->Set(window.values[BestIndex(window.values, [](double a, double b) { return a < b; })]);
}
void TimeOfMaxWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (!FloatsOnly(window, call)) return;
  const size_t best = BestIndex(window.values, [](double a, double b) { return a >= b; });
  result->Set(static_cast<double>(window.times[best]) / 1000);
}
void TimeOfMinWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (!FloatsOnly(window, call)) return;
  const size_t best = BestIndex(window.values, [](double a, double b) { return a <= b; });
  result->Set(static_cast<double>(window.times[best]) / 1000);
}

void CountWindow(const Window& window, const RangeCall&, WindowResult* result) {
  result->Set(static_cast<double>(window.values.size() + window.histograms.size()));
}
void PresentWindow(const Window&, const RangeCall&, WindowResult* result) { result->Set(1); }

void FirstWindow(const Window& window, const RangeCall&, WindowResult* result) {
  const bool histogram =
      window.times.empty() ||
      (!window.histogram_times.empty() && window.histogram_times.front() <= window.times.front());
  if (histogram) {
    result->histogram = std::make_shared<const model::FloatHistogram>(window.histograms.front());
  } else {
    result->Set(window.values.front());
  }
}
void LastWindow(const Window& window, const RangeCall&, WindowResult* result) {
  const bool histogram =
      window.times.empty() ||
      (!window.histogram_times.empty() && window.histogram_times.back() >= window.times.back());
  if (histogram) {
    result->histogram = std::make_shared<const model::FloatHistogram>(window.histograms.back());
  } else {
    result->Set(window.values.back());
  }
}
void TimeOfFirstWindow(const Window& window, const RangeCall&, WindowResult* result) {
  TimestampMs first = kTimestampMax;
  if (!window.times.empty()) first = window.times.front();
  if (!window.histogram_times.empty()) first = std::min(first, window.histogram_times.front());
  result->Set(static_cast<double>(first) / 1000);
}
void TimeOfLastWindow(const Window& window, const RangeCall&, WindowResult* result) {
  TimestampMs last = window.times.empty() ? 0 : window.times.back();
  if (!window.histogram_times.empty()) {
    last = window.times.empty() ? std::max<TimestampMs>(0, window.histogram_times.back())
                                : std::max(last, window.histogram_times.back());
  }
  result->Set(static_cast<double>(last) / 1000);
}

void VarianceWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (FloatsOnly(window, call)) result->Set(VarianceOf(window.values));
}
void DeviationWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (FloatsOnly(window, call)) result->Set(std::sqrt(VarianceOf(window.values)));
}
void MadWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (FloatsOnly(window, call))
    result->Set(MedianAbsoluteDeviation(window.values, &ScratchValues()));
}

void QuantileWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (window.values.empty()) return;
  const double q = window.scalars[0];
  if (std::isnan(q) || q < 0 || q > 1) call.annotations->InvalidQuantile(q, call.first_at);
  FloatsOnly(window, call);
  std::vector<double>& values = ScratchValues();
  values.assign(window.values.begin(), window.values.end());
  result->Set(QuantileOf(q, values));
}

void DerivWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (TwoFloats(window, call))
    result->Set(LinearRegression(window.times, window.values, window.times[0]).first);
}
void PredictWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  if (!TwoFloats(window, call)) return;
  const auto [slope, intercept] = LinearRegression(window.times, window.values, window.time);
  result->Set(slope * window.scalars[0] + intercept);
}

void SmoothingWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  const double smoothing = window.scalars[0], trend = window.scalars[1];
  const auto refuse = [&call](const char* what, const char* symbol, double got) {
    char text[160];
    std::snprintf(text, sizeof text, "invalid %s factor. Expected: 0 < %s < 1, got: %f", what,
                  symbol, got);
    *call.error = FailedPreconditionError(text);
  };
  if (smoothing <= 0 || smoothing >= 1) return refuse("smoothing", "sf", smoothing);
  if (trend <= 0 || trend >= 1) return refuse("trend", "tf", trend);
  if (TwoFloats(window, call))
    result->Set(DoubleExponentialSmoothing(window.values, smoothing, trend));
}

constexpr std::array kRangeFunctions = {
    RangeFunction{"absent_over_time", PresentWindow, PresentRow},
    RangeFunction{"avg_over_time", SumWindow<true>, AvgRow},
    RangeFunction{"changes", ChangesWindow},
    RangeFunction{"count_over_time", CountWindow, CountRow},
    RangeFunction{"delta", DeltaWindow, DeltaRow},
    RangeFunction{"deriv", DerivWindow},
    RangeFunction{"double_exponential_smoothing", SmoothingWindow},
    RangeFunction{"first_over_time", FirstWindow, nullptr, true},
    RangeFunction{"idelta", IdeltaWindow},
    RangeFunction{"increase", IncreaseWindow, IncreaseRow, false, true},
    RangeFunction{"irate", IrateWindow, nullptr, false, true},
    RangeFunction{"last_over_time", LastWindow, LastRow, true},
    RangeFunction{"mad_over_time", MadWindow},
    RangeFunction{"max_over_time", MaxWindow, MaxRow},
    RangeFunction{"min_over_time", MinWindow, MinRow},
    RangeFunction{"predict_linear", PredictWindow},
    RangeFunction{"present_over_time", PresentWindow, PresentRow},
    RangeFunction{"quantile_over_time", QuantileWindow},
    RangeFunction{"rate", RateWindow, RateRow, false, true},
    RangeFunction{"resets", ResetsWindow, nullptr, false, true},
    RangeFunction{"stddev_over_time", DeviationWindow},
    RangeFunction{"stdvar_over_time", VarianceWindow},
    RangeFunction{"sum_over_time", SumWindow<false>, SumRow},
    RangeFunction{"ts_of_first_over_time", TimeOfFirstWindow},
    RangeFunction{"ts_of_last_over_time", TimeOfLastWindow},
    RangeFunction{"ts_of_max_over_time", TimeOfMaxWindow},
    RangeFunction{"ts_of_min_over_time", TimeOfMinWindow},
    RangeFunction{"xdelta", XDeltaWindow},
    RangeFunction{"xincrease", XIncreaseWindow},
    RangeFunction{"xrate", XRateWindow},
};

}  // namespace

const RangeFunction* FindRangeFunction(std::string_view name) {
  const auto* it = std::lower_bound(
      kRangeFunctions.begin(), kRangeFunctions.end(), name,
      [](const RangeFunction& row, std::string_view key) { return row.name < key; });
  return it != kRangeFunctions.end() && it->name == name ? it : nullptr;
}

}  // namespace aion::promql
