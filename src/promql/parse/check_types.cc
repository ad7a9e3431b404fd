// The checks upstream makes on a finished tree: argument counts, types, matching clauses, selectors
// that select all.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "promql/parse/parser_state.h"

namespace aion::promql::internal {
namespace {

bool Fail(ParserState* state, int32_t position, std::string message) {
  state->Fail(position, std::move(message));
  return false;
}

bool ExpectType(ParserState* state, Expr* expr, ValueType want, std::string_view where) {
  if (!CheckTypes(state, expr)) return false;
  const ValueType type = expr->Type();
  if (type == want) return true;
  return Fail(state, expr->range.start,
              fmt::format("expected type {} in {}, got {}", DocumentedType(want), where,
                          DocumentedType(type)));
}

bool CheckAggregate(ParserState* state, AggregateExpr* node) {
  if (!ExpectType(state, node->expr.get(), ValueType::kVector, "aggregation expression"))
    return false;
  if (node->param == nullptr) return true;
  const ValueType want =
      node->op == AggregateOp::kCountValues ? ValueType::kString : ValueType::kScalar;
  return ExpectType(state, node->param.get(), want, "aggregation parameter");
}

/// Where the operator of `node` stands: behind the left side and white space.
int32_t OperatorPosition(const ParserState& state, const BinaryExpr& node) {
  auto at = static_cast<size_t>(node.lhs->range.end);
  while (at < state.text.size() && IsSpace(state.text[at])) ++at;
  return static_cast<int32_t>(at);
}

bool IsOperand(ValueType type) { return type == ValueType::kScalar || type == ValueType::kVector; }

bool CheckBinaryWithScalar(ParserState* state, BinaryExpr* node) {
  const int32_t start = node->range.start;
  if (!node->matching->labels.empty()) {
    return Fail(state, start, "vector matching only allowed between instant vectors");
  }
  if (node->matching->fill_lhs || node->matching->fill_rhs) {
    return Fail(state, start, "filling in missing series only allowed between instant vectors");
  }
  node->matching.reset();
  if (!IsSetOperator(node->op)) return true;
  return Fail(state, start,
              fmt::format("set operator {} not allowed in binary scalar expression",
                          QuoteGo(OperatorText(node->op))));
}

bool CheckSetOperator(ParserState* state, BinaryExpr* node) {
  VectorMatching& matching = *node->matching;
  if (matching.cardinality != MatchCardinality::kManyToMany) {
    return Fail(
        state, node->range.start,
        fmt::format("no grouping allowed for {} operation", QuoteGo(OperatorText(node->op))));
  }
  if (matching.fill_lhs || matching.fill_rhs) {
    return Fail(state, node->range.start,
                "filling in missing series not allowed for set operators");
  }
  return true;
}

bool CheckMatchingLabels(ParserState* state, const BinaryExpr& node) {
  if (!node.matching->on) return true;
  for (const std::string& label : node.matching->labels) {
    if (std::ranges::find(node.matching->include, label) == node.matching->include.end()) continue;
    return Fail(
        state, OperatorPosition(*state, node),
        fmt::format("label {} must not occur in ON and GROUP clause at once", QuoteGo(label)));
  }
  return true;
}

bool CheckBinary(ParserState* state, BinaryExpr* node) {
  if (!CheckTypes(state, node->lhs.get()) || !CheckTypes(state, node->rhs.get())) return false;
  node->lhs_type = node->lhs->Type();
  node->rhs_type = node->rhs->Type();
  if (node->return_bool && !IsComparison(node->op)) {
    return Fail(state, OperatorPosition(*state, *node),
                "bool modifier can only be used on comparison operators");
  }
  const bool scalars = node->lhs_type == ValueType::kScalar && node->rhs_type == ValueType::kScalar;
  if (IsComparison(node->op) && !node->return_bool && scalars) {
    return Fail(state, OperatorPosition(*state, *node),
                "comparisons between scalars must use BOOL modifier");
  }
  if (IsSetOperator(node->op) && node->matching->cardinality == MatchCardinality::kOneToOne) {
    node->matching->cardinality = MatchCardinality::kManyToMany;
  }
  if (!CheckMatchingLabels(state, *node)) return false;
  constexpr const char* kOperandTypes =
      "binary expression must contain only scalar and instant vector types";
  if (!IsOperand(node->lhs_type)) return Fail(state, node->lhs->range.start, kOperandTypes);
  if (!IsOperand(node->rhs_type)) return Fail(state, node->rhs->range.start, kOperandTypes);
  if (node->lhs_type != ValueType::kVector || node->rhs_type != ValueType::kVector) {
    return CheckBinaryWithScalar(state, node);
  }
  return !IsSetOperator(node->op) || CheckSetOperator(state, node);
}

bool CheckArgumentCount(ParserState* state, const Call& call) {
  const auto declared = static_cast<int64_t>(call.func->arg_types.size());
  const auto given = static_cast<int64_t>(call.args.size());
  const std::string name = QuoteGo(call.func->name);
  const auto fail = [&](std::string_view how, int64_t wanted) {
    return Fail(
        state, call.range.start,
        fmt::format("expected {}{} argument(s) in call to {}, got {}", how, wanted, name, given));
  };
  if (call.func->variadic == 0) return given == declared || fail("", declared);
  const int64_t least = declared - 1;
  if (given < least) return fail("at least ", least);
  if (call.func->variadic > 0 && given > least + call.func->variadic) {
    return fail("at most ", least + call.func->variadic);
  }
  return true;
}

/// The second argument of info() is a bare set of matchers.
bool CheckInfo(ParserState* state, const Call& call) {
  if (call.func->name != "info" || call.args.size() < 2) return true;
  Expr* matchers = call.args[1].get();
  if (matchers->Type() != ValueType::kVector) {
    return Fail(state, call.range.start,
                fmt::format("expected type instant vector in call to function \"info\", got {}",
                            DocumentedType(matchers->Type())));
  }
  auto* selector = As<VectorSelector>(matchers);
  if (selector == nullptr)
    return Fail(state, matchers->range.start, "expected label selectors only");
  if (!selector->name.empty()) {
    return Fail(state, matchers->range.start,
                "expected label selectors only, got vector selector instead");
  }
  selector->bypass_empty_matcher_check = true;
  return true;
}

bool CheckCall(ParserState* state, Call* call) {
  if (!CheckArgumentCount(state, *call) || !CheckInfo(state, *call)) return false;
  const std::span<const ValueType> types = call->func->arg_types;
  for (size_t i = 0; i < call->args.size(); ++i) {
    const ValueType want = types[std::min(i, types.size() - 1)];
    Expr* arg = call->args[i].get();
    if (!CheckTypes(state, arg)) return false;
    if (const ValueType type = arg->Type(); type != want) {
      return Fail(
          state, arg->range.start,
          fmt::format("expected type {} in call to function {}, got {}", DocumentedType(want),
                      QuoteGo(call->func->name), DocumentedType(type)));
    }
  }
  return true;
}

bool CheckUnary(ParserState* state, UnaryExpr* node) {
  if (!CheckTypes(state, node->expr.get())) return false;
  const ValueType type = node->expr->Type();
  if (IsOperand(type)) return true;
  return Fail(
      state, node->range.start,
      fmt::format(
          "unary expression only allowed on expressions of type scalar or instant vector, got {}",
          QuoteGo(DocumentedType(type))));
}

bool CheckSubquery(ParserState* state, SubqueryExpr* node) {
  if (!CheckTypes(state, node->expr.get())) return false;
  const ValueType type = node->expr->Type();
  if (type == ValueType::kVector) return true;
  return Fail(state, node->range.start,
              fmt::format("subquery is only allowed on instant vector, got {} instead",
                          ValueTypeText(type)));
}

bool CheckSelector(ParserState* state, const VectorSelector& node) {
  if (!node.name.empty()) {
    for (size_t i = 0; i + 1 < node.matchers.size(); ++i) {
      if (node.matchers[i].name() != model::kMetricName) continue;
      return Fail(state, node.range.start,
                  fmt::format("metric name must not be set twice: {} or {}", QuoteGo(node.name),
                              QuoteGo(node.matchers[i].value())));
    }
    return true;
  }
  if (node.bypass_empty_matcher_check) return true;
  const bool selects_all = std::ranges::all_of(
      node.matchers, [](const model::Matcher& matcher) { return matcher.MatchesEmpty(); });
  return !selects_all || Fail(state, node.range.start,
                              "vector selector must contain at least one non-empty matcher");
}

}  // namespace

bool CheckTypes(ParserState* state, Expr* expr) {
  switch (expr->kind) {
    case NodeKind::kNumber:
    case NodeKind::kString:
    case NodeKind::kStepInvariant:
      return true;
    case NodeKind::kVectorSelector:
      return CheckSelector(state, *static_cast<VectorSelector*>(expr));
    case NodeKind::kMatrixSelector:
      return CheckSelector(state, *static_cast<MatrixSelector*>(expr)->selector);
    case NodeKind::kSubquery:
      return CheckSubquery(state, static_cast<SubqueryExpr*>(expr));
    case NodeKind::kUnary:
      return CheckUnary(state, static_cast<UnaryExpr*>(expr));
    case NodeKind::kBinary:
      return CheckBinary(state, static_cast<BinaryExpr*>(expr));
    case NodeKind::kAggregate:
      return CheckAggregate(state, static_cast<AggregateExpr*>(expr));
    case NodeKind::kCall:
      return CheckCall(state, static_cast<Call*>(expr));
    case NodeKind::kParen:
      return CheckTypes(state, static_cast<ParenExpr*>(expr)->expr.get());
  }
  return true;
}

}  // namespace aion::promql::internal
