#include "promql/exec/pipeline.h"

#include <algorithm>

#include "promql/exec/row_map.h"

namespace aion::promql {
namespace {

const Expr* SkipParentheses(const Expr* expr) {
  while (const auto* paren = As<ParenExpr>(expr)) expr = paren->expr.get();
  return expr;
}

/// The call of a range function over a matrix selector, or null.
const Call* RangeCallOf(const Expr& expr) {
  const auto* call = As<Call>(&expr);
  if (call == nullptr || call->func->name == "absent_over_time") return nullptr;
  return As<MatrixSelector>(RangeArgument(*call)) != nullptr ? call : nullptr;
}

/// Walks down the row maps to a leaf; false when there is none.
bool EndsInLeaf(const Expr* expr) {
  while (expr != nullptr) {
    expr = SkipParentheses(expr);
    if (As<VectorSelector>(expr) != nullptr || RangeCallOf(*expr) != nullptr) return true;
    expr = RowMapOperand(*expr);
  }
  return false;
}

StatusOr<Leaf> LeafOf(Query& query, const Expr& expr, const StepGrid& grid) {
  if (const auto* selector = As<VectorSelector>(&expr)) {
    return InstantLeaf(query, *selector, grid, InstantValue::kSample);
  }
  const Call& call = *As<Call>(&expr);
  return RangeLeaf(query, call, *FindRangeFunction(call.func->name), grid);
}

Status CheckModifiers(const Call& call, const VectorSelector& selector) {
  const std::string_view name = call.func->name;
  const bool smoothed_safe = name == "rate" || name == "increase" || name == "delta";
  const bool anchored_safe = smoothed_safe || name == "resets" || name == "changes";
  if (selector.anchored && !anchored_safe) {
    return FailedPreconditionError(
        "anchored modifier can only be used with: changes, delta, increase, rate, resets - "
        "not with " +
        std::string(name));
  }
  if (selector.smoothed && !smoothed_safe) {
    return FailedPreconditionError(
        "smoothed modifier can only be used with: delta, increase, rate - not with " +
        std::string(name));
  }
  return OkStatus();
}

}  // namespace

const Expr* RangeArgument(const Call& call) {
  for (const ExprPtr& arg : call.args) {
    const Expr* expr = Unwrap(arg.get());
    if (As<MatrixSelector>(expr) != nullptr || As<SubqueryExpr>(expr) != nullptr) return expr;
  }
  return nullptr;
}

TimestampMs FirstReference(const TimeModifiers& time, const StepGrid& grid) {
  constexpr TimestampMs kReferenceMax =
      kTimestampMax / 2;  // Leaves room for ranges and steps on both sides.
  return std::clamp(time.ReferenceTime(grid.start), -kReferenceMax, kReferenceMax);
}

Leaf InstantLeaf(const Query& query, const VectorSelector& selector, const StepGrid& grid,
                 InstantValue value) {
  Leaf leaf;
  leaf.selector = &selector;
  leaf.grid = grid;
  leaf.instant = {
      FirstReference(selector.time, grid), grid.step_ms, grid.count, query.options.lookback_ms,
      selector.time.timestamp.has_value(), value};
  leaf.call.at = selector.range;
  leaf.call.first_at = selector.range;
  return leaf;
}

StatusOr<Leaf> RangeLeaf(Query& query, const Call& call, const RangeFunction& function,
                         const StepGrid& grid) {
  Leaf leaf;
  leaf.grid = grid;
  leaf.function = &function;
  leaf.drops_name = !function.keeps_name;
  const Expr* argument = RangeArgument(call);
  const auto* matrix = As<MatrixSelector>(argument);
  const auto* subquery = As<SubqueryExpr>(argument);
  const TimeModifiers& time = matrix != nullptr ? matrix->selector->time : subquery->time;
  leaf.call.range_ms = matrix != nullptr ? matrix->range_ms : subquery->range_ms;
  // Compat: annotations about a subquery point to the beginning of the text.
  leaf.call.at = matrix != nullptr ? argument->range : SourceRange{};
  const Expr* first = Unwrap(call.args[0].get());
  leaf.call.first_at = first->kind == NodeKind::kSubquery ? SourceRange{} : first->range;
  leaf.windows = {FirstReference(time, grid), grid.step_ms, grid.count, leaf.call.range_ms,
                  time.timestamp.has_value() && grid.count > 1};
  leaf.windows.first_time = grid.start;
  if (FindXFunction(function.name) != nullptr) leaf.windows.before_ms = kXFunctionLookbackMs - 1;
  if (matrix != nullptr) {
    const VectorSelector& selector = *matrix->selector;
    RETURN_IF_ERROR(CheckModifiers(call, selector));
    leaf.selector = &selector;
    leaf.call.anchored = selector.anchored;
    leaf.call.smoothed = selector.smoothed;
    if (selector.anchored || selector.smoothed) leaf.windows.before_ms = query.options.lookback_ms;
    if (selector.smoothed) leaf.windows.after_ms = query.options.lookback_ms;
  }
  leaf.counter_check = function.name == "rate" || function.name == "increase";
  for (const ExprPtr& arg : call.args) {
    if (Unwrap(arg.get()) == argument) continue;
    ASSIGN_OR_RETURN(std::vector<double> values, EvalScalar(query, *arg, grid));
    leaf.scalars.push_back(std::move(values));
  }
  return leaf;
}

StatusOr<std::optional<Pipeline>> MakePipeline(Query& query, const Expr& expr,
                                               const StepGrid& grid) {
  if (!EndsInLeaf(&expr)) return std::optional<Pipeline>();
  Pipeline pipeline;
  const Expr* at = SkipParentheses(&expr);
  for (const Expr* operand = RowMapOperand(*at); operand != nullptr; operand = RowMapOperand(*at)) {
    ASSIGN_OR_RETURN(RowMap map, MakeRowMap(query, *at, grid));
    pipeline.drops_name |= map.drops_name;
    pipeline.maps.insert(pipeline.maps.begin(), std::move(map.apply));
    at = SkipParentheses(operand);
  }
  ASSIGN_OR_RETURN(pipeline.leaf, LeafOf(query, *at, grid));
  pipeline.drops_name |= pipeline.leaf.drops_name;
  return std::optional<Pipeline>(std::move(pipeline));
}

bool CanFuse(const Query& query, const Pipeline& pipeline) {
  if (!pipeline.drops_name || query.options.delayed_name_removal) return true;
  for (const model::Matcher& matcher : pipeline.leaf.selector->matchers) {
    const bool by_name =
        matcher.name() == model::kMetricName && matcher.type() == model::MatchType::kEqual;
    if (by_name && !matcher.value().empty()) return true;
  }
  return false;
}

}  // namespace aion::promql
