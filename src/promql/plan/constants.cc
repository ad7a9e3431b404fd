// Arithmetic over numbers that stand in the text: done once, here.

#include <cmath>

#include "promql/plan/plan.h"

namespace aion::promql {
namespace {

/// The number under parentheses, or null.
const NumberLiteral* NumberIn(const ExprPtr& expr) { return As<NumberLiteral>(Unwrap(expr.get())); }

double Evaluate(BinaryOp op, double lhs, double rhs) {
  const auto truth = [](bool value) { return value ? 1.0 : 0.0; };
  switch (op) {
    case BinaryOp::kAdd:
      return lhs + rhs;
    case BinaryOp::kSub:
      return lhs - rhs;
    case BinaryOp::kMul:
      return lhs * rhs;
    case BinaryOp::kDiv:
      return lhs / rhs;
    case BinaryOp::kMod:
      return std::fmod(lhs, rhs);
    case BinaryOp::kPow:
      return std::pow(lhs, rhs);
    case BinaryOp::kAtan2:
      return std::atan2(lhs, rhs);
    case BinaryOp::kEqual:
      return truth(lhs == rhs);
    case BinaryOp::kNotEqual:
      return truth(lhs != rhs);
    case BinaryOp::kLess:
      return truth(lhs < rhs);
    case BinaryOp::kLessOrEqual:
      return truth(lhs <= rhs);
    case BinaryOp::kGreater:
      return truth(lhs > rhs);
    case BinaryOp::kGreaterOrEqual:
      return truth(lhs >= rhs);
    default:
      return std::nan("");  // Trims and set operators do not type-check over numbers.
  }
}

void Replace(ExprPtr* expr, double value) {
  auto number = std::make_unique<NumberLiteral>();
  number->value = value;
  number->range = (*expr)->range;
  *expr = std::move(number);
}

bool CanEvaluate(BinaryOp op) {
  return !IsSetOperator(op) && op != BinaryOp::kTrimUpper && op != BinaryOp::kTrimLower;
}

}  // namespace

void FoldConstants(ExprPtr* expr) {
  for (ExprPtr* child : Children(expr->get())) FoldConstants(child);
  if (const auto* unary = As<UnaryExpr>(*expr)) {
    if (const auto* number = NumberIn(unary->expr))
      Replace(expr, unary->negate ? -number->value : number->value);
  } else if (const auto* binary = As<BinaryExpr>(*expr)) {
    const auto* lhs = NumberIn(binary->lhs);
    const auto* rhs = NumberIn(binary->rhs);
    if (lhs != nullptr && rhs != nullptr && CanEvaluate(binary->op)) {
      Replace(expr, Evaluate(binary->op, lhs->value, rhs->value));
    }
  }
}

}  // namespace aion::promql
