// sum, avg, min, max, count, last and present _over_time over floats.
//
// Sums: when every value of the series is a multiple of one power of two and the sum of all
// magnitudes is less than 2^53 of it (counters, most gauges), each partial sum is exact and Kahan's
// compensation is zero; then a window's sum is the difference of two prefix sums, whatever its
// length. Otherwise each window is summed anew in order, as its digits depend on it, four windows
// at a time, because one chain of dependent additions leaves most of the processor idle. Extremes:
// a queue of positions whose values are in order, so that each sample enters and leaves once.

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "promql/func/kahan.h"
#include "promql/func/row_kernels.h"
#include "promql/func/statistics.h"

namespace aion::promql {
namespace {

/// Exponent of the lowest set bit of a finite number that is not zero: it is an odd multiple of
/// 2^that.
int LowestBit(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const auto exponent = static_cast<int>(bits >> 52 & 0x7ff);
  const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  if (exponent == 0) return -1074 + std::countr_zero(fraction);
  return exponent - 1075 + std::countr_zero(fraction | uint64_t{1} << 52);
}

/// True, with prefix[i] the sum of the first i values, when all sums over the series are exact.
/// About 1 ns a value.
bool ExactPrefixSums(std::span<const double> values, std::vector<double>* prefix) {
  constexpr double kMagnitudeMax = 1e300;
  prefix->resize(values.size() + 1);
  double sum = 0, magnitude = 0;
  int lowest = 1024;
  double* out = prefix->data();
  *out++ = 0;
  for (double value : values) {
    magnitude += std::fabs(value);
    if (value != 0) lowest = std::min(lowest, LowestBit(value));
    sum += value;
    *out++ = sum;
  }
  if (!(magnitude < kMagnitudeMax)) return false;
  return magnitude < std::ldexp(1.0, std::min(53 + lowest, 1000));
}

/// Kahan sums of up to four windows in step; their chains of additions overlap in the processor.
class FourSums {
 public:
  explicit FourSums(const double* values) : values_(values) {}

  /// Adds a window; true when four have gathered and Sum() is due.
  bool Gather(size_t step, size_t begin, size_t end) {
    steps_[count_] = step;
    begins_[count_] = begin;
    sizes_[count_] = end - begin;
    return ++count_ == 4;
  }

  /// Calls `visit(step, begin, size, sum)` for each gathered window, then forgets them.
  template <typename Visit>
  void Sum(const Visit& visit) {
    KahanSum sums[4];
    size_t shared = count_ == 4 ? *std::min_element(sizes_, sizes_ + 4) : 0;
    const double *a = values_ + begins_[0], *b = values_ + begins_[1], *c = values_ + begins_[2],
                 *d = values_ + begins_[3];
    for (size_t i = 0; i < shared; ++i) {
      sums[0].Add(a[i]);
      sums[1].Add(b[i]);
      sums[2].Add(c[i]);
      sums[3].Add(d[i]);
    }
    for (size_t w = 0; w < count_; ++w) {
      for (size_t i = shared; i < sizes_[w]; ++i) sums[w].Add(values_[begins_[w] + i]);
      visit(steps_[w], begins_[w], sizes_[w], sums[w]);
    }
    count_ = 0;
  }

 private:
  const double* const values_;
  size_t count_ = 0;
  size_t steps_[4] = {}, begins_[4] = {}, sizes_[4] = {};
};

/// All windows through FourSums.
template <typename Visit>
int64_t SumWindows(TimeColumn times, ValueColumn values, const WindowGrid& grid,
                   const Visit& visit) {
  FourSums sums(values.data());
  const int64_t samples = ForEachWindow(times, grid, [&](size_t step, size_t begin, size_t end) {
    if (sums.Gather(step, begin, end)) sums.Sum(visit);
  });
  sums.Sum(visit);
  return samples;
}

std::vector<double>& PrefixBuffer() {
  static thread_local std::vector<double> prefix;
  return prefix;
}

/// Two amortised comparisons a sample. NaN is never the answer unless the window holds nothing
/// else; of equal values the earliest stays.
template <typename Better>
int64_t ExtremeRow(TimeColumn times, ValueColumn values, const WindowGrid& grid,
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

int64_t SumRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row) {
  std::vector<double>& prefix = PrefixBuffer();
  if (ExactPrefixSums(values, &prefix)) {
    return ForEachWindow(times, grid, [&](size_t step, size_t begin, size_t end) {
      row->SetFloat(step, prefix[end] - prefix[begin]);
    });
  }
  return SumWindows(times, values, grid, [row](size_t step, size_t, size_t, const KahanSum& sum) {
    row->SetFloat(step, std::isinf(sum.sum) ? sum.sum : sum.Total());
  });
}

int64_t AvgRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row) {
  std::vector<double>& prefix = PrefixBuffer();
  if (ExactPrefixSums(values, &prefix)) {
    return ForEachWindow(times, grid, [&](size_t step, size_t begin, size_t end) {
      row->SetFloat(step, (prefix[end] - prefix[begin]) / static_cast<double>(end - begin));
    });
  }
  return SumWindows(times, values, grid,
                    [&](size_t step, size_t begin, size_t size, const KahanSum& sum) {
                      if (!std::isfinite(sum.sum)) {
                        row->SetFloat(step, AverageOf(values.subspan(begin, size)));
                        return;
                      }
                      const auto count = static_cast<double>(size);
                      row->SetFloat(step, sum.sum / count + sum.compensation / count);
                    });
}

int64_t MinRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row) {
  return ExtremeRow(times, values, grid, [](double a, double b) { return a < b; }, row);
}
int64_t MaxRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row) {
  return ExtremeRow(times, values, grid, [](double a, double b) { return a > b; }, row);
}
int64_t CountRow(TimeColumn times, ValueColumn, const WindowGrid& grid, StepRow* row) {
  return ForEachWindow(times, grid, [row](size_t step, size_t begin, size_t end) {
    row->SetFloat(step, static_cast<double>(end - begin));
  });
}
int64_t LastRow(TimeColumn times, ValueColumn values, const WindowGrid& grid, StepRow* row) {
  return ForEachWindow(
      times, grid, [&](size_t step, size_t, size_t end) { row->SetFloat(step, values[end - 1]); });
}
int64_t PresentRow(TimeColumn times, ValueColumn, const WindowGrid& grid, StepRow* row) {
  return ForEachWindow(times, grid, [row](size_t step, size_t, size_t) { row->SetFloat(step, 1); });
}

}  // namespace aion::promql
