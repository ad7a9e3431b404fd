#pragma once

// Accumulator: one group of an aggregation at all steps. The innermost loop of a fused query: a row
// of step values is added to a row of accumulators, a word of 64 steps at a time and without
// branches where the row has no gaps.
//
//   operator        value        second          count
//   sum             sum          compensation    -
//   avg             sum or mean  compensation    samples
//   min, max        extreme      -               -
//   count           samples      -               -
//   group           -            -               -
//   stddev, stdvar  squares      mean            samples
//
// Groups of one shard are merged in the order of the shards; a query of a single shard gives
// upstream's digits exactly.

#include <memory>
#include <string_view>
#include <vector>

#include "promql/exec/query.h"
#include "promql/func/histogram_sum.h"

namespace aion::promql {

/// sum, avg, min, max, count, group, stddev or stdvar.
bool IsStreamable(AggregateOp op);

class Accumulator {
 public:
  Accumulator(AggregateOp op, size_t step_count);

  /// Adds a series. `metric` and `at` are for annotations.
  void Add(const StepRow& row, std::string_view metric, SourceRange at, Annotations* annotations);
  /// Adds the group of a later shard.
  void Merge(const Accumulator& later, SourceRange at, Annotations* annotations);
  /// The results; ends the accumulation and frees what it held.
  void Finish(SourceRange at, StepRow* out, Annotations* annotations);

  /// Without histograms.
  size_t HeapBytes() const;
  bool has_histograms() const { return !histograms_.empty(); }
  bool drop_name = false;

 private:
  void AddFloats(const StepRow& row);
  void AddFloat(size_t step, double value);
  void AddFullWord(size_t first, size_t size, const double* values);
  void AddAverage(size_t step, double value);
  /// Sums and averages of a word without gaps; false when it is not that simple.
  bool MergeSums(size_t first, size_t size, const Accumulator& later);
  void MergeStep(size_t step, const Accumulator& later);
  void MergeFloat(size_t step, const Accumulator& later);
  void MergeAverage(size_t step, const Accumulator& later);
  void AddHistograms(const StepRow& row, std::string_view metric, SourceRange at,
                     Annotations* annotations);
  bool Seen(size_t step) const { return (seen_[step / 64] >> (step % 64) & 1) != 0; }
  bool Incremental(size_t step) const {
    return !incremental_.empty() && (incremental_[step / 64] >> (step % 64) & 1) != 0;
  }
  void SetIncremental(size_t step);
  double FinishFloat(size_t step) const;

  const AggregateOp op_;
  const size_t step_count_;
  std::vector<uint64_t> seen_;  // Steps with a float (count, group: with any sample).
  std::vector<uint64_t>
      incremental_;  // avg: steps whose sum would overflow; `value` is the mean there.
  std::unique_ptr<double[]> value_, second_, count_;
  std::vector<std::unique_ptr<HistogramSum>>
      histograms_;  // Empty, or one a step, null where none was seen.
};

}  // namespace aion::promql
