// Selectors whose histograms are only counted, summed or averaged need no buckets. Left alone are
// those under a subquery, a function over buckets or a trim, which look at them before.

#include "promql/plan/plan.h"

namespace aion::promql {
namespace {

enum class Need : uint8_t { kUnknown, kStats, kBuckets };

/// What `expr` makes of the need of everything below it; nodes nearer to the selector decide first,
/// kBuckets wins.
Need NeedBelow(const Expr& expr, Need above) {
  if (above == Need::kBuckets) return above;
  if (expr.kind == NodeKind::kSubquery) return Need::kBuckets;
  if (const auto* binary = As<BinaryExpr>(&expr)) {
    const bool trim = binary->op == BinaryOp::kTrimUpper || binary->op == BinaryOp::kTrimLower;
    return trim ? Need::kBuckets : above;
  }
  const auto* call = As<Call>(&expr);
  if (call == nullptr) return above;
  const std::string_view name = call->func->name;
  if (name == "histogram_count" || name == "histogram_sum" || name == "histogram_avg")
    return Need::kStats;
  if (name == "histogram_quantile" || name == "histogram_quantiles" ||
      name == "histogram_fraction") {
    return Need::kBuckets;
  }
  return above;
}

void Mark(Expr* expr, Need need) {
  if (auto* matrix = As<MatrixSelector>(expr)) expr = matrix->selector.get();
  if (auto* selector = As<VectorSelector>(expr)) {
    selector->skip_histogram_buckets = need == Need::kStats;
    return;
  }
  const Need below = NeedBelow(*expr, need);
  for (ExprPtr* child : Children(expr)) Mark(child->get(), below);
}

}  // namespace

void MarkHistogramStats(Expr* expr) { Mark(expr, Need::kUnknown); }

}  // namespace aion::promql
