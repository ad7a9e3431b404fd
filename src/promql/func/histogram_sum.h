#pragma once

// HistogramSum: the sum or the average of native histograms, compensated (Kahan) in every count, as
// sum(), avg() and their _over_time kin form it. An average is a sum divided in the end, or, from
// where the sum would overflow, a running mean. Not thread-safe; copies are deep.

#include <optional>
#include <string_view>

#include "promql/func/annotations.h"
#include "promql/func/step_row.h"

namespace aion::promql {

class HistogramSum {
 public:
  explicit HistogramSum(bool average) : average_(average) {}

  /// Exponential and custom buckets cannot be mixed: then a warning is noted and there is no
  /// result.
  void Add(const model::FloatHistogram& histogram, std::string_view metric, SourceRange at,
           Annotations* annotations);
  /// Adds what another sum has gathered.
  void Merge(const HistogramSum& later, SourceRange at, Annotations* annotations);
  /// Null when there is no result.
  HistogramPtr Finish(SourceRange at, Annotations* annotations);

 private:
  bool AddInto(model::FloatHistogram* sum, std::optional<model::FloatHistogram>* compensation,
               const model::FloatHistogram& added, std::string_view metric, SourceRange at,
               Annotations* annotations);
  /// Adds to the sum unless it would overflow; false then.
  bool TryAdd(const model::FloatHistogram& histogram, std::string_view metric, SourceRange at,
              Annotations* annotations);
  void TurnIntoMean(double count);
  void AddToMean(model::FloatHistogram share, double kept, std::string_view metric, SourceRange at,
                 Annotations* annotations);

  bool average_;
  bool incompatible_ = false;
  bool is_mean_ = false;
  bool reset_seen_ = false;
  bool not_reset_seen_ = false;
  double count_ = 0;
  std::optional<model::FloatHistogram> value_;
  std::optional<model::FloatHistogram> compensation_;
};

}  // namespace aion::promql
