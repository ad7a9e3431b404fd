// sum, avg, min, max, count, last and present _over_time over floats.
//
// Sums: when every value of the series is an integer and the sum of all magnitudes stays below 2^53, each partial sum is
// exact and Kahan's compensation is zero; then a window's sum is the difference of two prefix sums, whatever its length.
// Otherwise each window is summed anew in order, as its digits depend on it. Extremes: a queue of positions whose values
// are in order, so that each sample enters and leaves once.

#include <cmath>
#include <vector>

#include "promql/func/kahan.h"
#include "promql/func/row_kernels.h"
#include "promql/func/statistics.h"

namespace aion::promql {
namespace {

constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53

/// True, with prefix[i] the sum of the first i values, when all sums over the series are exact integers.
bool ExactPrefixSums(std::span<const double> values, std::vector<double>* prefix) {
  prefix->resize(values.size() + 1);
  double sum = 0, magnitude = 0;
  double* out = prefix->data();
  *out++ = 0;
  for (double value : values) {
    if (!(std::fabs(value) < kExactIntegerMax) || std::trunc(value) != value) return false;
    sum += value;
    magnitude += std::fabs(value);
    *out++ = sum;
  }
  return magnitude < kExactIntegerMax;
}

std::vector<double>& PrefixBuffer() {
  static thread_local std::vector<double> prefix;
  return prefix;
}

/// Two amortised comparisons a sample. NaN is never the answer unless the window holds nothing else; of equal values the
/// earliest stays.
template <typename Better>
int64_t ExtremeRow(std::span<const TimestampMs> times, std::span<const double> values, const WindowGrid& grid,
                const Better& better, StepRow* row) {
  static thread_local std::vector<uint32_t> queue;
  queue.clear();
  size_t front = 0, seen = 0;
  return ForEachWindow(times, grid, [&](size_t step, size_t begin, size_t end) {
    if (seen < begin) seen = begin;
    for (; seen < end; ++seen) {
      const double value = values[seen];
      if (std::isnan(value)) continue;
      while (queue.size() > front && better(value, values[queue.back()])) queue.pop_back();
      queue.push_back(static_cast<uint32_t>(seen));
    }
    while (front < queue.size() && queue[front] < begin) ++front;
    row->SetFloat(step, front < queue.size() ? values[queue[front]] : values[begin]);
  });
}

}  // namespace

int64_t SumRow(std::span<const TimestampMs> times, std::span<const double> values, const WindowGrid& grid, StepRow* row) {
  std::vector<double>& prefix = PrefixBuffer();
  if (ExactPrefixSums(values, &prefix)) {
    return ForEachWindow(times, grid, [&](size_t step, size_t begin, size_t end) {
      row->SetFloat(step, prefix[end] - prefix[begin]);
    });
  }
  return ForEachWindow(times, grid, [&](size_t step, size_t begin, size_t end) {
    row->SetFloat(step, SumOf(values.subspan(begin, end - begin)));
  });
}

int64_t AvgRow(std::span<const TimestampMs> times, std::span<const double> values, const WindowGrid& grid, StepRow* row) {
  std::vector<double>& prefix = PrefixBuffer();
  if (ExactPrefixSums(values, &prefix)) {
    return ForEachWindow(times, grid, [&](size_t step, size_t begin, size_t end) {
      row->SetFloat(step, (prefix[end] - prefix[begin]) / static_cast<double>(end - begin));
    });
  }
  return ForEachWindow(times, grid, [&](size_t step, size_t begin, size_t end) {
    row->SetFloat(step, AverageOf(values.subspan(begin, end - begin)));
  });
}

int64_t MinRow(std::span<const TimestampMs> times, std::span<const double> values, const WindowGrid& grid, StepRow* row) {
  return ExtremeRow(times, values, grid, [](double a, double b) { return a < b; }, row);
}
int64_t MaxRow(std::span<const TimestampMs> times, std::span<const double> values, const WindowGrid& grid, StepRow* row) {
  return ExtremeRow(times, values, grid, [](double a, double b) { return a > b; }, row);
}
int64_t CountRow(std::span<const TimestampMs> times, std::span<const double>, const WindowGrid& grid, StepRow* row) {
  return ForEachWindow(times, grid, [row](size_t step, size_t begin, size_t end) {
    row->SetFloat(step, static_cast<double>(end - begin));
  });
}
int64_t LastRow(std::span<const TimestampMs> times, std::span<const double> values, const WindowGrid& grid, StepRow* row) {
  return ForEachWindow(times, grid, [&](size_t step, size_t, size_t end) { row->SetFloat(step, values[end - 1]); });
}
int64_t PresentRow(std::span<const TimestampMs> times, std::span<const double>, const WindowGrid& grid, StepRow* row) {
  return ForEachWindow(times, grid, [row](size_t step, size_t, size_t) { row->SetFloat(step, 1); });
}

}  // namespace aion::promql
