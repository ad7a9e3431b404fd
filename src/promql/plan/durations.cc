// Duration expressions to milliseconds. `step()` and `range()` are those of the query; results are
// cut to whole milliseconds. Offsets may be negative, ranges and steps may not.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "promql/plan/plan.h"

namespace aion::promql {
namespace {

using Op = DurationExpr::Op;

constexpr double kSecondsMax = 9223372036.854775808;  // 2^63 nanoseconds.

Status ErrorAt(const DurationExpr& expr, std::string_view what) {
  return InvalidArgumentError(fmt::format("{}:{}: {}", expr.range.start, expr.range.end, what));
}

StatusOr<double> Evaluate(const DurationExpr& expr, const EvalRange& range) {
  double lhs = 0, rhs = 0;
  if (expr.lhs != nullptr) {
    ASSIGN_OR_RETURN(lhs, Evaluate(*expr.lhs, range));
  }
  if (expr.rhs != nullptr) {
    ASSIGN_OR_RETURN(rhs, Evaluate(*expr.rhs, range));
  }
  switch (expr.op) {
    case Op::kLiteral:
      return expr.seconds;
    case Op::kStep:
      return static_cast<double>(range.step_ms) / 1000;
    case Op::kRange:
      return static_cast<double>(range.end - range.start) / 1000;
    case Op::kMinOf:
      return std::min(lhs, rhs);
    case Op::kMaxOf:
      return std::max(lhs, rhs);
    case Op::kAdd:
      return lhs + rhs;
    case Op::kSub:
      return lhs - rhs;
    case Op::kMul:
      return lhs * rhs;
    case Op::kPow:
      return std::pow(lhs, rhs);
    case Op::kDiv:
      if (rhs == 0) return ErrorAt(expr, "division by zero");
      return lhs / rhs;
    case Op::kMod:
      if (rhs == 0) return ErrorAt(expr, "modulo by zero");
      return std::fmod(lhs, rhs);
  }
  return InternalError("unknown duration operator");
}

Status Resolve(const DurationExprPtr& expr, const EvalRange& range, bool may_be_negative,
               DurationMs* duration) {
  if (expr == nullptr) return OkStatus();
  ASSIGN_OR_RETURN(const double seconds, Evaluate(*expr, range));
  if (!std::isfinite(seconds)) return ErrorAt(*expr, "duration is NaN or infinite");
  if (seconds <= 0 && !may_be_negative) return ErrorAt(*expr, "duration must be greater than 0");
  if (std::abs(seconds) > kSecondsMax) return ErrorAt(*expr, "duration is out of range");
  *duration = static_cast<DurationMs>(seconds * 1000);
  return OkStatus();
}

Status ResolveOffset(TimeModifiers* time, const EvalRange& range) {
  return Resolve(time->offset_expr, range, true, &time->offset_ms);
}

}  // namespace

Status ResolveDurations(Expr* expr, const EvalRange& range) {
  if (auto* selector = As<VectorSelector>(expr)) return ResolveOffset(&selector->time, range);
  if (auto* matrix = As<MatrixSelector>(expr)) {
    RETURN_IF_ERROR(Resolve(matrix->range_expr, range, false, &matrix->range_ms));
    return ResolveOffset(&matrix->selector->time, range);
  }
  if (auto* subquery = As<SubqueryExpr>(expr)) {
    RETURN_IF_ERROR(ResolveOffset(&subquery->time, range));
    RETURN_IF_ERROR(Resolve(subquery->step_expr, range, false, &subquery->step_ms));
    RETURN_IF_ERROR(Resolve(subquery->range_expr, range, false, &subquery->range_ms));
  }
  for (ExprPtr* child : Children(expr)) RETURN_IF_ERROR(ResolveDurations(child->get(), range));
  return OkStatus();
}

}  // namespace aion::promql
