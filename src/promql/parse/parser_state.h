#pragma once

// The state all parts of the parser share: the lexer with one token of lookahead, the options, and
// the first error.
//
// Parsing functions are free functions over ParserState. They return null (or false) after an
// error, which is kept here; whoever sees null returns at once, so the first error is the one
// reported.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "promql/parse/ast.h"
#include "promql/parse/lexer.h"
#include "promql/parse/parser.h"
#include "promql/parse/token.h"

namespace aion::promql::internal {

struct ParserState {
  ParserState(std::string_view query, const ParserOptions& parser_options)
      : text(query), options(parser_options), lexer(query) {
    Advance();
  }

  /// Moves to the next token; an error of the lexer becomes the error of the parser.
  void Advance();
  /// The current token, moving behind it.
  Token Take() {
    const Token token = current;
    Advance();
    return token;
  }
  bool At(TokenType type) const { return current.type == type; }
  bool TakeIf(TokenType type) {
    if (!At(type)) return false;
    Advance();
    return true;
  }
  bool failed() const { return !error.empty(); }

  /// Keeps the first error.
  std::nullptr_t Fail(int32_t position, std::string message);
  /// `unexpected X in CONTEXT, expected WHAT` about the current token; both may be empty.
  std::nullptr_t Unexpected(std::string_view context, std::string_view expected);
  /// Unexpected in an expression: inside an aggregation upstream names that.
  std::nullptr_t UnexpectedExpr() {
    return Unexpected(aggregation_depth > 0 ? "aggregation" : "", "");
  }
  /// `line:column: parse error: …`. Requires: failed().
  Status ToStatus() const;

  std::string_view text;
  ParserOptions options;
  Lexer lexer;
  Token current;
  int32_t last_end = 0;            ///< End of the token before `current`.
  uint32_t nesting = 0;            ///< Parsing functions of expressions under way.
  uint32_t aggregation_depth = 0;  ///< Those of aggregations.
  int32_t error_position = 0;
  std::string error;
};

/// Counts a level of nesting while in scope; `ok` is false, with the error set, past kExprDepthMax.
struct NestingLevel {
  explicit NestingLevel(ParserState* parser_state);
  ~NestingLevel() { --state->nesting; }
  NestingLevel(const NestingLevel&) = delete;
  NestingLevel& operator=(const NestingLevel&) = delete;
  ParserState* state;
  bool ok;
};

/// The value of a number token; durations are seconds.
bool ParseNumber(ParserState* state, const Token& token, double* value);
/// The text between the quotes.
bool ParseString(ParserState* state, const Token& token, std::string* value);
double DurationSeconds(DurationMs duration_ms);
/// Seconds as written to milliseconds, by way of rounded nanoseconds.
DurationMs SecondsToMs(double seconds);

/// `{…}` of a selector. The current token is the left brace.
bool ParseLabelMatchers(ParserState* state, std::vector<model::Matcher>* matchers);
/// `(a, b, "c d")` after by, on, group_left and the like.
bool ParseGroupingLabels(ParserState* state, std::vector<std::string>* labels);

/// What stands between `[` and `:` or `]`: a literal or an expression over durations.
DurationExprPtr ParseDurationExpr(ParserState* state, std::string_view context,
                                  std::string_view expected);
/// What stands after `offset`: binds tighter than ParseDurationExpr.
DurationExprPtr ParseOffsetExpr(ParserState* state);

/// Sets the depth of a node from its children's; null with an error when it is too deep.
ExprPtr FinishNode(ParserState* state, ExprPtr node);
/// Takes the modifiers behind `operand` (null passes through).
ExprPtr ParsePostfix(ParserState* state, ExprPtr operand);
/// A whole expression; stops at the first token that cannot go on.
ExprPtr ParseExpression(ParserState* state);
/// `name{…}`, `name`, `{…}`.
std::unique_ptr<VectorSelector> ParseVectorSelector(ParserState* state);
/// Types and the rules that go with them, as upstream checks them after parsing.
bool CheckTypes(ParserState* state, Expr* expr);

}  // namespace aion::promql::internal
