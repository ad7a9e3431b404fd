// Duration expressions: what may stand in brackets and after `offset`.
//
//   duration := sum;  + and - bind loosest, then * / %, then the signs, then ^ (to the right)
//   atom     := number | duration | step() | range() | min_of(d, d) | max_of(d, d) | (d)
//
// Compat: after `offset` a literal or a call ends the expression (`x offset 5m + y` adds), a
// parenthesis does not
// (`x offset (5m) + 1` is one duration).

#include <fmt/format.h>

#include "promql/parse/parser_state.h"

namespace aion::promql::internal {
namespace {

using Op = DurationExpr::Op;

// Seconds that fit a signed 64-bit count of nanoseconds.
constexpr double kSecondsMax = 9223372036.854775808;

struct Context {
  ParserState* state;
  std::string_view where;  ///< For "unexpected … in WHERE, expected WHAT".
  std::string_view expected;
};

DurationExprPtr ParseSum(const Context& context, int binding_min);

std::nullptr_t UnexpectedHere(const Context& context) {
  return context.state->Unexpected(context.where, context.expected);
}

/// The `expr`, or null with an error when the flag for duration expressions is off.
DurationExprPtr IfEnabled(ParserState* state, int32_t position, DurationExprPtr expr) {
  if (state->options.duration_expressions) return expr;
  return state->Fail(position, "experimental duration expression is not enabled");
}

DurationExprPtr MakeNode(Op op, int32_t start, int32_t end) {
  auto node = std::make_unique<DurationExpr>();
  node->op = op;
  node->range = {start, end};
  return node;
}

bool AtLiteral(const ParserState& state) {
  return state.At(TokenType::kNumber) || state.At(TokenType::kDuration);
}

/// `sign_start` is where a sign before the number stands, or -1.
DurationExprPtr ParseLiteral(ParserState* state, bool negate, int32_t sign_start) {
  const Token token = state->current;
  double seconds;
  if (!ParseNumber(state, token, &seconds)) return nullptr;
  const int32_t start = sign_start >= 0 ? sign_start : token.start;
  if (negate) seconds = -seconds;
  if (seconds > kSecondsMax || seconds < -kSecondsMax)
    return state->Fail(start, "duration out of range");
  DurationExprPtr node = MakeNode(Op::kLiteral, start, token.end());
  node->seconds = seconds;
  node->duration_text = token.type == TokenType::kDuration;
  state->Advance();
  return state->failed() ? nullptr : std::move(node);
}

std::optional<Op> CallOp(TokenType type) {
  switch (type) {
    case TokenType::kStep:
      return Op::kStep;
    case TokenType::kRange:
      return Op::kRange;
    case TokenType::kMinOf:
      return Op::kMinOf;
    case TokenType::kMaxOf:
      return Op::kMaxOf;
    default:
      return std::nullopt;
  }
}

/// step(), range(), min_of(d, d), max_of(d, d). The current token is the word.
DurationExprPtr ParseCall(const Context& context, Op op) {
  ParserState* state = context.state;
  DurationExprPtr node = MakeNode(op, state->Take().start, 0);
  if (!state->TakeIf(TokenType::kLeftParen)) return UnexpectedHere(context);
  if (op == Op::kMinOf || op == Op::kMaxOf) {
    node->lhs = ParseSum(context, 0);
    if (node->lhs == nullptr) return nullptr;
    if (!state->TakeIf(TokenType::kComma)) return UnexpectedHere(context);
    node->rhs = ParseSum(context, 0);
    if (node->rhs == nullptr) return nullptr;
  }
  if (!state->TakeIf(TokenType::kRightParen)) return UnexpectedHere(context);
  node->range.end = state->last_end;
  const int32_t start = node->range.start;
  return IfEnabled(state, start, std::move(node));
}

DurationExprPtr Wrap(DurationExprPtr inner, int32_t start, int32_t end) {
  if (inner->op != Op::kLiteral) {
    inner->wrapped = true;
    return inner;
  }
  DurationExprPtr node =
      MakeNode(Op::kAdd, start, end);  // A sign that changes nothing carries the parentheses.
  node->rhs = std::move(inner);
  node->wrapped = true;
  return node;
}

DurationExprPtr ParseParenthesised(const Context& context) {
  ParserState* state = context.state;
  const int32_t start = state->Take().start;
  DurationExprPtr inner = ParseSum(context, 0);
  if (inner == nullptr) return nullptr;
  if (!state->TakeIf(TokenType::kRightParen)) return UnexpectedHere(context);
  const int32_t inner_start = inner->range.start;
  return IfEnabled(state, inner_start, Wrap(std::move(inner), start, state->last_end));
}

struct Binding {
  Op op;
  int strength;
};

constexpr int kProduct = 2;
constexpr int kPower = 3;

std::optional<Binding> BindingOf(TokenType type) {
  switch (type) {
    case TokenType::kAdd:
      return Binding{Op::kAdd, 1};
    case TokenType::kSub:
      return Binding{Op::kSub, 1};
    case TokenType::kMul:
      return Binding{Op::kMul, kProduct};
    case TokenType::kDiv:
      return Binding{Op::kDiv, kProduct};
    case TokenType::kMod:
      return Binding{Op::kMod, kProduct};
    case TokenType::kPow:
      return Binding{Op::kPow, kPower};
    default:
      return std::nullopt;
  }
}

/// A sign before an operand that is parsed already.
DurationExprPtr ApplySign(ParserState* state, bool negate, int32_t start, DurationExprPtr operand) {
  if (operand->op == Op::kLiteral) {
    if (negate) operand->seconds = -operand->seconds;
    if (operand->seconds > kSecondsMax || operand->seconds < -kSecondsMax) {
      return state->Fail(start, "duration out of range");
    }
    operand->range.start = start;
    return operand;
  }
  if (!negate) return operand;
  DurationExprPtr node = MakeNode(Op::kSub, start, operand->range.end);
  node->rhs = std::move(operand);
  return node;
}

DurationExprPtr ParseSigned(const Context& context) {
  ParserState* state = context.state;
  const Token sign = state->Take();
  DurationExprPtr operand = ParseSum(context, kPower);
  if (operand == nullptr) return nullptr;
  return ApplySign(state, sign.type == TokenType::kSub, sign.start, std::move(operand));
}

DurationExprPtr ParseAtom(const Context& context) {
  ParserState* state = context.state;
  if (state->At(TokenType::kAdd) || state->At(TokenType::kSub)) return ParseSigned(context);
  if (AtLiteral(*state)) return ParseLiteral(state, false, -1);
  if (const auto op = CallOp(state->current.type)) return ParseCall(context, *op);
  if (state->At(TokenType::kLeftParen)) return ParseParenthesised(context);
  return UnexpectedHere(context);
}

bool DividesByZero(ParserState* state, Op op, const DurationExpr& divisor, int32_t position) {
  if ((op != Op::kDiv && op != Op::kMod) || divisor.op != Op::kLiteral || divisor.seconds != 0)
    return false;
  state->Fail(position, op == Op::kDiv ? "division by zero" : "modulo by zero");
  return true;
}

DurationExprPtr ParseSum(const Context& context, int binding_min) {
  ParserState* state = context.state;
  const NestingLevel level(state);
  if (!level.ok) return nullptr;
  DurationExprPtr lhs = ParseAtom(context);
  for (uint32_t terms = 0; lhs != nullptr && !state->failed(); ++terms) {
    const auto binding = BindingOf(state->current.type);
    if (!binding || binding->strength < binding_min) return lhs;
    if (terms > kExprDepthMax) {
      return state->Fail(state->current.start,
                         fmt::format("expression is nested deeper than {} levels", kExprDepthMax));
    }
    const Token op = state->Take();
    const bool to_the_right = binding->op == Op::kPow;
    DurationExprPtr rhs = ParseSum(context, to_the_right ? kPower : binding->strength + 1);
    if (rhs == nullptr) return nullptr;
    if (!state->options.duration_expressions) {
      return state->Fail(lhs->range.start, "experimental duration expression is not enabled");
    }
    if (DividesByZero(state, binding->op, *rhs, op.start)) return nullptr;
    DurationExprPtr node = MakeNode(binding->op, lhs->range.start, rhs->range.end);
    node->lhs = std::move(lhs);
    node->rhs = std::move(rhs);
    lhs = std::move(node);
  }
  return nullptr;
}

/// After a sign that follows `offset`: what a sign makes complete.
DurationExprPtr ParseSignedOffset(const Context& context) {
  ParserState* state = context.state;
  const Token sign = state->Take();
  const bool negate = sign.type == TokenType::kSub;
  if (AtLiteral(*state)) return ParseLiteral(state, negate, sign.start);
  DurationExprPtr operand;
  if (const auto op = CallOp(state->current.type)) {
    operand = ParseCall(context, *op);
  } else if (state->At(TokenType::kLeftParen)) {
    operand = ParseParenthesised(context);
  } else {
    operand = ParseSum(context, kPower);
  }
  if (operand == nullptr) return nullptr;
  return ApplySign(state, negate, sign.start, std::move(operand));
}

}  // namespace

DurationExprPtr ParseDurationExpr(ParserState* state, std::string_view context,
                                  std::string_view expected) {
  DurationExprPtr expr = ParseSum({state, context, expected}, 0);
  if (expr != nullptr && expr->op == Op::kLiteral && !(expr->seconds > 0)) {
    return state->Fail(expr->range.start, "duration must be greater than 0");
  }
  return expr;
}

DurationExprPtr ParseOffsetExpr(ParserState* state) {
  const Context context = {state, "offset", "number, duration, step(), or range()"};
  if (state->At(TokenType::kAdd) || state->At(TokenType::kSub)) return ParseSignedOffset(context);
  if (AtLiteral(*state)) return ParseLiteral(state, false, -1);
  if (const auto op = CallOp(state->current.type)) return ParseCall(context, *op);
  return ParseSum(context, 0);
}

}  // namespace aion::promql::internal
