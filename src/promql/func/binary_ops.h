#pragma once

// Binary operators on one pair of samples, and on pairs of floats in a form that loops can inline.

#include <cmath>
#include <utility>

#include "promql/func/annotations.h"
#include "promql/func/step_row.h"
#include "promql/parse/operators.h"

namespace aion::promql {

/// Result of an operator on two floats: the value, and whether a filter keeps it.
struct FloatResult {
  double value = 0;
  bool keep = true;
};

/// Calls `visit(function)` with a function of two doubles to FloatResult for the operator; the
/// switch is outside the caller's loop. Requires: not a set operator nor a trim.
template <typename Visit>
auto WithFloatOperator(BinaryOp op, const Visit& visit) {
  const auto always = [](auto value) {
    return [value](double l, double r) { return FloatResult{value(l, r), true}; };
  };
  const auto filter = [](auto test) {
    return [test](double l, double r) { return FloatResult{l, test(l, r)}; };
  };
  switch (op) {
    case BinaryOp::kSub:
      return visit(always([](double l, double r) { return l - r; }));
    case BinaryOp::kMul:
      return visit(always([](double l, double r) { return l * r; }));
    case BinaryOp::kDiv:
      return visit(always([](double l, double r) { return l / r; }));
    case BinaryOp::kMod:
      return visit(always([](double l, double r) { return std::fmod(l, r); }));
    case BinaryOp::kPow:
      return visit(always([](double l, double r) { return std::pow(l, r); }));
    case BinaryOp::kAtan2:
      return visit(always([](double l, double r) { return std::atan2(l, r); }));
    case BinaryOp::kEqual:
      return visit(filter([](double l, double r) { return l == r; }));
    case BinaryOp::kNotEqual:
      return visit(filter([](double l, double r) { return l != r; }));
    case BinaryOp::kLess:
      return visit(filter([](double l, double r) { return l < r; }));
    case BinaryOp::kLessOrEqual:
      return visit(filter([](double l, double r) { return l <= r; }));
    case BinaryOp::kGreater:
      return visit(filter([](double l, double r) { return l > r; }));
    case BinaryOp::kGreaterOrEqual:
      return visit(filter([](double l, double r) { return l >= r; }));
    default:
      return visit(always([](double l, double r) { return l + r; }));
  }
}

constexpr bool IsTrim(BinaryOp op) {
  return op == BinaryOp::kTrimUpper || op == BinaryOp::kTrimLower;
}
/// Arithmetic gives another metric; comparisons and trims keep it.
constexpr bool ChangesMetric(BinaryOp op) { return op <= BinaryOp::kAtan2; }

/// A float, or a histogram when there is one.
struct Sample {
  double value = 0;
  HistogramPtr histogram;
};

struct SampleResult {
  Sample sample;
  bool defined = false;  ///< False: the types have no result here, an annotation says why.
  bool keep = false;     ///< A filter lets it through.
};

/// Any pair; notes go to `annotations`. A collision of counter resets leaves no result, as upstream
/// has it.
SampleResult Combine(BinaryOp op, const Sample& left, const Sample& right, SourceRange at,
                     Annotations* annotations);

/// Two scalars: comparisons give 1 or 0.
inline double CombineScalars(BinaryOp op, double left, double right) {
  return WithFloatOperator(op, [&](auto function) {
    const FloatResult result = function(left, right);
    return IsComparison(op) ? (result.keep ? 1.0 : 0.0) : result.value;
  });
}

}  // namespace aion::promql
