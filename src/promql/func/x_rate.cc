#include "promql/func/x_rate.h"

#include <algorithm>
#include <cmath>

namespace aion::promql {
namespace {

struct Samples {
  std::span<const TimestampMs> times;
  std::span<const double> values;
};

/// The samples of the window and the one before it, where there is one within the lookback.
Samples WithPrevious(const Window& window) {
  const auto later = std::upper_bound(window.times.begin(), window.times.end(), window.range_start);
  auto first = static_cast<size_t>(later - window.times.begin());
  if (first > 0) --first;
  return {window.times.subspan(first), window.values.subspan(first)};
}

double CounterCorrection(std::span<const double> values) {
  double correction = 0, last = 0;
  for (double value : values) {
    if (value < last) correction += last;
    last = value;
  }
  return correction;
}

bool AllEqual(std::span<const double> values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

void ExtendedDifference(const Window& window, const RangeCall& call, bool counter, bool rate,
                        WindowResult* result) {
  if (!window.histograms.empty()) {
    *call.error =
        FailedPreconditionError("native histograms are not supported in extended range functions");
    return;
  }
  Samples samples = WithPrevious(window);
  const bool increase = counter && !rate;
  // A metric that has just appeared counts from zero, for as long as the window reaches back before
  // it.
  if (increase && AllEqual(samples.values) && window.range_end <= call.appeared + call.range_ms) {
    result->Set(samples.values[0]);
    return;
  }
  const auto covered = [&samples] {
    return static_cast<double>(samples.times.back() - samples.times.front());
  };
  double mean_interval = covered() / static_cast<double>(samples.times.size() - 1);
  if (!increase && static_cast<double>(window.range_start - samples.times[0]) > mean_interval) {
    // The previous sample is too far away to say anything about the window.
    if (samples.times.size() < 3) {
      result->Set(0);
      return;
    }
    samples = {samples.times.subspan(1), samples.values.subspan(1)};
    mean_interval = covered() / static_cast<double>(samples.times.size() - 1);
  }
  double difference = samples.values.back() - samples.values.front();
  if (counter) difference += CounterCorrection(samples.values);
  const auto range_seconds = static_cast<double>(call.range_ms / 1000);
  const auto to_end = static_cast<double>(window.range_end - samples.times.back());
  if (!increase && samples.times[0] <= window.range_start && to_end < mean_interval) {
    difference *= range_seconds / (covered() / 1000);
  }
  result->Set(rate ? difference / range_seconds : difference);
}

}  // namespace

void XRateWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  ExtendedDifference(window, call, true, true, result);
}
void XIncreaseWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  ExtendedDifference(window, call, true, false, result);
}
void XDeltaWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  ExtendedDifference(window, call, false, false, result);
}

}  // namespace aion::promql
