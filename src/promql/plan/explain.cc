#include "promql/plan/explain.h"

#include "base/duration.h"
#include "base/text.h"
#include "promql/parse/functions.h"

namespace aion::promql {
namespace {

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

/// {[__name__="up" job="a"]}
std::string SelectorText(const VectorSelector& selector) {
  std::string text = "{[";
  for (size_t i = 0; i < selector.matchers.size(); ++i)
    text += (i > 0 ? " " : "") + selector.matchers[i].ToString();
  return text + "]}";
}

std::string WindowText(const MatrixSelector& matrix) {
  return SelectorText(*matrix.selector) + "[" + FormatGoDuration(matrix.range_ms * 1'000'000) + "]";
}

std::string NameOf(const Expr& expr) {
  if (const auto* number = As<NumberLiteral>(&expr))
    return "[numberLiteral] " + FormatGoFloat(number->value, 'g');
  if (const auto* text = As<StringLiteral>(&expr)) return "[stringLiteral] " + QuoteGo(text->value);
  if (const auto* selector = As<VectorSelector>(&expr))
    return "[vectorSelector] " + SelectorText(*selector);
  if (const auto* matrix = As<MatrixSelector>(&expr))
    return "[matrixSelector] " + WindowText(*matrix);
  if (const auto* subquery = As<SubqueryExpr>(&expr)) {
    return "[subquery] range " + FormatGoDuration(subquery->range_ms * 1'000'000) + ", step " +
           FormatGoDuration(subquery->step_ms * 1'000'000);
  }
  if (const auto* unary = As<UnaryExpr>(&expr)) return unary->negate ? "[unary] -" : "[unary] +";
  if (const auto* binary = As<BinaryExpr>(&expr)) {
    std::string name = "[binary] " + std::string(OperatorText(binary->op));
    if (!binary->matching) return name;
    return name + (binary->matching->on ? " on ([" : " ignoring ([") +
           Joined(binary->matching->labels) + "]) " +
           std::string(CardinalityText(binary->matching->cardinality));
  }
  if (const auto* aggregate = As<AggregateExpr>(&expr)) {
    return "[aggregate] " + std::string(OperatorText(aggregate->op)) +
           (aggregate->without ? " without ([" : " by ([") + Joined(aggregate->grouping) + "])";
  }
  if (const auto* call = As<Call>(&expr)) {
    // A window function reads its selector itself: they are one operator.
    for (const ExprPtr& argument : call->args) {
      if (const auto* matrix = As<MatrixSelector>(Unwrap(argument.get()))) {
        return "[matrixSelector] " + std::string(call->func->name) + "(" + WindowText(*matrix) +
               ")";
      }
    }
    return "[function] " + std::string(call->func->name);
  }
  if (expr.kind == NodeKind::kStepInvariant) return "[stepInvariant]";
  return "[paren]";
}

ExplainNode ExplainExpr(const Expr& expr) {
  const Expr* node = &expr;
  while (const auto* paren = As<ParenExpr>(node)) node = paren->expr.get();
  ExplainNode result{NameOf(*node), {}};
  const bool call = node->kind == NodeKind::kCall;
  for (const Expr* child : Children(node)) {
    if (call && Unwrap(child)->kind == NodeKind::kMatrixSelector) continue;
    result.children.push_back(ExplainExpr(*child));
  }
  return result;
}

}  // namespace

ExplainNode Explain(const Plan& plan) { return ExplainExpr(*plan.root); }

}  // namespace aion::promql
