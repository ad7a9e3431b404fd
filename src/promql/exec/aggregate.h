#pragma once

// Aggregations: sum by (…) and its kin, fused with the stream of the series below them where there
// is one, and those that need all series of a group at a step (topk, quantile, count_values, …).

#include "promql/exec/query.h"

namespace aion::promql {

/// Any aggregation.
StatusOr<StepMatrix> EvalAggregate(Query& query, const AggregateExpr& aggregate,
                                   const StepGrid& grid);

/// One series that is present wherever any series of `expr` is, or none: group() over it.
StatusOr<StepMatrix> EvalPresence(Query& query, const Expr& expr, const StepGrid& grid);

/// Which labels make a group, and the packed labels of the group a series is in.
class Grouping {
 public:
  /// One group of all.
  Grouping() = default;
  explicit Grouping(const AggregateExpr& aggregate);
  void LabelsOf(model::LabelsView labels, std::string* packed) const;
  bool without() const { return without_; }

 private:
  bool without_ = false;
  std::vector<std::string> names_;  // Sorted; `without` holds __name__ as well.
};

/// The operators with a parameter, over series that are held.
StatusOr<StepMatrix> EvalRanking(Query& query, const AggregateExpr& aggregate,
                                 const StepGrid& grid);  // topk, …
StatusOr<StepMatrix> EvalQuantile(Query& query, const AggregateExpr& aggregate,
                                  const StepGrid& grid);
StatusOr<StepMatrix> EvalCountValues(Query& query, const AggregateExpr& aggregate,
                                     const StepGrid& grid);

}  // namespace aion::promql
