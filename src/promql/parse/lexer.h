#pragma once

// Lexer: cuts query text into tokens, one at a time, without looking back. What a character means
// depends on where it stands: outside, inside `{}` (words are label names), right after `[` (a
// duration expression).
//
// Token texts view the input. After an error token, `error()` holds its text and every further
// token is an error.

#include <string>
#include <string_view>

#include "promql/parse/token.h"

namespace aion::promql {

class Lexer {
 public:
  explicit Lexer(std::string_view input) : input_(input) {}

  /// The next token; comments are skipped.
  Token Next();
  const std::string& error() const { return error_; }
  /// Where the next token is looked for: the end of the last one.
  size_t position() const { return position_; }

 private:
  enum class Mode : uint8_t { kStatement, kBraces, kDuration };

  Token LexStatement();
  Token LexInsideBraces();
  Token LexDuration();
  Token LexPunctuation(char c);
  Token LexWord();
  Token LexWordInBrackets();
  Token LexIdentifier();
  Token LexNumberOrDuration();
  Token LexString(char quote);
  Token LexRawString();
  /// False after setting the error. The backslash has been taken.
  bool SkipEscape(char quote);
  /// Takes letters; the duration keyword they spell, or nothing.
  std::optional<TokenType> TakeDurationKeyword();

  Token Emit(TokenType type);
  Token Fail(std::string message);
  /// The error stands after what was taken so far.
  Token FailBehind(std::string message);
  Token FailUnexpected(std::string_view what);
  void SkipSpaces();
  bool SkipComment();
  bool AtEnd() const { return position_ >= input_.size(); }
  char Peek(size_t ahead = 0) const {
    return position_ + ahead < input_.size() ? input_[position_ + ahead] : '\0';
  }
  /// The code point at the position (one byte when it is not UTF-8); empty at the end.
  std::string_view PeekRune() const;
  bool NextIsLeftParen() const;

  std::string_view input_;
  size_t position_ = 0;
  size_t start_ = 0;
  Mode mode_ = Mode::kStatement;
  int32_t paren_depth_ = 0;
  bool bracket_open_ = false;
  bool got_colon_ = false;
  bool got_duration_ = false;
  bool failed_ = false;
  std::string error_;
};

/// Takes a number of any form off `input` at `*position`. False when there is none, with
/// `*position` where it broke. `in_series`: hexadecimal is not known and an `x` may follow.
bool ScanNumber(std::string_view input, size_t* position, bool in_series);
/// Takes the rest of a duration whose first digits are taken: units and further digits.
bool ScanDuration(std::string_view input, size_t* position);

constexpr bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsAlpha(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool IsAlphaNumeric(char c) { return IsAlpha(c) || IsDigit(c); }

}  // namespace aion::promql
