// What may stand behind an operand: [range], [range:step], @, offset, anchored, smoothed. They bind
// tighter than any operator, the signs included.

#include <fmt/format.h>

#include <cmath>

#include "promql/parse/parser_state.h"

namespace aion::promql::internal {
namespace {

/// The modifiers of a selector or subquery; null with an error for anything else.
TimeModifiers* TimeModifiersOf(ParserState* state, Expr* expr, std::string_view modifier) {
  if (auto* selector = As<VectorSelector>(expr)) return &selector->time;
  if (auto* matrix = As<MatrixSelector>(expr)) return &matrix->selector->time;
  if (auto* subquery = As<SubqueryExpr>(expr)) return &subquery->time;
  state->Fail(expr->range.start, fmt::format("{} modifier must be preceded by an instant vector "
                                             "selector or range vector selector or a "
                                             "subquery",
                                             modifier));
  return nullptr;
}

bool ParseOffset(ParserState* state, Expr* operand) {
  state->Advance();
  if (state->failed()) return false;
  DurationExprPtr offset = ParseOffsetExpr(state);
  if (offset == nullptr) return false;
  TimeModifiers* time = TimeModifiersOf(state, operand, "offset");
  if (time == nullptr) return false;
  if (time->offset_ms != 0 || time->offset_expr != nullptr) {
    state->Fail(operand->range.start, "offset may not be set multiple times");
    return false;
  }
  if (offset->op == DurationExpr::Op::kLiteral) {
    time->offset_ms = SecondsToMs(offset->seconds);
  } else {
    time->offset_expr = std::move(offset);
  }
  operand->range.end = state->last_end;
  return !state->failed();
}

bool UnexpectedAt(ParserState* state) {
  state->Unexpected("@", "timestamp");
  return false;
}

bool SetTimestamp(ParserState* state, Expr* operand, double seconds) {
  constexpr double kInt64Bound = 9223372036854775808.0;
  if (!(std::abs(seconds) < kInt64Bound)) {
    const std::string text = std::isnan(seconds)   ? "NaN"
                             : std::isinf(seconds) ? (seconds > 0 ? "+Inf" : "-Inf")
                                                   : fmt::format("{:f}", seconds);
    state->Fail(operand->range.start, "timestamp out of bounds for @ modifier: " + text);
    return false;
  }
  TimeModifiers* time = TimeModifiersOf(state, operand, "@");
  if (time == nullptr) return false;
  if (time->timestamp || time->at != AtPreprocessor::kNone) {
    state->Fail(operand->range.start, "@ <timestamp> may not be set multiple times");
    return false;
  }
  const double ms = std::round(seconds * 1000);
  time->timestamp = ms >= kInt64Bound || ms <= -kInt64Bound ? (ms > 0 ? INT64_MAX : INT64_MIN)
                                                            : static_cast<TimestampMs>(ms);
  return true;
}

/// start() or end(). The current token is the word.
bool ParseAtPreprocessor(ParserState* state, Expr* operand) {
  const bool start = state->Take().type == TokenType::kStart;
  if (!state->TakeIf(TokenType::kLeftParen) || !state->At(TokenType::kRightParen))
    return UnexpectedAt(state);
  TimeModifiers* time = TimeModifiersOf(state, operand, "@");
  if (time == nullptr) return false;
  if (time->timestamp || time->at != AtPreprocessor::kNone) {
    state->Fail(operand->range.start, "@ <timestamp> may not be set multiple times");
    return false;
  }
  time->at = start ? AtPreprocessor::kStart : AtPreprocessor::kEnd;
  return true;
}

bool ParseAt(ParserState* state, Expr* operand) {
  state->Advance();
  if (state->At(TokenType::kStart) || state->At(TokenType::kEnd)) {
    if (!ParseAtPreprocessor(state, operand)) return false;
  } else {
    const bool negate = state->At(TokenType::kSub);
    if (negate || state->At(TokenType::kAdd)) state->Advance();
    if (!state->At(TokenType::kNumber) && !state->At(TokenType::kDuration))
      return UnexpectedAt(state);
    double seconds;
    if (!ParseNumber(state, state->current, &seconds)) return false;
    if (!SetTimestamp(state, operand, negate ? -seconds : seconds)) return false;
  }
  state->Advance();
  operand->range.end = state->last_end;
  return !state->failed();
}

/// anchored or smoothed.
bool ParseExtendedRange(ParserState* state, Expr* operand) {
  const bool anchored = state->At(TokenType::kAnchored);
  const std::string_view word = anchored ? "anchored" : "smoothed";
  const auto fail = [&](std::string message) {
    state->Fail(operand->range.start, std::move(message));
    return false;
  };
  if (!state->options.extended_range_selectors) {
    return fail(fmt::format("{} modifier is experimental and not enabled", word));
  }
  VectorSelector* selector = As<VectorSelector>(operand);
  if (auto* matrix = As<MatrixSelector>(operand)) selector = matrix->selector.get();
  if (operand->kind == NodeKind::kSubquery)
    return fail(fmt::format("{} modifier is not supported for subqueries", word));
  if (selector == nullptr) return fail(fmt::format("{} modifier not implemented", word));
  (anchored ? selector->anchored : selector->smoothed) = true;
  if (selector->anchored && selector->smoothed)
    return fail("anchored and smoothed modifiers cannot be used together");
  state->Advance();
  return !state->failed();
}

void SetDuration(DurationExprPtr expr, DurationMs* plain, DurationExprPtr* computed) {
  if (expr->op == DurationExpr::Op::kLiteral) {
    *plain = SecondsToMs(expr->seconds);
  } else {
    *computed = std::move(expr);
  }
}

ExprPtr FinishMatrix(ParserState* state, ExprPtr operand, DurationExprPtr range,
                     int32_t bracket_start) {
  auto* selector = As<VectorSelector>(operand);
  if (selector == nullptr)
    return state->Fail(bracket_start, "ranges only allowed for vector selectors");
  if (selector->time.offset_ms != 0 || selector->time.offset_expr != nullptr) {
    return state->Fail(bracket_start, "no offset modifiers allowed before range");
  }
  if (selector->time.timestamp || selector->time.at != AtPreprocessor::kNone) {
    return state->Fail(bracket_start, "no @ modifiers allowed before range");
  }
  auto node = std::make_unique<MatrixSelector>();
  node->range = {selector->range.start, state->last_end};
  node->depth = 2;
  operand.release();
  node->selector.reset(selector);
  SetDuration(std::move(range), &node->range_ms, &node->range_expr);
  return node;
}

ExprPtr ParseSubquery(ParserState* state, ExprPtr operand, DurationExprPtr range) {
  state->Advance();  // The colon.
  auto node = std::make_unique<SubqueryExpr>();
  SetDuration(std::move(range), &node->range_ms, &node->range_expr);
  if (!state->At(TokenType::kRightBracket)) {
    DurationExprPtr step = ParseDurationExpr(state, "subquery selector",
                                             "number, duration, step(), range(), or \"]\"");
    if (step == nullptr) return nullptr;
    SetDuration(std::move(step), &node->step_ms, &node->step_expr);
    if (!state->At(TokenType::kRightBracket))
      return state->Unexpected("subquery selector", "\"]\"");
  }
  state->Advance();
  node->range = {operand->range.start, state->last_end};
  node->expr = std::move(operand);
  return FinishNode(state, std::move(node));
}

/// `[5m]` or `[5m:1m]` behind `operand`. The current token is the bracket.
ExprPtr ParseBrackets(ParserState* state, ExprPtr operand) {
  const int32_t bracket_start = state->Take().start;
  DurationExprPtr range = ParseDurationExpr(state, "subquery or range selector",
                                            "number, duration, step(), or range()");
  if (range == nullptr) return nullptr;
  if (state->At(TokenType::kColon))
    return ParseSubquery(state, std::move(operand), std::move(range));
  if (!state->TakeIf(TokenType::kRightBracket))
    return state->Unexpected("subquery or range", "\":\" or \"]\"");
  return FinishMatrix(state, std::move(operand), std::move(range), bracket_start);
}

}  // namespace

ExprPtr ParsePostfix(ParserState* state, ExprPtr operand) {
  while (operand != nullptr && !state->failed()) {
    bool ok = true;
    switch (state->current.type) {
      case TokenType::kLeftBracket:
        operand = ParseBrackets(state, std::move(operand));
        break;
      case TokenType::kOffset:
        ok = ParseOffset(state, operand.get());
        break;
      case TokenType::kAt:
        ok = ParseAt(state, operand.get());
        break;
      case TokenType::kAnchored:
      case TokenType::kSmoothed:
        ok = ParseExtendedRange(state, operand.get());
        break;
      default:
        return operand;
    }
    if (!ok) return nullptr;
  }
  return nullptr;
}

}  // namespace aion::promql::internal
