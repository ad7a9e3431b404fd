#pragma once

// Annotations: the warnings and infos of an evaluation, with upstream's texts, gathered where they
// arise and rendered once with their place in the query.
//
// Equal texts are one annotation; the place of the last stays, as upstream has it. Two kinds carry
// figures that add up (forced monotonicity, overlapping start times). Each task of a query has its
// own, merged in the order of the tasks.

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/warnings.h"
#include "promql/parse/ast.h"

namespace aion::promql {

enum class HistogramOperation : uint8_t { kAddition, kSubtraction, kAggregation };
/// "addition", …
std::string_view OperationText(HistogramOperation operation);

/// Where and when counts of classic buckets had to be made monotonic, over any number of samples.
struct MonotonicityNote {
  int64_t count = 0;
  TimestampMs min_time = 0, max_time = 0;
  double min_bucket = 0, max_bucket = 0, max_difference = 0;

  void Add(const MonotonicityNote& other) {
    const bool first = count == 0;
    min_time = first ? other.min_time : std::min(min_time, other.min_time);
    max_time = first ? other.max_time : std::max(max_time, other.max_time);
    min_bucket = first ? other.min_bucket : std::min(min_bucket, other.min_bucket);
    max_bucket = first ? other.max_bucket : std::max(max_bucket, other.max_bucket);
    max_difference = first ? other.max_difference : std::max(max_difference, other.max_difference);
    count += other.count;
  }
};

class Annotations {
 public:
  bool empty() const { return notes_.empty(); }
  void Merge(const Annotations& other);
  /// Warnings and infos as the API gives them: text, then "(line:column)".
  void Render(std::string_view query, model::Warnings* out) const;

  void Warning(std::string text, SourceRange at) { Add("PromQL warning: " + std::move(text), at); }
  void Info(std::string text, SourceRange at) { Add("PromQL info: " + std::move(text), at); }

  void InvalidQuantile(double q, SourceRange at);
  void InvalidRatio(double ratio, double capped, SourceRange at);
  void BadBucketLabel(std::string_view metric, std::string_view label, SourceRange at);
  void MixedFloatsHistograms(std::string_view metric, SourceRange at);
  void MixedFloatsHistogramsAggregation(SourceRange at);
  void MixedClassicNativeHistograms(std::string_view metric, SourceRange at);
  void NativeHistogramNotCounter(std::string_view metric, SourceRange at);
  void NativeHistogramNotGauge(std::string_view metric, SourceRange at);
  void MixedExponentialCustomHistograms(std::string_view metric, SourceRange at);
  void IncompatibleBucketLayout(std::string_view op, SourceRange at);
  void SortInRangeQuery(SourceRange at);
  void PossibleNonCounter(std::string_view metric, SourceRange at);
  void PossibleNonCounterLabel(std::string_view metric, std::string_view type, SourceRange at);
  void ForcedMonotonicity(std::string_view metric, SourceRange at, const MonotonicityNote& note);
  void IncompatibleTypes(std::string_view left, std::string_view op, std::string_view right,
                         SourceRange at);
  void HistogramIgnoredInAggregation(std::string_view aggregation, SourceRange at);
  void HistogramIgnoredInMixedRange(std::string_view metric, SourceRange at);
  void QuantileNanResult(std::string_view metric, SourceRange at);
  void QuantileNanSkew(std::string_view metric, SourceRange at);
  void FractionNans(std::string_view metric, SourceRange at);
  void CounterResetCollision(HistogramOperation operation, SourceRange at);
  void MismatchedCustomBuckets(HistogramOperation operation, SourceRange at);
  void StartTimeOverlap(std::string_view metric, SourceRange at);

 private:
  enum class Kind : uint8_t { kPlain, kMonotonicity, kOverlap };
  struct Note {
    Kind kind = Kind::kPlain;
    SourceRange at;
    int64_t overlaps = 0;
    MonotonicityNote monotonicity;
  };
  void Add(std::string text, SourceRange at) { Add(std::move(text), Note{.at = at}); }
  void Add(std::string text, const Note& note);

  std::map<std::string, Note> notes_;
};

}  // namespace aion::promql
