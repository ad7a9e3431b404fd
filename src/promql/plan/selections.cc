// One Select per distinct selector: the range of time it may read, and what its source may know
// about its use.
//
//   time range := [start - offsets - subquery ranges - window, end - offsets (+ lookback when
//   smoothed)]
//
// `@` of a selector or subquery replaces start and end. Windows are open on the left, so the sample
// exactly at their beginning is not asked for.

#include <algorithm>

#include "promql/plan/plan.h"

namespace aion::promql {
namespace {

/// What the nodes above a selector say about it.
struct Surroundings {
  DurationMs subquery_offset_ms = 0;
  DurationMs subquery_range_ms = 0;
  std::optional<TimestampMs> subquery_timestamp;
  DurationMs step_ms = 0;
  std::string_view function;
  const AggregateExpr* parent_aggregate = nullptr;
};

class SelectionMaker {
 public:
  SelectionMaker(Plan* plan, const PlanOptions& options) : plan_(plan), options_(options) {}

  void Visit(Expr* expr, const Surroundings& above) {
    if (auto* selector = As<VectorSelector>(expr)) return AddSelector(selector, above, 0);
    if (auto* matrix = As<MatrixSelector>(expr))
      return AddSelector(matrix->selector.get(), above, matrix->range_ms);
    const Surroundings below = Below(*expr, above);
    for (ExprPtr* child : Children(expr)) Visit(child->get(), below);
  }

 private:
  Surroundings Below(const Expr& expr, Surroundings s) const {
    s.parent_aggregate = As<AggregateExpr>(&expr);
    if (s.parent_aggregate != nullptr) s.function = OperatorText(s.parent_aggregate->op);
    if (const auto* call = As<Call>(&expr)) s.function = call->func->name;
    if (expr.kind == NodeKind::kBinary) s.function = {};
    const auto* subquery = As<SubqueryExpr>(&expr);
    if (subquery == nullptr) return s;
    if (subquery->time.timestamp) {
      // `@` on a subquery makes the times of what is around it irrelevant.
      s.subquery_offset_ms = s.subquery_range_ms = 0;
      s.subquery_timestamp = subquery->time.timestamp;
    }
    s.subquery_offset_ms += subquery->time.offset_ms;
    s.subquery_range_ms += subquery->range_ms;
    s.step_ms = SubqueryStep(*subquery, options_);
    return s;
  }

  model::QueryRange TimeRange(const VectorSelector& selector, const Surroundings& above,
                              DurationMs range_ms) const {
    model::QueryRange range = {plan_->range.start, plan_->range.end};
    if (above.subquery_timestamp) range.min = range.max = *above.subquery_timestamp;
    if (selector.time.timestamp) {
      range.min = range.max = *selector.time.timestamp;
    } else {
      range.min = SaturatingSub(range.min, above.subquery_offset_ms + above.subquery_range_ms);
      range.max = SaturatingSub(range.max, above.subquery_offset_ms);
    }
    const bool extended = selector.anchored || selector.smoothed;
    DurationMs window = range_ms;
    if (range_ms == 0 || extended) window += plan_->lookback_ms;
    if (range_ms != 0 && FindXFunction(above.function) != nullptr) window += kXFunctionLookbackMs;
    range.min = SaturatingSub(range.min, window - 1);
    if (selector.smoothed) range.max = SaturatingSub(range.max, -plan_->lookback_ms);
    range.min = SaturatingSub(range.min, selector.time.offset_ms);
    range.max = SaturatingSub(range.max, selector.time.offset_ms);
    return range;
  }

  void AddSelector(VectorSelector* selector, const Surroundings& above, DurationMs range_ms) {
    series::SelectRequest request;
    request.range = TimeRange(*selector, above, range_ms);
    request.matchers = selector->matchers;
    request.hints.step_ms = above.step_ms != 0 ? above.step_ms : plan_->range.step_ms;
    request.hints.range_ms = range_ms;
    request.hints.function = std::string(above.function);
    if (above.parent_aggregate != nullptr) {
      request.hints.by = !above.parent_aggregate->without;
      request.hints.grouping = above.parent_aggregate->grouping;
    }
    const size_t index = FindOrAdd(std::move(request));
    plan_->selections[index].selectors.push_back(selector);
    selector->selection = static_cast<int32_t>(index);
  }

  /// A selection of the same series for the same use is widened rather than made twice, when the
  /// ranges overlap.
  size_t FindOrAdd(series::SelectRequest request) {
    for (size_t i = 0; i < plan_->selections.size(); ++i) {
      series::SelectRequest& known = plan_->selections[i].request;
      if (!SameUse(known, request)) continue;
      known.range.min = std::min(known.range.min, request.range.min);
      known.range.max = std::max(known.range.max, request.range.max);
      known.hints.range_ms = std::max(known.hints.range_ms, request.hints.range_ms);
      return i;
    }
    plan_->selections.push_back({std::move(request), {}});
    return plan_->selections.size() - 1;
  }

  static bool SameUse(const series::SelectRequest& a, const series::SelectRequest& b) {
    return a.range.Overlaps(b.range) && a.hints.step_ms == b.hints.step_ms &&
           a.hints.function == b.hints.function && a.hints.by == b.hints.by &&
           a.hints.grouping == b.hints.grouping && a.matchers == b.matchers;
  }

  Plan* plan_;
  const PlanOptions& options_;
};

}  // namespace

void MakeSelections(Plan* plan, const PlanOptions& options) {
  SelectionMaker(plan, options).Visit(plan->root.get(), Surroundings());
}

}  // namespace aion::promql
