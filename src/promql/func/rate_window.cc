#include "promql/func/rate_window.h"

#include <algorithm>
#include <optional>

#include "model/histogram_ops.h"
#include "promql/func/extended.h"
#include "promql/func/extrapolate.h"
#include "promql/func/start_times.h"

namespace aion::promql {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;

bool IsGauge(const FloatHistogram& histogram) {
  return histogram.counter_reset_hint == CounterResetHint::kGauge;
}

/// Increase between the first and last float, with resets corrected.
double FloatIncrease(const Window& window, const RangeCall& call, bool counter) {
  const std::span<const double> v = window.values;
  double increase = v.back() - v.front();
  if (!counter) return increase;
  const bool starts = !window.start_times.empty();
  bool overlap = false;
  for (size_t i = 1; i < v.size(); ++i) {
    if (starts && !overlap &&
        StartsOverlap(window.start_times[i - 1], window.times[i - 1], window.start_times[i])) {
      call.annotations->StartTimeOverlap(call.metric, call.first_at);
      overlap = true;
    }
    if (v[i] < v[i - 1] || (starts && IsStartReset(window.start_times[i - 1], window.times[i - 1],
                                                   window.start_times[i], window.times[i]))) {
      increase += v[i - 1];
    }
  }
  return increase;
}

bool HistogramReset(const Window& window, size_t i, const FloatHistogram& previous) {
  const std::span<const TimestampMs> starts = window.histogram_start_times,
                                     times = window.histogram_times;
  if (!starts.empty() && IsStartReset(starts[i - 1], times[i - 1], starts[i], times[i]))
    return true;
  return model::DetectReset(window.histograms[i], previous);
}

/// Warnings of gauges and of mixed buckets before anything is computed; false when exponential and
/// custom buckets mix.
///
/// Compat: where samples between the first and the last mix, that is the only warning.
bool CheckHistograms(const Window& window, const RangeCall& call, const FloatHistogram& first,
                     bool counter) {
  const std::span<const FloatHistogram> h = window.histograms;
  const std::span<const FloatHistogram> inner =
      counter ? h.subspan(1, h.size() - 2) : std::span<const FloatHistogram>();
  const bool custom = first.UsesCustomBuckets();
  const bool last_mixes = h.back().UsesCustomBuckets() != custom;
  const bool inner_mixes = std::ranges::any_of(
      inner, [&](const FloatHistogram& x) { return x.UsesCustomBuckets() != custom; });
  const bool any_gauge = counter && (IsGauge(h.front()) || IsGauge(h.back()));
  if (any_gauge && (last_mixes || !inner_mixes)) {
    call.annotations->NativeHistogramNotCounter(call.metric, call.first_at);
  }
  if (last_mixes || inner_mixes) {
    call.annotations->MixedExponentialCustomHistograms(call.metric, call.first_at);
    return false;
  }
  if (std::ranges::any_of(inner, IsGauge))
    call.annotations->NativeHistogramNotCounter(call.metric, call.first_at);
  return true;
}

/// The coarsest schema of the samples that take part.
int32_t CommonSchema(const Window& window, const FloatHistogram& first, bool counter) {
  const std::span<const FloatHistogram> h = window.histograms;
  int32_t schema = std::min(first.schema, h.back().schema);
  for (size_t i = 1; counter && i + 1 < h.size(); ++i) schema = std::min(schema, h[i].schema);
  return schema;
}

bool Combine(StatusOr<model::CombineNotes> notes, HistogramOperation operation,
             const RangeCall& call) {
  if (!notes.ok()) {
    call.annotations->MixedExponentialCustomHistograms(call.metric, call.first_at);
    return false;
  }
  if (notes->bounds_reconciled) call.annotations->MismatchedCustomBuckets(operation, call.first_at);
  return true;
}

/// Increase between the first and last of at least two histograms. A first sample right before a
/// reset counts as empty, whatever its layout.
std::optional<FloatHistogram> HistogramIncrease(const Window& window, const RangeCall& call,
                                                bool counter) {
  const std::span<const FloatHistogram> h = window.histograms;
  FloatHistogram empty;
  const FloatHistogram* previous = &h.front();
  if (counter && HistogramReset(window, 1, h.front())) {
    empty.schema = h[1].schema;
    empty.custom_values = h[1].custom_values;
    previous = &empty;
  }
  if (!CheckHistograms(window, call, *previous, counter)) return std::nullopt;
  const int32_t schema = CommonSchema(window, *previous, counter);
  FloatHistogram increase =
      h.back().schema == schema ? h.back() : model::CopyToSchema(h.back(), schema);
  if (!Combine(model::Sub(&increase, *previous), HistogramOperation::kSubtraction, call))
    return std::nullopt;
  bool overlap = false;
  for (size_t i = 1; counter && i < h.size(); ++i) {
    if (!window.histogram_start_times.empty() && !overlap &&
        StartsOverlap(window.histogram_start_times[i - 1], window.histogram_times[i - 1],
                      window.histogram_start_times[i])) {
      call.annotations->StartTimeOverlap(call.metric, call.first_at);
      overlap = true;
    }
    if (HistogramReset(window, i, *previous) &&
        !Combine(model::Add(&increase, *previous), HistogramOperation::kAddition, call)) {
      return std::nullopt;
    }
    previous = &h[i];
  }
  if (!counter && !(IsGauge(h.front()) && IsGauge(h.back()))) {
    call.annotations->NativeHistogramNotGauge(call.metric, call.first_at);
  }
  increase.counter_reset_hint = CounterResetHint::kGauge;
  model::Compact(&increase);
  return increase;
}

/// What extrapolation needs to know of either kind of sample.
struct Samples {
  std::span<const TimestampMs> times;
  std::span<const TimestampMs> start_times;
  double first = 0;     ///< First value or count.
  double increase = 0;  ///< Increase of value or count.
};

/// The factor from the increase between samples to that of the whole window.
double WindowFactor(const Window& window, const Samples& samples, bool counter, bool from_start) {
  const TimestampMs first = samples.times.front(), last = samples.times.back();
  Reach reach = ReachOf(first - window.range_start, window.range_end - last, last - first,
                        samples.times.size());
  if (from_start) {
    reach.to_start = 0;
    reach.sampled = static_cast<double>(last - samples.start_times.front()) / 1000;
  } else if (counter && samples.increase > 0 && samples.first >= 0) {
    reach.to_start = std::min(reach.to_start, reach.sampled * (samples.first / samples.increase));
  }
  return ReachFactor(reach.sampled, reach.to_start, reach.to_end);
}

void Extrapolated(const Window& window, const RangeCall& call, bool counter, bool per_second,
                  WindowResult* result) {
  if (!window.values.empty() && !window.histograms.empty()) {
    call.annotations->MixedFloatsHistograms(call.metric, call.first_at);
    return;
  }
  if (call.anchored || call.smoothed) {
    ExtendedRate(window, call, counter, per_second, result);
    return;
  }
  const bool histograms = window.values.empty();
  Samples samples;
  samples.times = histograms ? window.histogram_times : window.times;
  if (counter) samples.start_times = histograms ? window.histogram_start_times : window.start_times;
  // A start inside the window stands for a sample of zero at that time.
  const bool from_start = !samples.start_times.empty() && samples.start_times[0] != 0 &&
                          samples.start_times[0] > window.range_start &&
                          samples.start_times[0] < samples.times[0];
  const bool single = samples.times.size() == 1;
  std::optional<FloatHistogram> increase;
  if (!histograms) {
    samples.increase = FloatIncrease(window, call, counter);
    if (from_start) samples.increase += window.values[0];
    samples.first = window.values[0];
  } else {
    if (!single) {
      increase = HistogramIncrease(window, call, counter);
      if (!increase.has_value()) return;
    }
    if (from_start && single) {
      increase = window.histograms[0];
    } else if (from_start && !Combine(model::Add(&*increase, window.histograms[0]),
                                      HistogramOperation::kAddition, call)) {
      return;
    }
    samples.first = window.histograms[0].count;
    if (increase.has_value()) samples.increase = increase->count;
  }
  if (single && !from_start) return;
  double factor = WindowFactor(window, samples, counter, from_start);
  if (per_second) factor /= static_cast<double>(call.range_ms) / 1000;
  if (!histograms) {
    result->Set(samples.increase * factor);
    return;
  }
  model::Mul(&*increase, factor);
  result->histogram = std::make_shared<const FloatHistogram>(*std::move(increase));
}

/// A sample of either kind, for functions over the samples in the order of time.
struct AnySample {
  TimestampMs time = 0;
  TimestampMs start = 0;
  double value = 0;
  const FloatHistogram* histogram = nullptr;
};

AnySample FloatAt(const Window& window, size_t i) {
  return {window.times[i], window.start_times.empty() ? 0 : window.start_times[i], window.values[i],
          nullptr};
}
AnySample HistogramAt(const Window& window, size_t i) {
  return {window.histogram_times[i],
          window.histogram_start_times.empty() ? 0 : window.histogram_start_times[i], 0,
          &window.histograms[i]};
}

/// Walks floats and histograms of a window by time.
class MergedSamples {
 public:
  MergedSamples(const Window& window, size_t first_float, size_t first_histogram)
      : window_(window), float_(first_float), histogram_(first_histogram) {}
  bool Next(AnySample* sample) {
    const bool floats = float_ < window_.times.size(),
               histograms = histogram_ < window_.histogram_times.size();
    if (!floats && !histograms) return false;
    if (floats && (!histograms || window_.times[float_] < window_.histogram_times[histogram_])) {
      *sample = FloatAt(window_, float_++);
    } else {
      *sample = HistogramAt(window_, histogram_++);
    }
    return true;
  }

 private:
  const Window& window_;
  size_t float_, histogram_;
};

void InstantDifference(const Window& window, const RangeCall& call, bool rate,
                       WindowResult* result) {
  const size_t floats = window.times.size(), histograms = window.histogram_times.size();
  if (floats + histograms < 2) return;
  AnySample last[2];
  MergedSamples merged(window, floats - std::min<size_t>(floats, 2),
                       histograms - std::min<size_t>(histograms, 2));
  for (AnySample sample; merged.Next(&sample);) {
    last[0] = last[1];
    last[1] = sample;
  }
  const AnySample &before = last[0], &after = last[1];
  const TimestampMs interval = after.time - before.time;
  if (interval == 0) return;
  if ((before.histogram == nullptr) != (after.histogram == nullptr)) {
    call.annotations->MixedFloatsHistograms(call.metric, call.first_at);
    return;
  }
  const double seconds = static_cast<double>(interval) / 1000;
  const bool start_reset = IsStartReset(before.start, before.time, after.start, after.time);
  if (after.histogram == nullptr) {
    const bool reset = rate && (after.value < before.value || start_reset);
    const double difference = reset ? after.value : after.value - before.value;
    result->Set(rate ? difference / seconds : difference);
    return;
  }
  if (rate && (IsGauge(*after.histogram) || IsGauge(*before.histogram))) {
    call.annotations->NativeHistogramNotCounter(call.metric, call.first_at);
  }
  if (!rate && !(IsGauge(*after.histogram) && IsGauge(*before.histogram))) {
    call.annotations->NativeHistogramNotGauge(call.metric, call.first_at);
  }
  FloatHistogram difference = *after.histogram;
  if (!rate || !(start_reset || model::DetectReset(*after.histogram, *before.histogram))) {
    if (!Combine(model::Sub(&difference, *before.histogram), HistogramOperation::kSubtraction,
                 call))
      return;
  }
  difference.counter_reset_hint = CounterResetHint::kGauge;
  model::Compact(&difference);
  if (rate) model::Div(&difference, seconds);
  result->histogram = std::make_shared<const FloatHistogram>(std::move(difference));
}

/// Where an anchored window begins: at the newest sample of either kind at or before its start.
bool FirstSamples(const Window& window, const RangeCall& call, size_t* first_float,
                  size_t* first_histogram) {
  *first_float = *first_histogram = 0;
  if (!call.anchored) return true;
  const auto later = [&](std::span<const TimestampMs> times) {
    return static_cast<size_t>(std::upper_bound(times.begin(), times.end(), window.range_start) -
                               times.begin());
  };
  const size_t floats = later(window.times), histograms = later(window.histogram_times);
  if (floats >= window.times.size() && histograms >= window.histogram_times.size()) return false;
  if (floats == 0 && histograms == 0) return true;
  const bool float_anchor =
      histograms == 0 ||
      (floats > 0 && window.times[floats - 1] >= window.histogram_times[histograms - 1]);
  *first_float = float_anchor ? floats - 1 : floats;
  *first_histogram = float_anchor ? histograms : histograms - 1;
  return true;
}

/// Counts neighbours in the order of time for which `differ` holds.
template <typename Differ>
void CountNeighbours(const Window& window, const RangeCall& call, const Differ& differ,
                     WindowResult* result) {
  size_t first_float, first_histogram;
  if (!FirstSamples(window, call, &first_float, &first_histogram)) return;
  MergedSamples merged(window, first_float, first_histogram);
  AnySample before, after;
  if (!merged.Next(&before)) return;
  int64_t count = 0;
  for (; merged.Next(&after); before = after) {
    const bool mixed = (before.histogram == nullptr) != (after.histogram == nullptr);
    if (mixed || differ(before, after)) ++count;
  }
  result->Set(static_cast<double>(count));
}

}  // namespace

void RateWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  Extrapolated(window, call, true, true, result);
}
void IncreaseWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  Extrapolated(window, call, true, false, result);
}
void DeltaWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  Extrapolated(window, call, false, false, result);
}
void IrateWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  InstantDifference(window, call, true, result);
}
void IdeltaWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  InstantDifference(window, call, false, result);
}

void ResetsWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  const auto reset = [](const AnySample& before, const AnySample& after) {
    if (IsStartReset(before.start, before.time, after.start, after.time)) return true;
    return after.histogram == nullptr ? after.value < before.value
                                      : model::DetectReset(*after.histogram, *before.histogram);
  };
  CountNeighbours(window, call, reset, result);
}

void ChangesWindow(const Window& window, const RangeCall& call, WindowResult* result) {
  const auto changed = [](const AnySample& before, const AnySample& after) {
    if (after.histogram != nullptr) return !model::Equal(*after.histogram, *before.histogram);
    return after.value != before.value &&
           !(after.value != after.value && before.value != before.value);
  };
  CountNeighbours(window, call, changed, result);
}

}  // namespace aion::promql
