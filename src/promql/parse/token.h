#pragma once

// Tokens of PromQL: their classes, the keyword table, and how error texts call them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "promql/parse/operators.h"

namespace aion::promql {

enum class TokenType : uint8_t {
  kEof,
  kError,
  kComment,
  kIdentifier,
  kMetricIdentifier,  ///< With a colon in it.
  kNumber,
  kDuration,
  kString,
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kColon,
  kAssign,  ///< "="
  // Operators, binary ones in the order of BinaryOp.
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kTrimUpper,
  kTrimLower,
  kAnd,
  kOr,
  kUnless,
  kRegexMatch,
  kRegexNotMatch,
  kAt,
  // Aggregations in the order of AggregateOp.
  kAvg,
  kBottomk,
  kCount,
  kCountValues,
  kGroup,
  kMax,
  kMin,
  kQuantile,
  kStddev,
  kStdvar,
  kSum,
  kTopk,
  kLimitk,
  kLimitRatio,
  // Keywords.
  kBool,
  kBy,
  kGroupLeft,
  kGroupRight,
  kFill,
  kFillLeft,
  kFillRight,
  kIgnoring,
  kOffset,
  kSmoothed,
  kAnchored,
  kOn,
  kWithout,
  // Words of durations and of `@`.
  kStart,
  kEnd,
  kStep,
  kRange,
  kMaxOf,
  kMinOf,
};

struct Token {
  TokenType type = TokenType::kEof;
  int32_t start = 0;
  std::string_view text;

  int32_t end() const { return start + static_cast<int32_t>(text.size()); }
};

/// The keyword spelled by `word` in any case; "inf" and "nan" are numbers.
std::optional<TokenType> FindKeyword(std::string_view word);

std::optional<BinaryOp> AsBinaryOp(TokenType type);
std::optional<AggregateOp> AsAggregateOp(TokenType type);
/// Words with a meaning elsewhere that name a metric where one is expected.
bool CanNameMetric(TokenType type);
/// Words that name a label inside the parentheses of by, on and the like.
bool CanNameLabel(TokenType type);

/// `<by>`, `<op:+>`, `identifier "foo"`, `end of input`: what stands after "unexpected".
std::string Describe(const Token& token);

/// Go's %q of a rune: 'x'. `text` is one code point, or empty for the end of the input.
std::string QuoteRune(std::string_view text);

}  // namespace aion::promql
