#include "promql/plan/plan.h"

#include <fmt/format.h>

#include "base/text.h"

namespace aion::promql {
namespace {

Status CheckModifiers(const TimeModifiers& time, const PlanOptions& options) {
  if (!options.at_modifier && (time.timestamp || time.at != AtPreprocessor::kNone)) {
    return InvalidArgumentError("@ modifier is disabled");
  }
  if (!options.negative_offset && time.offset_ms < 0)
    return InvalidArgumentError("negative offset is disabled");
  return OkStatus();
}

/// The parts of the language an engine may be told not to offer.
Status CheckAllowed(const Expr* expr, const PlanOptions& options) {
  if (options.at_modifier && options.negative_offset) return OkStatus();
  if (const auto* selector = As<VectorSelector>(expr))
    return CheckModifiers(selector->time, options);
  if (const auto* matrix = As<MatrixSelector>(expr))
    return CheckModifiers(matrix->selector->time, options);
  if (const auto* subquery = As<SubqueryExpr>(expr))
    RETURN_IF_ERROR(CheckModifiers(subquery->time, options));
  for (const Expr* child : Children(expr)) RETURN_IF_ERROR(CheckAllowed(child, options));
  return OkStatus();
}

}  // namespace

DurationMs SubqueryStep(const SubqueryExpr& subquery, const PlanOptions& options) {
  if (subquery.step_ms != 0) return subquery.step_ms;
  const DurationMs step = options.default_subquery_step
                              ? options.default_subquery_step(subquery.range_ms)
                              : kDefaultSubqueryStepMs;
  return step > 0 ? step : kDefaultSubqueryStepMs;
}

EvalRange SubqueryRange(const SubqueryExpr& subquery, const EvalRange& outer,
                        DurationMs subquery_step_ms) {
  const TimestampMs first =
      SaturatingSub(subquery.time.ReferenceTime(outer.start), subquery.range_ms);
  EvalRange inner;
  inner.step_ms = subquery_step_ms;
  inner.end = subquery.time.ReferenceTime(outer.LastStepTime());
  inner.start = first / subquery_step_ms * subquery_step_ms;
  if (inner.start <= first) inner.start += subquery_step_ms;
  return inner;
}

StatusOr<Plan> MakePlan(ExprPtr expr, const PlanOptions& options) {
  const ValueType type = expr->Type();
  if (!options.range.IsInstant() && type != ValueType::kVector && type != ValueType::kScalar) {
    return InvalidArgumentError(
        fmt::format("invalid expression type {} for range query, must be Scalar or instant Vector",
                    QuoteGo(DocumentedType(type))));
  }
  RETURN_IF_ERROR(CheckAllowed(expr.get(), options));
  Plan plan;
  plan.range = options.range;
  plan.lookback_ms = options.lookback_ms;
  plan.root = std::move(expr);
  FoldContextFunctions(&plan.root, options.range);
  RETURN_IF_ERROR(ResolveDurations(plan.root.get(), options.range));
  FoldConstants(&plan.root);
  MarkStepInvariant(&plan.root, options.range);
  MarkHistogramStats(plan.root.get());
  MakeSelections(&plan, options);
  return plan;
}

}  // namespace aion::promql
