// rate, increase and delta over floats.
//
// What a window needs is its first and last value, its first and last time, its number of samples,
// and the values before each counter reset in it. Resets are found once a series, in a pass that
// vectorises; a series without any takes a loop that does nothing for them. The extrapolation
// depends only on four integers (the gaps to both edges, the covered time, the number of samples),
// which repeat from step to step when scrapes are as regular as steps: it is kept until one of them
// changes.

#include <cmath>
#include <vector>

#include "promql/func/extrapolate.h"
#include "promql/func/row_kernels.h"

namespace aion::promql {
namespace {

/// Positions i with values[i] < values[i - 1]. One load and compare a sample; NaN never counts.
void FindResets(std::span<const double> values, std::vector<uint32_t>* resets) {
  resets->clear();
  constexpr size_t kBlock = 64;
  size_t at = 1;
  for (; at + kBlock <= values.size(); at += kBlock) {
    const double* v = values.data() + at;
    unsigned any = 0;
    for (size_t i = 0; i < kBlock; ++i)
      any |= static_cast<unsigned>(v[i] < v[static_cast<ptrdiff_t>(i) - 1]);
    if (any == 0) continue;
    for (size_t i = at; i < at + kBlock; ++i) {
      if (values[i] < values[i - 1]) resets->push_back(static_cast<uint32_t>(i));
    }
  }
  for (; at < values.size(); ++at) {
    if (values[at] < values[at - 1]) resets->push_back(static_cast<uint32_t>(at));
  }
}

/// The extrapolation of the last window, reused while its integers stay.
struct ReachMemo {
  int64_t gap_start_ms = -1, gap_end_ms = -1, sampled_ms = -1;
  size_t count = 0;
  Reach reach;
  double factor = 0;

  void Update(int64_t gap_start, int64_t gap_end, int64_t sampled, size_t samples) {
    if (gap_start == gap_start_ms && gap_end == gap_end_ms && sampled == sampled_ms &&
        samples == count)
      return;
    gap_start_ms = gap_start;
    gap_end_ms = gap_end;
    sampled_ms = sampled;
    count = samples;
    reach = ReachOf(gap_start, gap_end, sampled, samples);
    factor = ReachFactor(reach.sampled, reach.to_start, reach.to_end);
  }
};

/// About 5 ns a step and 0.5 ns a sample for a regular series without resets; allocates nothing.
template <bool kCounter, bool kPerSecond>
int64_t Extrapolated(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row) {
  static thread_local std::vector<uint32_t> resets;
  if (kCounter) FindResets(values, &resets);
  const bool has_resets = kCounter && !resets.empty();
  const double range_seconds = static_cast<double>(grid.range_ms) / 1000;
  const TimestampMs* const t = times.data();
  const double* const v = values.data();
  ReachMemo memo;
  size_t first_reset = 0;
  return ForEachWindow(times, grid, [&](size_t step, size_t begin, size_t end) {
    const size_t samples = end - begin;
    if (samples < 2) return;
    const double first = v[begin];
    double result = v[end - 1] - first;
    if (has_resets) {
      while (first_reset < resets.size() && resets[first_reset] <= begin) ++first_reset;
      for (size_t i = first_reset; i < resets.size() && resets[i] < end; ++i)
        result += v[resets[i] - 1];
    }
    const TimestampMs range_end = grid.End(step);
    memo.Update(t[begin] - (range_end - grid.range_ms), range_end - t[end - 1],
                t[end - 1] - t[begin], samples);
    double factor = memo.factor;
    if (kCounter && result > 0 && first >= 0) {
      // The line through the samples meets zero this long before the first one. The product tells
      // cheaply, with a margin for its rounding, that it is too far away to matter; only then is
      // the quotient formed.
      const Reach& reach = memo.reach;
      if (!(reach.sampled * first > reach.to_start * result * 1.000001)) {
        const double to_zero = reach.sampled * (first / result);
        if (to_zero < reach.to_start) factor = ReachFactor(reach.sampled, to_zero, reach.to_end);
      }
    }
    if (kPerSecond) factor /= range_seconds;
    row->SetFloat(step, result * factor);
  });
}

}  // namespace

int64_t RateRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row) {
  return Extrapolated<true, true>(times, values, grid, row);
}
int64_t IncreaseRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row) {
  return Extrapolated<true, false>(times, values, grid, row);
}
int64_t DeltaRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row) {
  return Extrapolated<false, false>(times, values, grid, row);
}

}  // namespace aion::promql
