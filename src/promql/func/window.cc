#include "promql/func/window.h"

#include <algorithm>
#include <limits>

#include "model/histogram_ops.h"

namespace aion::promql {
namespace {

/// [begin, end) of the times in (after, until]; both only move forward from call to call.
struct Cursor {
  size_t begin = 0;
  size_t end = 0;
  void Move(std::span<const TimestampMs> times, TimestampMs after, TimestampMs until) {
    while (end < times.size() && times[end] <= until) ++end;
    while (begin < end && times[begin] <= after) ++begin;
  }
  size_t size() const { return end - begin; }
};

template <typename T>
std::span<const T> Slice(const std::vector<T>& column, const Cursor& cursor) {
  if (column.size() < cursor.end) return {};
  return std::span<const T>(column).subspan(cursor.begin, cursor.size());
}

/// Change of the samples that histograms count for when the window moves from `last` to `now`.
int64_t HistogramSamples(const series::SampleColumns& columns, const Cursor& last,
                         const Cursor& now) {
  int64_t change = 0;
  for (size_t i = last.end; i < now.end; ++i) change += HistogramSampleCount(columns.histograms[i]);
  for (size_t i = last.begin; i < now.begin; ++i)
    change -= HistogramSampleCount(columns.histograms[i]);
  return change;
}

/// A few milliseconds of the dearest window functions.
constexpr int64_t kSamplesBetweenChecks = 50'000;

}  // namespace

void DropStale(series::SampleColumns* columns) {
  const auto stale_float = [](double value) { return series::IsStale(value); };
  const auto first = std::find_if(columns->values.begin(), columns->values.end(), stale_float);
  if (first != columns->values.end()) {
    auto out = static_cast<size_t>(first - columns->values.begin());
    const bool starts = !columns->start_times.empty();
    for (size_t i = out; i < columns->values.size(); ++i) {
      if (series::IsStale(columns->values[i])) continue;
      columns->values[out] = columns->values[i];
      columns->times[out] = columns->times[i];
      if (starts) columns->start_times[out] = columns->start_times[i];
      ++out;
    }
    columns->values.resize(out);
    columns->times.resize(out);
    if (starts) columns->start_times.resize(out);
  }
  if (columns->histograms.empty()) return;
  size_t out = 0;
  const bool starts = !columns->histogram_start_times.empty();
  for (size_t i = 0; i < columns->histograms.size(); ++i) {
    if (series::IsStale(columns->histograms[i].sum)) continue;
    if (out != i) {
      columns->histograms[out] = std::move(columns->histograms[i]);
      columns->histogram_times[out] = columns->histogram_times[i];
      if (starts) columns->histogram_start_times[out] = columns->histogram_start_times[i];
    }
    ++out;
  }
  columns->histograms.resize(out);
  columns->histogram_times.resize(out);
  if (starts) columns->histogram_start_times.resize(out);
}

void KeepHistogramStats(series::SampleColumns* columns) {
  model::FloatHistogram last;
  bool has_last = false;
  for (model::FloatHistogram& histogram : columns->histograms) {
    model::FloatHistogram stats;
    stats.counter_reset_hint = histogram.counter_reset_hint;
    stats.schema = histogram.schema;
    stats.count = histogram.count;
    stats.sum = histogram.sum;
    if (!series::IsStale(histogram.sum)) {
      if (has_last && stats.counter_reset_hint == model::CounterResetHint::kUnknown) {
        stats.counter_reset_hint = model::DetectReset(histogram, last)
                                       ? model::CounterResetHint::kReset
                                       : model::CounterResetHint::kNotReset;
      }
      last = std::move(histogram);
      has_last = true;
    }
    histogram = std::move(stats);
  }
}

int64_t HistogramSampleCount(const model::FloatHistogram& histogram) {
  constexpr size_t kFixedBytes =
      168;  // Of upstream's struct; part of the unit that max_samples counts in.
  const size_t bytes = kFixedBytes +
                       8 * (histogram.positive_spans.size() + histogram.negative_spans.size()) +
                       8 * (histogram.positive_buckets.size() + histogram.negative_buckets.size()) +
                       8 * histogram.custom_values.size();
  return static_cast<int64_t>((bytes + 8) / 16);
}

void CountWindowSamples(const series::SampleColumns& columns, const WindowGrid& grid,
                        std::span<int64_t> per_step) {
  Cursor floats, histograms;
  int64_t histogram_samples = 0;
  for (size_t step = 0; step < grid.count; ++step) {
    const size_t at = grid.fixed ? 0 : step;
    const TimestampMs until = grid.End(at) + grid.after_ms;
    const TimestampMs after = grid.End(at) - grid.range_ms - grid.before_ms;
    floats.Move(columns.times, after, until);
    const Cursor last = histograms;
    histograms.Move(columns.histogram_times, after, until);
    histogram_samples += HistogramSamples(columns, last, histograms);
    per_step[step] += static_cast<int64_t>(floats.size()) + histogram_samples;
  }
}

int64_t RunWindows(const RangeFunction& function, const series::SampleColumns& columns,
                   const WindowGrid& grid, const std::vector<std::span<const double>>& scalars,
                   const RangeCall& call, StepRow* row) {
  if (function.row != nullptr && columns.histogram_times.empty() && !grid.fixed &&
      grid.before_ms == 0 && grid.after_ms == 0 &&
      (columns.start_times.empty() || !function.uses_start_times)) {
    return function.row(columns.times, columns.values, grid, row);
  }
  std::vector<double> arguments(scalars.size());
  Cursor floats, histograms;
  int64_t samples = 0, histogram_samples = 0, unchecked = 0;
  for (size_t step = 0; step < grid.count; ++step) {
    if (step == 0 || !grid.fixed) {
      const TimestampMs until = grid.End(step) + grid.after_ms;
      const TimestampMs after = grid.End(step) - grid.range_ms - grid.before_ms;
      floats.Move(columns.times, after, until);
      const Cursor last = histograms;
      histograms.Move(columns.histogram_times, after, until);
      histogram_samples += HistogramSamples(columns, last, histograms);
    }
    if (floats.size() + histograms.size() == 0) continue;
    samples += static_cast<int64_t>(floats.size()) + histogram_samples;
    unchecked += static_cast<int64_t>(floats.size()) + histogram_samples;
    if (unchecked > kSamplesBetweenChecks && call.cancel != nullptr) {
      unchecked = 0;
      if (call.cancel->IsCancelled()) return samples;
    }
    for (size_t i = 0; i < scalars.size(); ++i) arguments[i] = scalars[i][step];
    Window window;
    window.times = Slice(columns.times, floats);
    window.values = Slice(columns.values, floats);
    window.histogram_times = Slice(columns.histogram_times, histograms);
    window.histograms = Slice(columns.histograms, histograms);
    if (function.uses_start_times) {
      window.start_times = Slice(columns.start_times, floats);
      window.histogram_start_times = Slice(columns.histogram_start_times, histograms);
    }
    window.range_end = grid.End(step);
    window.range_start = window.range_end - grid.range_ms;
    window.time = grid.Time(step);
    window.scalars = arguments;
    WindowResult result;
    function.window(window, call, &result);
    if (!call.error->ok()) return samples;
    if (result.histogram != nullptr) {
      row->SetHistogram(step, std::move(result.histogram));
    } else if (result.has_float) {
      row->SetFloat(step, result.value);
    }
  }
  return samples;
}

namespace {

/// Floats only, the sample itself, moving steps: the common case. Three comparisons a step.
int64_t SelectFloats(const series::SampleColumns& columns, const InstantGrid& grid, StepRow* row) {
  const TimestampMs* const times = columns.times.data();
  const double* const values = columns.values.data();
  const size_t size = columns.times.size();
  double* const out = row->values();
  uint64_t* const bits = row->bits();
  size_t next = 0, stride = 0;
  int64_t total = 0;
  TimestampMs reference = grid.first_reference;
  for (size_t first = 0; first < grid.count; first += 64) {
    const size_t end = std::min(grid.count, first + 64);
    uint64_t word = 0;
    for (size_t step = first; step < end; ++step, reference += grid.step_ms) {
      const size_t guess = next + stride;
      if (guess - 1 < size - 1 && times[guess - 1] <= reference && times[guess] > reference) {
        next = guess;
      } else {
        const size_t from = next;
        while (next < size && times[next] <= reference) ++next;
        stride = next - from;
      }
      if (next == 0 || times[next - 1] <= reference - grid.lookback_ms) continue;
      const double value = values[next - 1];
      if (series::IsStale(value)) continue;
      out[step] = value;
      word |= uint64_t{1} << (step - first);
    }
    bits[first / 64] = word;
    total += std::popcount(word);
  }
  return total;
}

}  // namespace

int64_t SelectInstants(const series::SampleColumns& columns, const InstantGrid& grid,
                       std::span<int64_t> per_step, StepRow* row) {
  if (columns.histogram_times.empty() && per_step.empty() && !grid.fixed &&
      !columns.times.empty() && grid.value == InstantValue::kSample) {
    return SelectFloats(columns, grid, row);
  }
  int64_t total = 0;
  const auto count = [&](size_t step, int64_t samples) {
    total += samples;
    if (!per_step.empty()) per_step[step] += samples;
  };
  constexpr TimestampMs kNever = std::numeric_limits<TimestampMs>::min();
  const bool has_histograms = !columns.histogram_times.empty();
  const size_t floats = columns.times.size(), histograms = columns.histogram_times.size();
  size_t next_float = 0, next_histogram = 0;  // First sample later than the reference time.
  size_t shared_index = std::numeric_limits<size_t>::max();
  HistogramPtr shared;  // The copy of histograms[shared_index], for all steps that show it.
  for (size_t step = 0; step < grid.count; ++step) {
    const TimestampMs reference =
        grid.first_reference + (grid.fixed ? 0 : static_cast<int64_t>(step) * grid.step_ms);
    const TimestampMs oldest = reference - grid.lookback_ms;  // Exclusive.
    while (next_float < floats && columns.times[next_float] <= reference) ++next_float;
    const TimestampMs float_time = next_float == 0 ? kNever : columns.times[next_float - 1];
    TimestampMs histogram_time = kNever;
    if (has_histograms) {
      while (next_histogram < histograms && columns.histogram_times[next_histogram] <= reference)
        ++next_histogram;
      if (next_histogram > 0) histogram_time = columns.histogram_times[next_histogram - 1];
    }
    if (histogram_time > float_time) {
      if (histogram_time <= oldest) continue;
      const size_t index = next_histogram - 1;
      const model::FloatHistogram& histogram = columns.histograms[index];
      if (series::IsStale(histogram.sum)) continue;
      count(step, HistogramSampleCount(histogram));
      if (grid.value == InstantValue::kSampleTime) {
        row->SetFloat(step, static_cast<double>(histogram_time));
      } else if (grid.value == InstantValue::kStartTime) {
        const bool known = index < columns.histogram_start_times.size();
        row->SetFloat(step, known ? static_cast<double>(columns.histogram_start_times[index]) : 0);
      } else {
        if (index != shared_index)
          shared = std::make_shared<const model::FloatHistogram>(histogram);
        shared_index = index;
        row->SetHistogram(step, shared);
      }
    } else if (float_time != kNever) {
      if (float_time <= oldest) continue;
      const size_t index = next_float - 1;
      if (series::IsStale(columns.values[index])) continue;
      count(step, 1);
      if (grid.value == InstantValue::kSampleTime || grid.value == InstantValue::kInfoTime) {
        row->SetFloat(step, static_cast<double>(float_time));
      } else if (grid.value == InstantValue::kStartTime) {
        const bool known = index < columns.start_times.size();
        row->SetFloat(step, known ? static_cast<double>(columns.start_times[index]) : 0);
      } else {
        row->SetFloat(step, columns.values[index]);
      }
    }
  }
  return total;
}

}  // namespace aion::promql
