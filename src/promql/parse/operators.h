#pragma once

// The operators and aggregations of PromQL, their spellings and classes.

#include <cstdint>
#include <string_view>

namespace aion::promql {

enum class BinaryOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kTrimUpper,  ///< `</`: histogram observations above the bound go.
  kTrimLower,  ///< `>/`: histogram observations below the bound go.
  kAnd,
  kOr,
  kUnless,
};

constexpr bool IsComparison(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterOrEqual;
}
constexpr bool IsSetOperator(BinaryOp op) { return op >= BinaryOp::kAnd; }
/// "+", "atan2", "unless", …
std::string_view OperatorText(BinaryOp op);

enum class AggregateOp : uint8_t {
  kAvg,
  kBottomk,
  kCount,
  kCountValues,
  kGroup,
  kMax,
  kMin,
  kQuantile,
  kStddev,
  kStdvar,
  kSum,
  kTopk,
  kLimitk,
  kLimitRatio,
};

constexpr bool HasParameter(AggregateOp op) {
  return op == AggregateOp::kTopk || op == AggregateOp::kBottomk ||
         op == AggregateOp::kCountValues || op == AggregateOp::kQuantile ||
         op == AggregateOp::kLimitk || op == AggregateOp::kLimitRatio;
}
constexpr bool IsExperimental(AggregateOp op) {
  return op == AggregateOp::kLimitk || op == AggregateOp::kLimitRatio;
}
/// "sum", "count_values", …
std::string_view OperatorText(AggregateOp op);

}  // namespace aion::promql
