#pragma once

// From tree to plan: everything about a query that can be known before a sample is read.
//
// MakePlan runs the passes of this folder, one a file, in this order:
//
//   context functions   start(), end(), range(), step() calls become numbers
//   durations           duration expressions become milliseconds
//   constants           scalar arithmetic over numbers becomes a number
//   step invariance     @ start()/end() resolved; what is equal at every step is wrapped in
//   StepInvariantExpr;
//                       parentheses around arguments go
//   histogram stats     selectors whose histograms are only counted or summed are marked
//   selections          per selector: time range, hints; equal selections are made once
//
// The plan owns the tree. Immutable once made, so it may be executed from many threads.

#include <functional>
#include <vector>

#include "base/status.h"
#include "model/time_range.h"
#include "promql/parse/ast.h"
#include "series/queryable.h"

namespace aion::promql {

/// When a query is evaluated: at start, start + step, … ≤ end. An instant query has start == end
/// and step 0.
struct EvalRange {
  TimestampMs start = 0;
  TimestampMs end = 0;
  DurationMs step_ms = 0;

  bool IsInstant() const { return start == end && step_ms == 0; }
  int64_t StepCount() const { return step_ms <= 0 ? 1 : (end - start) / step_ms + 1; }
  TimestampMs StepTime(int64_t index) const { return start + index * step_ms; }
  /// The last step's time: `end` aligned down to the grid of steps.
  TimestampMs LastStepTime() const { return StepTime(StepCount() - 1); }
};

inline constexpr DurationMs kDefaultLookbackMs = 5 * 60 * 1000;
inline constexpr DurationMs kDefaultSubqueryStepMs = 60 * 1000;
/// How far before its window Thanos' xrate and its kin look for the previous sample.
inline constexpr DurationMs kXFunctionLookbackMs = 60 * 60 * 1000;

struct PlanOptions {
  EvalRange range;
  DurationMs lookback_ms = kDefaultLookbackMs;
  /// The step of a subquery that gives none, from its range; null for kDefaultSubqueryStepMs.
  std::function<DurationMs(DurationMs range_ms)> default_subquery_step;
  bool at_modifier = true;
  bool negative_offset = true;
};

/// One Select to make. Several selectors of the tree may read from it, each in its own window of
/// `request.range`.
struct Selection {
  series::SelectRequest request;
  std::vector<const VectorSelector*> selectors;
};

struct Plan {
  ExprPtr root;
  std::vector<Selection> selections;  ///< VectorSelector::selection indexes it.
  EvalRange range;
  DurationMs lookback_ms = kDefaultLookbackMs;
};

/// kInvalidArgument with upstream's texts for bad durations, `@ modifier is disabled`, `negative
/// offset is disabled`, and a range query over a string or matrix.
StatusOr<Plan> MakePlan(ExprPtr expr, const PlanOptions& options);

/// The step of a subquery in milliseconds, with the default where it gives none.
DurationMs SubqueryStep(const SubqueryExpr& subquery, const PlanOptions& options);

/// When the inner expression of a subquery is evaluated, for an outer evaluation over `outer`:
/// steps are multiples of the subquery's step, later than the first window's open left end, up to
/// the last step's reference time.
EvalRange SubqueryRange(const SubqueryExpr& subquery, const EvalRange& outer,
                        DurationMs subquery_step_ms);

/// Replaces call(start|end|range|step) by numbers; `expr` may itself be replaced.
void FoldContextFunctions(ExprPtr* expr, const EvalRange& range);
/// Evaluates duration expressions into offset_ms, range_ms and step_ms.
Status ResolveDurations(Expr* expr, const EvalRange& range);
/// Replaces scalar operations over number literals by their value.
void FoldConstants(ExprPtr* expr);
/// Resolves @ start()/end(), drops parentheses around arguments, wraps what does not change from
/// step to step.
void MarkStepInvariant(ExprPtr* expr, const EvalRange& range);
/// Sets skip_histogram_buckets.
void MarkHistogramStats(Expr* expr);
/// Fills Plan::selections from Plan::root.
void MakeSelections(Plan* plan, const PlanOptions& options);

}  // namespace aion::promql
