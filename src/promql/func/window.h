#pragma once

// Windows over the samples of a series: what a range function sees at each step, and how the
// windows of all steps are laid over one series in a single forward pass.
//
//   samples   . .  .  . .  .  . .  .  . .
//   step k        (-----------]             window: start exclusive, end inclusive
//   step k+1          (-----------]
//
// Two forms of range function exist: a WindowFunction is called once a step and handles everything
// (mixed floats and histograms, start timestamps, scalar arguments); a RowKernel does all steps of
// a series of floats in one loop and is used where speed counts. Both give the same digits. Neither
// allocates in the steady state.

#include <span>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "promql/func/annotations.h"
#include "promql/func/step_row.h"
#include "series/columns.h"

namespace aion::promql {

/// The windows of all steps: (end - range, end], the first `end` being `first_end`.
struct WindowGrid {
  TimestampMs first_end = 0;
  DurationMs step_ms = 1;
  size_t count = 1;
  DurationMs range_ms = 0;
  /// Every step has the samples of the first window (`@` under something that changes from step to
  /// step).
  bool fixed = false;
  /// How much further the samples of a window reach: the lookback of `anchored` and `smoothed`.
  DurationMs before_ms = 0;
  DurationMs after_ms = 0;
  /// Evaluation time of the first step; differs from first_end by offset and `@`.
  TimestampMs first_time = 0;

  TimestampMs End(size_t step) const { return first_end + static_cast<int64_t>(step) * step_ms; }
  TimestampMs Time(size_t step) const { return first_time + static_cast<int64_t>(step) * step_ms; }
};

struct Window {
  std::span<const TimestampMs> times;
  std::span<const double> values;
  std::span<const TimestampMs> start_times;  ///< Empty, or as long as `times`.
  std::span<const TimestampMs> histogram_times;
  std::span<const model::FloatHistogram> histograms;
  std::span<const TimestampMs> histogram_start_times;
  TimestampMs range_start = 0;  ///< Exclusive.
  TimestampMs range_end = 0;
  TimestampMs time = 0;             ///< Of evaluation.
  std::span<const double> scalars;  ///< The other arguments at this step, in their order.
};

/// What a range function knows about the call and the series.
struct RangeCall {
  std::string_view metric;  ///< Metric name of the series, for annotations.
  SourceRange at;           ///< Place of the range argument.
  SourceRange first_at;     ///< Place of the first argument.
  DurationMs range_ms = 0;
  TimestampMs appeared = 0;  ///< Time of the series' first float among the samples at hand.
  bool anchored = false;
  bool smoothed = false;
  Annotations* annotations = nullptr;
  Status* error = nullptr;              ///< Set to end the query.
  const CancelToken* cancel = nullptr;  ///< May be null.
};

/// One step's answer: nothing, a float or a histogram.
struct WindowResult {
  bool has_float = false;
  double value = 0;
  HistogramPtr histogram;
  void Set(double v) {
    has_float = true;
    value = v;
  }
};

using WindowFunction = void (*)(const Window& window, const RangeCall& call, WindowResult* result);
/// Returns how many samples all windows have together. Requires: ascending times, no staleness
/// markers, a grid neither fixed nor extended.
using RowKernel = int64_t (*)(std::span<const TimestampMs> times, std::span<const double> values,
                              const WindowGrid& grid, StepRow* row);

struct RangeFunction {
  std::string_view name;
  WindowFunction window = nullptr;
  RowKernel row = nullptr;
  bool keeps_name = false;
  bool uses_start_times = false;
};

/// Null when `name` is no range function (absent_over_time is one that gives 1 wherever there are
/// samples).
const RangeFunction* FindRangeFunction(std::string_view name);

/// Reduces histograms to count and sum, with hints that tell the resets which only their buckets
/// showed.
void KeepHistogramStats(series::SampleColumns* columns);

/// Removes staleness markers, floats and histograms; a pass over the values, a copy only when there
/// are some.
void DropStale(series::SampleColumns* columns);

/// Adds the samples of each window to `per_step`, histograms in their own unit. Two pointers over
/// the times.
void CountWindowSamples(const series::SampleColumns& columns, const WindowGrid& grid,
                        std::span<int64_t> per_step);
/// Samples upstream counts for a histogram, as it takes the room of several floats.
int64_t HistogramSampleCount(const model::FloatHistogram& histogram);

/// Calls a window function at every step that has samples and returns how many samples all windows
/// have together. `scalars` holds argument-major rows of grid.count values. Stops early when
/// `call.error` is set or on cancellation.
int64_t RunWindows(const RangeFunction& function, const series::SampleColumns& columns,
                   const WindowGrid& grid, const std::vector<std::span<const double>>& scalars,
                   const RangeCall& call, StepRow* row);

/// The instant selector: at each step the newest sample not older than `lookback_ms` and not stale.
/// One pass over the samples and the steps. What is shown of the sample: itself, its own time in
/// milliseconds, that with histograms left as they are (so that info metrics can refuse them), or
/// its start timestamp.
enum class InstantValue : uint8_t { kSample, kSampleTime, kInfoTime, kStartTime };
struct InstantGrid {
  TimestampMs first_reference = 0;
  DurationMs step_ms = 1;
  size_t count = 1;
  DurationMs lookback_ms = 0;
  bool fixed = false;  ///< Every step refers to first_reference.
  InstantValue value = InstantValue::kSample;
};
/// Returns the number of samples found, as upstream counts them; adds them to `per_step` unless
/// that is empty.
int64_t SelectInstants(const series::SampleColumns& columns, const InstantGrid& grid,
                       std::span<int64_t> per_step, StepRow* row);

}  // namespace aion::promql
