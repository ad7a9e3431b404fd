// What is the same at every step is evaluated once. An expression is step invariant when each
// selector in it is pinned with `@` and no function in it looks at the time of evaluation.
//
// Wrapped is the highest such node; number and string literals, range selectors and subqueries
// never are, as their consumers take them directly. The inside of a subquery is wrapped whenever it
// is step invariant itself.

#include <algorithm>
#include <array>

#include "promql/plan/plan.h"

namespace aion::promql {
namespace {

constexpr std::array<std::string_view, 15> kTimeDependent = {
    "day_of_month", "day_of_week", "day_of_year", "days_in_month",  "end",
    "hour",         "minute",      "month",       "predict_linear", "range",
    "start",        "step",        "time",        "timestamp",      "year"};

bool DependsOnTime(const Function& func) {
  return std::ranges::binary_search(kTimeDependent, func.name);
}

struct Invariance {
  bool invariant = false;
  bool worth_wrapping = false;
};

class Marker {
 public:
  explicit Marker(const EvalRange& range) : range_(range) {}

  Invariance Mark(Expr* expr) {
    switch (expr->kind) {
      case NodeKind::kNumber:
      case NodeKind::kString:
        return {true, false};
      case NodeKind::kVectorSelector: {
        const bool pinned = Pin(&static_cast<VectorSelector*>(expr)->time);
        return {pinned, pinned};
      }
      case NodeKind::kMatrixSelector:
        return {Pin(&static_cast<MatrixSelector*>(expr)->selector->time), false};
      case NodeKind::kSubquery:
        return MarkSubquery(static_cast<SubqueryExpr*>(expr));
      case NodeKind::kUnary:
        return Mark(static_cast<UnaryExpr*>(expr)->expr.get());
      case NodeKind::kParen:
        return Mark(static_cast<ParenExpr*>(expr)->expr.get());
      case NodeKind::kStepInvariant:
        return {true, false};
      case NodeKind::kBinary:
        return MarkBinary(static_cast<BinaryExpr*>(expr));
      case NodeKind::kAggregate:
        return MarkAggregate(static_cast<AggregateExpr*>(expr));
      case NodeKind::kCall:
        return MarkCall(static_cast<Call*>(expr));
    }
    return {};
  }

  static void Wrap(ExprPtr* expr) {
    auto wrapper = std::make_unique<StepInvariantExpr>();
    wrapper->range = (*expr)->range;
    wrapper->depth = (*expr)->depth + 1;
    wrapper->expr = std::move(*expr);
    *expr = std::move(wrapper);
  }

 private:
  /// Resolves start() and end(). True when the selector looks at one time only.
  bool Pin(TimeModifiers* time) const {
    if (time->at == AtPreprocessor::kStart) time->timestamp = range_.start;
    if (time->at == AtPreprocessor::kEnd) time->timestamp = range_.end;
    return time->timestamp.has_value();
  }

  static void DropParentheses(ExprPtr* expr) {
    while (auto* paren = As<ParenExpr>(*expr)) {
      ExprPtr inner = std::move(paren->expr);
      *expr = std::move(inner);
    }
  }

  Invariance MarkSubquery(SubqueryExpr* node) {
    if (Mark(node->expr.get()).invariant) Wrap(&node->expr);
    return {Pin(&node->time), false};
  }

  Invariance MarkBinary(BinaryExpr* node) {
    const Invariance lhs = Mark(node->lhs.get());
    const Invariance rhs = Mark(node->rhs.get());
    if (lhs.invariant && rhs.invariant) return {true, true};
    if (lhs.worth_wrapping) Wrap(&node->lhs);
    if (rhs.worth_wrapping) Wrap(&node->rhs);
    return {false, false};
  }

  Invariance MarkAggregate(AggregateExpr* node) {
    DropParentheses(&node->expr);
    if (node->param == nullptr) return Mark(node->expr.get());
    DropParentheses(&node->param);
    // Compat: the parameter has no say, though it may change with time; of a pinned aggregation it
    // is that of the first step.
    Mark(node->param.get());
    return Mark(node->expr.get());
  }

  Invariance MarkCall(Call* node) {
    bool invariant = !DependsOnTime(*node->func);
    // timestamp(x @ 1) is the time of a sample that does not change; timestamp(abs(x @ 1)) is the
    // evaluation's.
    bool pinned_timestamp = node->func->name == "timestamp";
    std::vector<bool> worth_wrapping;
    for (ExprPtr& arg : node->args) {
      DropParentheses(&arg);
      const Invariance inner = Mark(arg.get());
      worth_wrapping.push_back(inner.worth_wrapping);
      invariant = invariant && inner.invariant;
      pinned_timestamp =
          pinned_timestamp && inner.invariant && arg->kind == NodeKind::kVectorSelector;
    }
    if (invariant || pinned_timestamp) return {true, true};
    for (size_t i = 0; i < node->args.size(); ++i) {
      if (worth_wrapping[i]) Wrap(&node->args[i]);
    }
    return {false, false};
  }

  EvalRange range_;
};

}  // namespace

void MarkStepInvariant(ExprPtr* expr, const EvalRange& range) {
  if (Marker(range).Mark(expr->get()).worth_wrapping) Marker::Wrap(expr);
}

}  // namespace aion::promql
