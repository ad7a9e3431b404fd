// Expressions: precedence climbing over binary operators; calls, aggregations, selectors and
// literals as operands.
//
//   loosest   or
//             and unless
//             == != <= < >= > </ >/
//             + -
//             * / % atan2, and the signs
//             ^ (to the right)
//   tightest  [range] [range:step] @ offset anchored smoothed

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "promql/parse/parser_state.h"

namespace aion::promql::internal {
namespace {

constexpr int kProductStrength = 5;
constexpr int kPowerStrength = 6;

int StrengthOf(BinaryOp op) {
  switch (op) {
    case BinaryOp::kOr:
      return 1;
    case BinaryOp::kAnd:
    case BinaryOp::kUnless:
      return 2;
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
      return 4;
    case BinaryOp::kMul:
    case BinaryOp::kDiv:
    case BinaryOp::kMod:
    case BinaryOp::kAtan2:
      return kProductStrength;
    case BinaryOp::kPow:
      return kPowerStrength;
    default:
      return 3;
  }
}

ExprPtr ParseBinary(ParserState* state, int strength_min);

bool CanStartExpression(TokenType type) {
  switch (type) {
    case TokenType::kLeftParen:
    case TokenType::kLeftBrace:
    case TokenType::kNumber:
    case TokenType::kDuration:
    case TokenType::kString:
    case TokenType::kAdd:
    case TokenType::kSub:
      return true;
    default:
      return CanNameMetric(type);
  }
}

/// `(a, b)`. The current token is the left parenthesis before and the right one after: what stands
/// behind is not looked at yet, so that errors about the call come first.
bool ParseArguments(ParserState* state, std::vector<ExprPtr>* args) {
  state->Advance();
  if (state->At(TokenType::kRightParen)) return true;
  while (true) {
    ExprPtr arg = ParseExpression(state);
    if (arg == nullptr) return false;
    args->push_back(std::move(arg));
    if (state->At(TokenType::kRightParen)) return true;
    if (!state->At(TokenType::kComma)) {
      state->UnexpectedExpr();
      return false;
    }
    const Token comma = state->Take();
    if (!state->failed() && !CanStartExpression(state->current.type)) {
      state->Fail(comma.start, "trailing commas not allowed in function call args");
      return false;
    }
  }
}

ExprPtr ParseCall(ParserState* state, const Token& name) {
  const Function* func = FindFunction(name.text);
  if (func == nullptr && state->options.x_functions) func = FindXFunction(name.text);
  auto call = std::make_unique<Call>();
  call->func = func;
  if (!ParseArguments(state, &call->args)) return nullptr;
  if (func == nullptr)
    return state->Fail(name.start, "unknown function with name " + QuoteGo(name.text));
  if (func->experimental && !state->options.experimental_functions) {
    return state->Fail(name.start, fmt::format("function {} is not enabled", QuoteGo(name.text)));
  }
  state->Advance();
  call->range = {name.start, state->last_end};
  return FinishNode(state, std::move(call));
}

bool AtGrouping(const ParserState& state) {
  return state.At(TokenType::kBy) || state.At(TokenType::kWithout);
}

bool ParseGrouping(ParserState* state, AggregateExpr* aggregate) {
  aggregate->without = state->Take().type == TokenType::kWithout;
  return ParseGroupingLabels(state, &aggregate->grouping);
}

/// Hands the arguments to the node, or fails with upstream's words.
ExprPtr FinishAggregation(ParserState* state, std::unique_ptr<AggregateExpr> node,
                          std::vector<ExprPtr> args) {
  const int32_t start = node->range.start;
  if (args.empty()) return state->Fail(start, "no arguments for aggregate expression provided");
  const bool parameter = HasParameter(node->op);
  if (IsExperimental(node->op) && !state->options.experimental_functions) {
    return state->Fail(start, fmt::format("{}() is experimental and must be enabled with "
                                          "--enable-feature=promql-experimental-functions",
                                          OperatorText(node->op)));
  }
  const size_t wanted = parameter ? 2 : 1;
  if (args.size() != wanted) {
    return state->Fail(
        start,
        fmt::format(
            "wrong number of arguments for aggregate expression provided, expected {}, got {}",
            wanted, args.size()));
  }
  if (parameter) node->param = std::move(args[0]);
  node->expr = std::move(args[wanted - 1]);
  return FinishNode(state, std::move(node));
}

ExprPtr ParseAggregation(ParserState* state, const Token& name) {
  auto node = std::make_unique<AggregateExpr>();
  node->op = *AsAggregateOp(name.type);
  std::vector<ExprPtr> args;
  ++state->aggregation_depth;
  const bool grouped_before = AtGrouping(*state);
  if (grouped_before && !ParseGrouping(state, node.get())) return nullptr;
  if (!state->At(TokenType::kLeftParen)) return state->UnexpectedExpr();
  if (!ParseArguments(state, &args)) return nullptr;
  state->Advance();
  if (state->failed()) return nullptr;
  if (!grouped_before && AtGrouping(*state) && !ParseGrouping(state, node.get())) return nullptr;
  --state->aggregation_depth;
  node->range = {name.start, state->last_end};
  return FinishAggregation(state, std::move(node), std::move(args));
}

ExprPtr ParseNumberLiteral(ParserState* state) {
  const Token token = state->current;
  auto node = std::make_unique<NumberLiteral>();
  node->range = {token.start, token.end()};
  node->duration_text = token.type == TokenType::kDuration;
  if (!ParseNumber(state, token, &node->value)) return nullptr;
  state->Advance();
  return node;
}

ExprPtr ParseStringLiteral(ParserState* state) {
  const Token token = state->current;
  auto node = std::make_unique<StringLiteral>();
  node->range = {token.start, token.end()};
  if (!ParseString(state, token, &node->value)) return nullptr;
  state->Advance();
  return node;
}

ExprPtr ParseParenthesised(ParserState* state) {
  auto node = std::make_unique<ParenExpr>();
  node->range.start = state->Take().start;
  node->expr = ParseExpression(state);
  if (node->expr == nullptr) return nullptr;
  if (!state->TakeIf(TokenType::kRightParen)) return state->UnexpectedExpr();
  node->range.end = state->last_end;
  return FinishNode(state, std::move(node));
}

std::unique_ptr<VectorSelector> FinishSelector(ParserState* state, const Token* name) {
  auto node = std::make_unique<VectorSelector>();
  node->range.start = name != nullptr ? name->start : state->current.start;
  node->range.end = name != nullptr ? name->end() : node->range.start;
  if (state->At(TokenType::kLeftBrace)) {
    if (!ParseLabelMatchers(state, &node->matchers)) return nullptr;
    node->range.end = state->last_end;
  }
  if (name != nullptr) {
    node->name = std::string(name->text);
    node->matchers.push_back(model::Matcher::Equal(std::string(model::kMetricName), node->name));
  }
  return node;
}

/// A word: function, aggregation or metric, as what follows tells.
ExprPtr ParseNamed(ParserState* state) {
  const Token name = state->Take();
  if (state->failed()) return nullptr;
  const bool called = state->At(TokenType::kLeftParen);
  if (AsAggregateOp(name.type) && (called || AtGrouping(*state)))
    return ParseAggregation(state, name);
  const bool callable = name.type == TokenType::kIdentifier || name.type >= TokenType::kStart;
  if (called && callable) return ParseCall(state, name);
  return FinishSelector(state, &name);
}

ExprPtr ParsePrimary(ParserState* state) {
  switch (state->current.type) {
    case TokenType::kNumber:
    case TokenType::kDuration:
      return ParseNumberLiteral(state);
    case TokenType::kString:
      return ParseStringLiteral(state);
    case TokenType::kLeftParen:
      return ParseParenthesised(state);
    case TokenType::kLeftBrace:
      return FinishSelector(state, nullptr);
    default:
      return CanNameMetric(state->current.type) ? ParseNamed(state) : state->UnexpectedExpr();
  }
}

/// A sign and its operand; a number takes the sign in.
ExprPtr ParseSigned(ParserState* state) {
  const Token sign = state->Take();
  const bool negate = sign.type == TokenType::kSub;
  ExprPtr operand = ParseBinary(state, kPowerStrength);
  if (operand == nullptr) return nullptr;
  if (auto* number = As<NumberLiteral>(operand)) {
    if (negate) number->value = -number->value;
    number->range.start = sign.start;
    return operand;
  }
  auto node = std::make_unique<UnaryExpr>();
  node->negate = negate;
  node->range = {sign.start, operand->range.end};
  node->expr = std::move(operand);
  return FinishNode(state, std::move(node));
}

bool ParseFillValue(ParserState* state, double* value) {
  if (!state->TakeIf(TokenType::kLeftParen)) {
    state->UnexpectedExpr();
    return false;
  }
  const bool negate = state->At(TokenType::kSub);
  if (negate || state->At(TokenType::kAdd)) state->Advance();
  if (!state->At(TokenType::kNumber) && !state->At(TokenType::kDuration)) {
    state->UnexpectedExpr();
    return false;
  }
  if (!ParseNumber(state, state->current, value)) return false;
  if (negate) *value = -*value;
  state->Advance();
  if (state->TakeIf(TokenType::kRightParen)) return !state->failed();
  state->UnexpectedExpr();
  return false;
}

/// fill(x), or fill_left(x) and fill_right(y) in either order.
bool ParseFill(ParserState* state, VectorMatching* matching) {
  double value;
  if (state->TakeIf(TokenType::kFill)) {
    if (!ParseFillValue(state, &value)) return false;
    matching->fill_lhs = matching->fill_rhs = value;
    return true;
  }
  while (true) {
    const bool left = state->At(TokenType::kFillLeft) && !matching->fill_lhs;
    const bool right = state->At(TokenType::kFillRight) && !matching->fill_rhs;
    if (!left && !right) return !state->failed();
    state->Advance();
    if (!ParseFillValue(state, &value)) return false;
    (left ? matching->fill_lhs : matching->fill_rhs) = value;
  }
}

/// What stands between an operator and its right side: bool, on, ignoring, group_left, group_right,
/// fill.
bool ParseModifiers(ParserState* state, BinaryExpr* node) {
  VectorMatching& matching = node->matching.emplace();
  node->return_bool = state->TakeIf(TokenType::kBool);
  if (state->At(TokenType::kOn) || state->At(TokenType::kIgnoring)) {
    matching.on = state->Take().type == TokenType::kOn;
    if (!ParseGroupingLabels(state, &matching.labels)) return false;
    if (state->At(TokenType::kGroupLeft) || state->At(TokenType::kGroupRight)) {
      const bool left = state->Take().type == TokenType::kGroupLeft;
      matching.cardinality = left ? MatchCardinality::kManyToOne : MatchCardinality::kOneToMany;
      // Labels may be left out, where the right side (or fill) follows.
      const bool absent =
          CanStartExpression(state->current.type) && !state->At(TokenType::kLeftParen);
      if (!absent && !ParseGroupingLabels(state, &matching.include)) return false;
    }
  }
  return ParseFill(state, &matching);
}

/// The right side of `lhs op`. The current token is the operator.
ExprPtr ParseRightSide(ParserState* state, BinaryOp op, ExprPtr lhs) {
  auto node = std::make_unique<BinaryExpr>();
  node->op = op;
  state->Advance();
  if (state->failed() || !ParseModifiers(state, node.get())) return nullptr;
  node->rhs = ParseBinary(state, op == BinaryOp::kPow ? kPowerStrength : StrengthOf(op) + 1);
  if (node->rhs == nullptr) return nullptr;
  node->range = {lhs->range.start, node->rhs->range.end};
  node->lhs = std::move(lhs);
  if (!state->options.fill_modifiers && (node->matching->fill_lhs || node->matching->fill_rhs)) {
    return state->Fail(node->range.start, "binop fill modifiers are experimental and not enabled");
  }
  return FinishNode(state, std::move(node));
}

ExprPtr ParseBinary(ParserState* state, int strength_min) {
  const NestingLevel level(state);
  if (!level.ok || state->failed()) return nullptr;
  const bool sign = state->At(TokenType::kAdd) || state->At(TokenType::kSub);
  ExprPtr lhs = sign ? ParseSigned(state) : ParsePostfix(state, ParsePrimary(state));
  while (lhs != nullptr && !state->failed()) {
    const auto op = AsBinaryOp(state->current.type);
    if (!op || StrengthOf(*op) < strength_min) return lhs;
    lhs = ParseRightSide(state, *op, std::move(lhs));
  }
  return nullptr;
}

}  // namespace

ExprPtr FinishNode(ParserState* state, ExprPtr node) {
  uint32_t depth = 0;
  for (ExprPtr* child : Children(node.get())) depth = std::max(depth, (*child)->depth);
  node->depth = depth + 1;
  if (node->depth > kExprDepthMax) {
    return state->Fail(node->range.start,
                       fmt::format("expression is nested deeper than {} levels", kExprDepthMax));
  }
  return node;
}

ExprPtr ParseExpression(ParserState* state) { return ParseBinary(state, 0); }

std::unique_ptr<VectorSelector> ParseVectorSelector(ParserState* state) {
  if (state->At(TokenType::kLeftBrace)) return FinishSelector(state, nullptr);
  if (!CanNameMetric(state->current.type)) return state->Unexpected("", "");
  const Token name = state->Take();
  return state->failed() ? nullptr : FinishSelector(state, &name);
}

}  // namespace aion::promql::internal
