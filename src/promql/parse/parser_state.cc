#include "promql/parse/parser_state.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace aion::promql::internal {
namespace {

/// strconv.ParseInt with base 0: 0x, leading zero as octal. Underscores are gone already.
bool ParseInteger(std::string_view text, double* value) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer, base);
  if (error != std::errc() || end != text.data() + text.size() || text.front() == '-') return false;
  *value = static_cast<double>(integer);
  return true;
}

/// Go's rule: an underscore stands between digits, or between the base prefix and a digit.
bool UnderscoresAreValid(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  char last = '^';
  for (char c : text.substr(hex ? 2 : 0)) {
    const bool digit = IsDigit(c) || (hex && std::isxdigit(static_cast<unsigned char>(c)) != 0);
    if (last == '^') last = hex ? '0' : '^';
    if (digit) {
      last = '0';
    } else if (c == '_') {
      if (last != '0') return false;
      last = '_';
    } else {
      if (last == '_') return false;
      last = '!';
    }
  }
  return last != '_';
}

}  // namespace

void ParserState::Advance() {
  last_end = current.end();
  current = lexer.Next();
  if (current.type == TokenType::kError) Fail(current.start, lexer.error());
}

std::nullptr_t ParserState::Fail(int32_t position, std::string message) {
  if (failed()) return nullptr;
  error_position = position;
  error = std::move(message);
  return nullptr;
}

std::nullptr_t ParserState::Unexpected(std::string_view context, std::string_view expected) {
  if (current.type == TokenType::kError) return nullptr;
  std::string message = "unexpected " + Describe(current);
  if (!context.empty()) message.append(" in ").append(context);
  if (!expected.empty()) message.append(", expected ").append(expected);
  return Fail(current.start, std::move(message));
}

Status ParserState::ToStatus() const {
  return InvalidArgumentError(
      fmt::format("{}: parse error: {}", FormatPosition(text, error_position), error));
}

NestingLevel::NestingLevel(ParserState* parser_state) : state(parser_state) {
  ok = ++state->nesting <= kExprDepthMax;
  if (!ok) {
    state->Fail(state->current.start,
                fmt::format("expression is nested deeper than {} levels", kExprDepthMax));
  }
}

double DurationSeconds(DurationMs duration_ms) {
  return static_cast<double>(duration_ms / 1000) +
         static_cast<double>(duration_ms % 1000 * 1'000'000) / 1e9;
}

DurationMs SecondsToMs(double seconds) {
  return static_cast<DurationMs>(std::round(seconds * 1e9) / 1e6);
}

bool ParseNumber(ParserState* state, const Token& token, double* value) {
  if (token.type == TokenType::kDuration) {
    const StatusOr<DurationMs> duration = ParseModelDuration(token.text);
    if (!duration.ok()) {
      state->Fail(token.start, std::string(duration.status().message()));
      return false;
    }
    *value = DurationSeconds(*duration);
    return true;
  }
  std::string digits(token.text);
  if (digits.find('_') != std::string::npos && UnderscoresAreValid(digits)) std::erase(digits, '_');
  if (ParseInteger(digits, value)) return true;
  const StatusOr<double> number = ParseGoFloat(digits);
  if (!number.ok()) {
    std::string reason(number.status().message());
    if (digits != token.text) {
      if (const size_t at = reason.find(digits); at != std::string::npos)
        reason.replace(at, digits.size(), token.text);
    }
    state->Fail(token.start, "error parsing number: " + reason);
    return false;
  }
  *value = *number;
  return true;
}

bool ParseString(ParserState* state, const Token& token, std::string* value) {
  StatusOr<std::string> unquoted = UnquoteGo(token.text);
  if (!unquoted.ok()) {
    state->Fail(token.start, fmt::format("error unquoting string {}: {}", QuoteGo(token.text),
                                         unquoted.status().message()));
    return false;
  }
  *value = *std::move(unquoted);
  return true;
}

}  // namespace aion::promql::internal
