#include "promql/parse/operators.h"

#include <array>
#include <cstddef>

#include "promql/parse/value_type.h"

namespace aion::promql {
namespace {

constexpr std::array<std::string_view, 18> kBinaryTexts = {"+",   "-",     "*",     "/",  "%",
                                                           "^",   "atan2", "==",    "!=", "<",
                                                           "<=",  ">",     ">=",    "</", ">/",
                                                           "and", "or",    "unless"};
constexpr std::array<std::string_view, 14> kAggregateTexts = {
    "avg",      "bottomk", "count",  "count_values", "group", "max",    "min",
    "quantile", "stddev",  "stdvar", "sum",          "topk",  "limitk", "limit_ratio"};
constexpr std::array<std::string_view, 5> kTypeTexts = {"none", "scalar", "vector", "matrix",
                                                        "string"};

}  // namespace

std::string_view OperatorText(BinaryOp op) { return kBinaryTexts[static_cast<size_t>(op)]; }
std::string_view OperatorText(AggregateOp op) { return kAggregateTexts[static_cast<size_t>(op)]; }
std::string_view ValueTypeText(ValueType type) { return kTypeTexts[static_cast<size_t>(type)]; }

std::string_view DocumentedType(ValueType type) {
  if (type == ValueType::kVector) return "instant vector";
  if (type == ValueType::kMatrix) return "range vector";
  return ValueTypeText(type);
}

}  // namespace aion::promql
