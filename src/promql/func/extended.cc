#include "promql/func/extended.h"

#include <algorithm>
#include <optional>

#include "model/histogram_ops.h"

namespace aion::promql {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;

/// The line through two samples at `time`; a counter that was reset between them begins at zero.
double Interpolate(TimestampMs t1, double y1, TimestampMs t2, double y2, TimestampMs time,
                   bool counter) {
  if (counter && y2 < y1) y1 = 0;
  return y1 + (y2 - y1) * static_cast<double>(time - t1) / static_cast<double>(t2 - t1);
}

/// First and last sample that matter for the edges of an extended window.
struct Edges {
  size_t first = 0;
  size_t last = 0;
};

/// Requires: at least one time.
Edges FindEdges(std::span<const TimestampMs> times, TimestampMs range_start, TimestampMs range_end,
                bool smoothed) {
  const auto end = times.end() - 1;
  Edges edges;
  const auto after = std::upper_bound(times.begin(), end, range_start) - times.begin();
  edges.first = static_cast<size_t>(std::max<ptrdiff_t>(0, after - 1));
  edges.last = times.size() - 1;
  if (smoothed)
    edges.last =
        static_cast<size_t>(std::lower_bound(times.begin(), end, range_end) - times.begin());
  return edges;
}

double LeftEdge(std::span<const TimestampMs> t, std::span<const double> v, size_t first,
                TimestampMs start, bool smoothed, bool counter) {
  if (smoothed && t[first] < start)
    return Interpolate(t[first], v[first], t[first + 1], v[first + 1], start, counter);
  return v[first];
}

double RightEdge(std::span<const TimestampMs> t, std::span<const double> v, size_t last,
                 TimestampMs end, bool smoothed, bool counter) {
  if (smoothed && last > 0 && t[last] > end)
    return Interpolate(t[last - 1], v[last - 1], t[last], v[last], end, counter);
  return v[last];
}

double ResetCorrection(double left, double right, std::span<const double> between) {
  double correction = 0, previous = left;
  for (double value : between) {
    if (value < previous) correction += previous;
    previous = value;
  }
  return right < previous ? correction + previous : correction;
}

void ExtendedFloatRate(const Window& window, const RangeCall& call, bool counter, bool per_second,
                       WindowResult* result) {
  const std::span<const TimestampMs> t = window.times;
  const std::span<const double> v = window.values;
  const auto [first, last] = FindEdges(t, window.range_start, window.range_end, call.smoothed);
  if (t[last] <= window.range_start) return;
  if (call.smoothed && t[first] > window.range_end) return;
  const double left = LeftEdge(t, v, first, window.range_start, call.smoothed, counter);
  const double right = RightEdge(t, v, last, window.range_end, call.smoothed, counter);
  double increase = right - left;
  if (counter) {
    const size_t begin = t[first] <= window.range_start ? first + 1 : first;
    const size_t end = t[last] >= window.range_end ? last : last + 1;
    increase += ResetCorrection(
        left, right, begin < end ? v.subspan(begin, end - begin) : std::span<const double>());
  }
  if (per_second) increase /= static_cast<double>(call.range_ms) / 1000;
  result->Set(increase);
}

/// Histogram arithmetic whose incidents become annotations.
class HistogramMath {
 public:
  explicit HistogramMath(const RangeCall& call) : call_(call) {}
  bool Add(FloatHistogram* to, const FloatHistogram& added) const {
    return Note(model::Add(to, added), HistogramOperation::kAddition);
  }
  bool Sub(FloatHistogram* from, const FloatHistogram& taken) const {
    return Note(model::Sub(from, taken), HistogramOperation::kSubtraction);
  }
  std::optional<FloatHistogram> Interpolated(const FloatHistogram& h1, TimestampMs t1,
                                             const FloatHistogram& h2, TimestampMs t2,
                                             TimestampMs time, bool counter) const {
    if (time == t1) return h1;
    if (time == t2) return h2;
    const double fraction = static_cast<double>(time - t1) / static_cast<double>(t2 - t1);
    FloatHistogram between = h2;
    if (counter && model::DetectReset(h2, h1)) {
      model::Mul(&between, fraction);
      return between;
    }
    if (!Sub(&between, h1)) return std::nullopt;
    model::Mul(&between, fraction);
    if (!Add(&between, h1)) return std::nullopt;
    return between;
  }

 private:
  bool Note(const StatusOr<model::CombineNotes>& notes, HistogramOperation operation) const {
    if (!notes.ok()) {
      call_.annotations->MixedExponentialCustomHistograms(call_.metric, call_.first_at);
      return false;
    }
    if (notes->bounds_reconciled)
      call_.annotations->MismatchedCustomBuckets(operation, call_.first_at);
    return true;
  }
  const RangeCall& call_;
};

bool CheckHistograms(std::span<const FloatHistogram> histograms, bool counter,
                     const RangeCall& call) {
  const bool custom = histograms[0].UsesCustomBuckets();
  for (const FloatHistogram& histogram : histograms) {
    if (histogram.UsesCustomBuckets() != custom) {
      call.annotations->MixedExponentialCustomHistograms(call.metric, call.first_at);
      return false;
    }
    if (counter && histogram.counter_reset_hint == CounterResetHint::kGauge) {
      call.annotations->NativeHistogramNotCounter(call.metric, call.first_at);
    }
  }
  return true;
}

/// Adds to `increase` what resets inside the window took away. The left edge stands for sample
/// `first`, the right one for sample `last`; a reset that the left interpolation spanned is in it
/// already.
bool CorrectResets(const Window& window, const RangeCall& call, Edges edges,
                   const FloatHistogram& left, const FloatHistogram& right,
                   const HistogramMath& math, FloatHistogram* increase) {
  const std::span<const FloatHistogram> h = window.histograms;
  size_t next = edges.first + 1;
  const FloatHistogram* previous = &left;
  if (call.smoothed && window.histogram_times[edges.first] < window.range_start &&
      model::DetectReset(h[edges.first + 1], h[edges.first])) {
    previous = &h[edges.first + 1];
    ++next;
  }
  if (next > edges.last) return true;
  for (; next < edges.last; ++next) {
    if (model::DetectReset(h[next], *previous) && !math.Add(increase, *previous)) return false;
    previous = &h[next];
  }
  return !model::DetectReset(right, *previous) || math.Add(increase, *previous);
}

void ExtendedHistogramRate(const Window& window, const RangeCall& call, bool counter,
                           bool per_second, WindowResult* result) {
  const std::span<const TimestampMs> t = window.histogram_times;
  const std::span<const FloatHistogram> h = window.histograms;
  const Edges edges = FindEdges(t, window.range_start, window.range_end, call.smoothed);
  const auto [first, last] = edges;
  if (t[last] <= window.range_start) return;
  if (call.smoothed && t[first] > window.range_end) return;
  if (first <= last && !CheckHistograms(h.subspan(first, last - first + 1), counter, call)) return;
  const HistogramMath math(call);
  std::optional<FloatHistogram> left = h[first], right = h[last];
  if (call.smoothed && t[first] < window.range_start) {
    left = math.Interpolated(h[first], t[first], h[first + 1], t[first + 1], window.range_start,
                             counter);
  }
  if (!left.has_value()) return;
  if (call.smoothed && last > 0 && t[last] > window.range_end) {
    right =
        math.Interpolated(h[last - 1], t[last - 1], h[last], t[last], window.range_end, counter);
  }
  if (!right.has_value()) return;
  const auto gauge = [](const FloatHistogram& histogram) {
    return histogram.counter_reset_hint == CounterResetHint::kGauge;
  };
  if (!counter && !(gauge(*left) && gauge(*right))) {
    call.annotations->NativeHistogramNotGauge(call.metric, call.first_at);
  }
  FloatHistogram increase = *right;
  if (!math.Sub(&increase, *left)) return;
  if (counter && !CorrectResets(window, call, edges, *left, *right, math, &increase)) return;
  if (per_second) model::Div(&increase, static_cast<double>(call.range_ms) / 1000);
  increase.counter_reset_hint = CounterResetHint::kGauge;
  model::Compact(&increase);
  result->histogram = std::make_shared<const FloatHistogram>(std::move(increase));
}

/// [begin, end) of the times in (after, until].
std::pair<size_t, size_t> Within(std::span<const TimestampMs> times, TimestampMs after,
                                 TimestampMs until) {
  const auto begin = std::upper_bound(times.begin(), times.end(), after) - times.begin();
  const auto end = std::upper_bound(times.begin(), times.end(), until) - times.begin();
  return {static_cast<size_t>(begin), static_cast<size_t>(end)};
}

void SmoothHistogram(const series::SampleColumns& columns, std::pair<size_t, size_t> within,
                     TimestampMs time, const RangeCall& call, size_t step, StepRow* row) {
  const std::vector<TimestampMs>& t = columns.histogram_times;
  const std::vector<FloatHistogram>& h = columns.histograms;
  const auto [begin, end] = within;
  const auto first = t.begin() + static_cast<ptrdiff_t>(begin),
             stop = t.begin() + static_cast<ptrdiff_t>(end);
  const auto next = static_cast<size_t>(std::lower_bound(first, stop, time) - t.begin());
  if (next < end && t[next] == time) {
    row->SetHistogram(step, std::make_shared<const FloatHistogram>(h[next]));
  } else if (next > begin && next < end) {
    const FloatHistogram &before = h[next - 1], &after = h[next];
    if (before.UsesCustomBuckets() != after.UsesCustomBuckets()) {
      call.annotations->MixedExponentialCustomHistograms(call.metric, call.first_at);
      return;
    }
    const bool counter = before.counter_reset_hint != CounterResetHint::kGauge ||
                         after.counter_reset_hint != CounterResetHint::kGauge;
    auto between =
        HistogramMath(call).Interpolated(before, t[next - 1], after, t[next], time, counter);
    if (between.has_value())
      row->SetHistogram(step, std::make_shared<const FloatHistogram>(*std::move(between)));
  } else if (next > begin) {
    auto carried = std::make_shared<FloatHistogram>(h[next - 1]);
    carried->counter_reset_hint = CounterResetHint::kUnknown;
    row->SetHistogram(step, std::move(carried));
  }
}

void SmoothFloat(const series::SampleColumns& columns, std::pair<size_t, size_t> within,
                 TimestampMs time, size_t step, StepRow* row) {
  const std::vector<TimestampMs>& t = columns.times;
  const std::vector<double>& v = columns.values;
  const auto [begin, end] = within;
  const auto first = t.begin() + static_cast<ptrdiff_t>(begin),
             stop = t.begin() + static_cast<ptrdiff_t>(end);
  const auto next = static_cast<size_t>(std::lower_bound(first, stop, time) - t.begin());
  if (next < end && t[next] == time) {
    row->SetFloat(step, v[next]);
  } else if (next > begin && next < end) {
    row->SetFloat(step, Interpolate(t[next - 1], v[next - 1], t[next], v[next], time, false));
  } else if (next > begin) {
    row->SetFloat(step, v[next - 1]);
  }
}

}  // namespace

void ExtendedRate(const Window& window, const RangeCall& call, bool counter, bool per_second,
                  WindowResult* result) {
  if (window.histograms.empty()) {
    ExtendedFloatRate(window, call, counter, per_second, result);
  } else {
    ExtendedHistogramRate(window, call, counter, per_second, result);
  }
}

void SmoothInstants(const series::SampleColumns& columns, const InstantGrid& grid,
                    const RangeCall& call, StepRow* row) {
  series::SampleColumns samples = columns;
  DropStale(&samples);
  for (size_t step = 0; step < grid.count; ++step) {
    const TimestampMs time =
        grid.first_reference + (grid.fixed ? 0 : static_cast<int64_t>(step) * grid.step_ms);
    const auto floats = Within(samples.times, time - grid.lookback_ms, time + grid.lookback_ms);
    const auto histograms =
        Within(samples.histogram_times, time - grid.lookback_ms, time + grid.lookback_ms);
    const bool has_floats = floats.first < floats.second,
               has_histograms = histograms.first < histograms.second;
    if (has_floats && has_histograms) {
      call.annotations->MixedFloatsHistograms(call.metric, call.at);
    } else if (has_histograms) {
      SmoothHistogram(samples, histograms, time, call, step, row);
    } else if (has_floats) {
      SmoothFloat(samples, floats, time, step, row);
    }
  }
}

void ExtendFloats(series::SampleColumns* columns, TimestampMs range_start, TimestampMs range_end,
                  bool smoothed) {
  const std::vector<TimestampMs> t = std::move(columns->times);
  const std::vector<double> v = std::move(columns->values);
  columns->clear();
  if (t.empty()) return;
  const auto [first, last] = FindEdges(t, range_start, range_end, smoothed);
  if (t[last] <= range_start) return;
  const auto push = [columns](TimestampMs time, double value) {
    columns->times.push_back(time);
    columns->values.push_back(value);
  };
  push(range_start, LeftEdge(t, v, first, range_start, smoothed, false));
  const size_t begin = t[first] <= range_start ? first + 1 : first;
  const size_t end = t[last] >= range_end ? last : last + 1;
  for (size_t i = begin; i < end; ++i) push(t[i], v[i]);
  push(range_end, RightEdge(t, v, last, range_end, smoothed, false));
}

}  // namespace aion::promql
