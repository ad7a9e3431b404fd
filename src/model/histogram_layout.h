#pragma once

// One side of a histogram as its operations see it: spans with counts and, where a sum is
// compensated, a second row of counts of the same layout. Internal to the histogram operations.

#include <vector>

#include "model/histogram.h"

namespace aion::model::internal {

/// Appends buckets by ascending index, making canonical spans.
class SideBuilder {
 public:
  explicit SideBuilder(size_t bucket_count_max) { counts_.reserve(bucket_count_max); }

  void Append(int64_t index, double count) {
    if (!spans_.empty() && index == last_index_ + 1) {
      ++spans_.back().length;
    } else {
      const int64_t offset = spans_.empty() ? index : index - last_index_ - 1;
      spans_.push_back({static_cast<int32_t>(offset), 1});
    }
    counts_.push_back(count);
    last_index_ = index;
  }
  bool empty() const { return counts_.empty(); }
  int64_t last_index() const { return last_index_; }
  double* last_count() { return &counts_.back(); }

  std::vector<HistogramSpan> TakeSpans() { return std::move(spans_); }
  std::vector<double> TakeCounts() { return std::move(counts_); }

 private:
  std::vector<HistogramSpan> spans_;
  std::vector<double> counts_;
  int64_t last_index_ = 0;
};

/// The bucket of schema `target` that bucket `index` of the finer `origin` falls into.
inline int64_t TargetIndex(int64_t index, int32_t origin, int32_t target) {
  return ((index - 1) >> (origin - target)) + 1;
}

/// Merges the buckets of one side to `target`. With `compensation`, sums are compensated and it is
/// merged alike.
void ReduceSide(std::vector<HistogramSpan>* spans, std::vector<double>* counts,
                std::vector<double>* compensation, int32_t origin, int32_t target);

/// Compact for one side; a bucket is empty when its compensation (if any) is zero as well.
void CompactSide(std::vector<HistogramSpan>* spans, std::vector<double>* counts,
                 std::vector<double>* compensation, size_t empty_buckets_max);

}  // namespace aion::model::internal
