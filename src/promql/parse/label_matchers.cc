// The parenthesised and braced lists of labels: matchers of a selector, grouping labels.

#include <fmt/format.h>

#include "base/text.h"
#include "promql/parse/parser_state.h"

namespace aion::promql::internal {
namespace {

std::optional<model::MatchType> AsMatchType(TokenType type) {
  switch (type) {
    case TokenType::kAssign:
      return model::MatchType::kEqual;
    case TokenType::kNotEqual:
      return model::MatchType::kNotEqual;
    case TokenType::kRegexMatch:
      return model::MatchType::kRegex;
    case TokenType::kRegexNotMatch:
      return model::MatchType::kNotRegex;
    default:
      return std::nullopt;
  }
}

/// The false of a function whose error has just been set.
bool Reject(std::nullptr_t) { return false; }

/// One element: `a="b"`, `"a b"=~"c"` or a quoted metric name alone.
bool ParseLabelMatcher(ParserState* state, std::vector<model::Matcher>* matchers) {
  constexpr std::string_view kContext = "label matching";
  if (!state->At(TokenType::kIdentifier) && !state->At(TokenType::kString)) {
    return Reject(state->Unexpected(kContext, "identifier or \"}\""));
  }
  const Token label = state->current;
  std::string name(label.text);
  const bool quoted = label.type == TokenType::kString;
  if (quoted && !ParseString(state, label, &name)) return false;
  state->Advance();
  const auto type = AsMatchType(state->current.type);
  if (!type) {
    if (!quoted) return Reject(state->Unexpected(kContext, "label matching operator"));
    matchers->push_back(model::Matcher::Equal(std::string(model::kMetricName), std::move(name)));
    return !state->failed();
  }
  state->Advance();
  if (!state->At(TokenType::kString)) return Reject(state->Unexpected(kContext, "string"));
  std::string value;
  if (!ParseString(state, state->current, &value)) return false;
  StatusOr<model::Matcher> matcher =
      model::Matcher::Create(*type, std::move(name), std::move(value));
  if (!matcher.ok())
    return Reject(state->Fail(label.start, std::string(matcher.status().message())));
  matchers->push_back(*std::move(matcher));
  state->Advance();
  return !state->failed();
}

bool ParseGroupingLabel(ParserState* state, std::vector<std::string>* labels) {
  const Token token = state->current;
  std::string name(token.text);
  if (token.type == TokenType::kString) {
    if (!ParseString(state, token, &name)) return false;
  } else if (!CanNameLabel(token.type)) {
    return Reject(state->Unexpected("grouping opts", "label"));
  }
  if (!model::IsValidLabelName(name)) {
    return Reject(state->Fail(token.start, "invalid label name for grouping: " + QuoteGo(name)));
  }
  labels->push_back(std::move(name));
  state->Advance();
  return !state->failed();
}

}  // namespace

bool ParseLabelMatchers(ParserState* state, std::vector<model::Matcher>* matchers) {
  state->Advance();  // The left brace.
  while (!state->TakeIf(TokenType::kRightBrace)) {
    if (state->failed() || !ParseLabelMatcher(state, matchers)) return false;
    if (state->TakeIf(TokenType::kComma)) continue;
    if (!state->At(TokenType::kRightBrace)) {
      return Reject(state->Unexpected("label matching", "\",\" or \"}\""));
    }
  }
  return !state->failed();
}

bool ParseGroupingLabels(ParserState* state, std::vector<std::string>* labels) {
  if (!state->TakeIf(TokenType::kLeftParen))
    return Reject(state->Unexpected("grouping opts", "\"(\""));
  while (!state->TakeIf(TokenType::kRightParen)) {
    if (state->failed() || !ParseGroupingLabel(state, labels)) return false;
    if (state->TakeIf(TokenType::kComma)) continue;
    if (!state->At(TokenType::kRightParen)) {
      return Reject(state->Unexpected("grouping opts", "\",\" or \")\""));
    }
  }
  return !state->failed();
}

}  // namespace aion::promql::internal
