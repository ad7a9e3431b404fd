#pragma once

// The row kernels: range functions over floats, all steps of a series in one loop. See window.h for
// the contract.

#include <span>

#include "promql/func/window.h"

namespace aion::promql {

using TimeColumn = std::span<const TimestampMs>;
using ValueColumn = std::span<const double>;

/// One pass over the times with two pointers that only move forward. Calls `visit(step, begin,
/// end)` for each step with samples; a step costs two comparisons when the series advances as
/// regularly as the steps do. Returns the samples of all windows together.
template <typename Visit>
int64_t ForEachWindow(TimeColumn times, const WindowGrid& grid, const Visit& visit) {
  const TimestampMs* const t = times.data();
  const size_t size = times.size();
  size_t begin = 0, end = 0, stride = 0, begin_stride = 0;
  const auto advance = [t, size](size_t at, size_t* last_stride, TimestampMs limit) {
    size_t to = at + *last_stride;
    if (to < size && to > 0 && t[to - 1] <= limit && t[to] > limit) return to;
    to = at;
    while (to < size && t[to] <= limit) ++to;
    *last_stride = to - at;
    return to;
  };
  TimestampMs range_end = grid.first_end;
  size_t samples = 0;
  for (size_t step = 0; step < grid.count; ++step, range_end += grid.step_ms) {
    end = advance(end, &stride, range_end);
    begin = advance(begin, &begin_stride, range_end - grid.range_ms);
    if (begin >= end) continue;
    samples += end - begin;
    visit(step, begin, end);
  }
  return static_cast<int64_t>(samples);
}

int64_t RateRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);
int64_t IncreaseRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);
int64_t DeltaRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);
int64_t SumRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);
int64_t AvgRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);
int64_t MinRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);
int64_t MaxRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);
int64_t CountRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);
int64_t LastRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);
int64_t PresentRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row);

}  // namespace aion::promql
