// start(), end(), range() and step() are the same at every step of a query: numbers, from here on.

#include "promql/plan/plan.h"

namespace aion::promql {
namespace {

double Seconds(int64_t ms) { return static_cast<double>(ms) / 1000; }

/// The number a context function stands for; false for any other function.
bool ValueOf(const Function& func, const EvalRange& range, double* value) {
  if (func.name == "start") {
    *value = Seconds(range.start);
  } else if (func.name == "end") {
    *value = Seconds(range.end);
  } else if (func.name == "range") {
    *value = Seconds(range.end - range.start);
  } else if (func.name == "step") {
    *value = range.start == range.end ? 0 : Seconds(range.step_ms);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void FoldContextFunctions(ExprPtr* expr, const EvalRange& range) {
  double value;
  if (const auto* call = As<Call>(*expr); call != nullptr && ValueOf(*call->func, range, &value)) {
    auto number = std::make_unique<NumberLiteral>();
    number->value = value;
    number->range = call->range;
    *expr = std::move(number);
    return;
  }
  for (ExprPtr* child : Children(expr->get())) FoldContextFunctions(child, range);
}

}  // namespace aion::promql
