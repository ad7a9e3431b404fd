#include "promql/parse/parser.h"

#include <fmt/format.h>

#include "base/text.h"
#include "promql/parse/parser_state.h"

namespace aion::promql {
namespace {

using internal::ParserState;

Status TooLong(std::string_view text) {
  return InvalidArgumentError(fmt::format(
      "1:1: parse error: query is too long: {} bytes of at most {}", text.size(), kQueryBytesMax));
}

/// One `name="value"` of a metric, or a quoted metric name alone.
bool ParseMetricLabel(ParserState* state,
                      std::vector<std::pair<std::string, std::string>>* labels) {
  constexpr std::string_view kContext = "label set";
  const auto unexpected = [&](std::string_view expected) {
    state->Unexpected(kContext, expected);
    return false;
  };
  if (!state->At(TokenType::kIdentifier) && !state->At(TokenType::kString))
    return unexpected("identifier or \"}\"");
  const Token name = state->current;
  std::string name_text(name.text);
  const bool quoted = name.type == TokenType::kString;
  if (quoted && !internal::ParseString(state, name, &name_text)) return false;
  state->Advance();
  if (!state->TakeIf(TokenType::kAssign)) {
    if (!quoted) return unexpected("\"=\"");
    labels->emplace_back(std::string(model::kMetricName), std::move(name_text));
    return !state->failed();
  }
  if (!state->At(TokenType::kString)) return unexpected("string");
  std::string value;
  if (!internal::ParseString(state, state->current, &value)) return false;
  labels->emplace_back(std::move(name_text), std::move(value));
  state->Advance();
  return !state->failed();
}

bool ParseMetricLabels(ParserState* state, model::Labels* metric) {
  std::vector<std::pair<std::string, std::string>> labels;
  std::string name;
  if (CanNameMetric(state->current.type)) name = std::string(state->Take().text);
  if (state->TakeIf(TokenType::kLeftBrace)) {
    while (!state->TakeIf(TokenType::kRightBrace)) {
      if (state->failed() || !ParseMetricLabel(state, &labels)) return false;
      if (state->TakeIf(TokenType::kComma)) continue;
      if (!state->At(TokenType::kRightBrace)) {
        state->Unexpected("label set", "\",\" or \"}\"");
        return false;
      }
    }
  }
  if (!name.empty()) labels.emplace_back(std::string(model::kMetricName), std::move(name));
  *metric = model::Labels::FromPairs(std::move(labels));
  return !state->failed();
}

}  // namespace

StatusOr<ExprPtr> ParseExpr(std::string_view query, const ParserOptions& options) {
  if (query.size() > kQueryBytesMax) return TooLong(query);
  ParserState state(query, options);
  if (state.At(TokenType::kEof)) {
    state.Fail(0, "no expression found in input");
    return state.ToStatus();
  }
  ExprPtr expr = internal::ParseExpression(&state);
  if (expr != nullptr && !state.At(TokenType::kEof)) state.Unexpected("", "");
  if (!state.failed()) internal::CheckTypes(&state, expr.get());
  if (state.failed()) return state.ToStatus();
  return expr;
}

StatusOr<std::vector<model::Matcher>> ParseMetricSelector(std::string_view text) {
  if (text.size() > kQueryBytesMax) return TooLong(text);
  ParserState state(text, ParserOptions());
  std::unique_ptr<VectorSelector> selector = internal::ParseVectorSelector(&state);
  if (selector != nullptr && !state.At(TokenType::kEof)) state.Unexpected("", "");
  if (state.failed()) return state.ToStatus();
  return std::move(selector->matchers);
}

StatusOr<model::Labels> ParseMetric(std::string_view text) {
  if (text.size() > kQueryBytesMax) return TooLong(text);
  ParserState state(text, ParserOptions());
  model::Labels metric;
  if (ParseMetricLabels(&state, &metric) && !state.At(TokenType::kEof)) state.Unexpected("", "");
  if (state.failed()) return state.ToStatus();
  return metric;
}

std::string FormatPosition(std::string_view query, int32_t offset) {
  if (query.empty()) return "unknown position";
  if (offset < 0 || static_cast<size_t>(offset) > query.size()) return "invalid position";
  size_t line = 1;
  int32_t column = offset + 1;
  for (int32_t i = 0; i < offset; ++i) {
    if (query[static_cast<size_t>(i)] != '\n') continue;
    ++line;
    column = offset - i;
  }
  return fmt::format("{}:{}", line, column);
}

}  // namespace aion::promql
