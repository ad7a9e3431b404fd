#include "promql/parse/lexer.h"

#include <fmt/format.h>

#include "base/text.h"

namespace aion::promql {
namespace {

constexpr int kNotADigit = 16;

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return kNotADigit;
}

/// The bytes of the code point `text` begins with; 0 when it is not UTF-8.
size_t RuneSize(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (text.size() < size || !IsValidUtf8(text.substr(0, size))) return 0;
  return size;
}

/// As RuneSize. Compat: the replacement character itself counts as bad UTF-8 inside strings.
size_t StringRuneSize(std::string_view text) {
  return text.starts_with("\xef\xbf\xbd") ? 0 : RuneSize(text);
}

/// "U+0041 'A'": Go's %#U.
std::string DescribeRune(std::string_view rune) {
  uint32_t value = static_cast<unsigned char>(rune.front());
  if (rune.size() > 1) {
    value &= 0x3fu >> (rune.size() - 1);
    for (char c : rune.substr(1)) value = value << 6 | (static_cast<unsigned char>(c) & 0x3fu);
  } else if (value >= 0x80) {
    return "U+FFFD '\xef\xbf\xbd'";
  }
  if (value < 0x20 || value == 0x7f) return fmt::format("U+{:04X}", value);
  return fmt::format("U+{:04X} '{}'", value, rune);
}

}  // namespace

std::string_view Lexer::PeekRune() const {
  if (AtEnd()) return {};
  const std::string_view rest = input_.substr(position_);
  const size_t size = RuneSize(rest);
  return rest.substr(0, size == 0 ? 1 : size);
}

Token Lexer::Emit(TokenType type) {
  return {type, static_cast<int32_t>(start_), input_.substr(start_, position_ - start_)};
}

Token Lexer::Fail(std::string message) {
  failed_ = true;
  error_ = std::move(message);
  return {TokenType::kError, static_cast<int32_t>(start_), {}};
}

Token Lexer::FailBehind(std::string message) {
  start_ = position_;
  return Fail(std::move(message));
}

Token Lexer::FailUnexpected(std::string_view what) {
  const std::string_view rune = PeekRune();
  const std::string message = fmt::format("{}{}", what, QuoteRune(rune));
  position_ += rune.size();
  return Fail(message);
}

void Lexer::SkipSpaces() {
  while (!AtEnd() && IsSpace(input_[position_])) ++position_;
}

bool Lexer::SkipComment() {
  if (AtEnd() || input_[position_] != '#') return false;
  while (!AtEnd() && input_[position_] != '\n' && input_[position_] != '\r') ++position_;
  return true;
}

Token Lexer::Next() {
  if (failed_) return {TokenType::kError, static_cast<int32_t>(start_), {}};
  do {
    SkipSpaces();
  } while (mode_ != Mode::kDuration && SkipComment());
  start_ = position_;
  switch (mode_) {
    case Mode::kBraces:
      return LexInsideBraces();
    case Mode::kDuration:
      return LexDuration();
    case Mode::kStatement:
      break;
  }
  return LexStatement();
}

Token Lexer::LexPunctuation(char c) {
  const auto one_or_two = [&](TokenType one, char second, TokenType two) {
    if (Peek() != second) return Emit(one);
    ++position_;
    return Emit(two);
  };
  switch (c) {
    case ',':
      return Emit(TokenType::kComma);
    case '*':
      return Emit(TokenType::kMul);
    case '/':
      return Emit(TokenType::kDiv);
    case '%':
      return Emit(TokenType::kMod);
    case '+':
      return Emit(TokenType::kAdd);
    case '-':
      return Emit(TokenType::kSub);
    case '^':
      return Emit(TokenType::kPow);
    case '@':
      return Emit(TokenType::kAt);
    case '=':
      if (Peek() == '~') return FailUnexpected("unexpected character after '=': ");
      return one_or_two(TokenType::kAssign, '=', TokenType::kEqual);
    case '!':
      if (Peek() != '=') return FailUnexpected("unexpected character after '!': ");
      ++position_;
      return Emit(TokenType::kNotEqual);
    case '<':
      if (Peek() == '/') return one_or_two(TokenType::kLess, '/', TokenType::kTrimUpper);
      return one_or_two(TokenType::kLess, '=', TokenType::kLessOrEqual);
    case '>':
      if (Peek() == '/') return one_or_two(TokenType::kGreater, '/', TokenType::kTrimLower);
      return one_or_two(TokenType::kGreater, '=', TokenType::kGreaterOrEqual);
    case '(':
      ++paren_depth_;
      return Emit(TokenType::kLeftParen);
    case '{':
      mode_ = Mode::kBraces;
      return Emit(TokenType::kLeftBrace);
    default:
      --position_;
      return FailUnexpected("unexpected character: ");
  }
}

Token Lexer::LexStatement() {
  if (AtEnd()) {
    if (paren_depth_ != 0) return Fail("unclosed left parenthesis");
    if (bracket_open_) return Fail("unclosed left bracket");
    return Emit(TokenType::kEof);
  }
  const char c = input_[position_];
  if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return LexNumberOrDuration();
  if (IsAlpha(c) || c == ':') return bracket_open_ ? LexWordInBrackets() : LexWord();
  ++position_;
  switch (c) {
    case '"':
    case '\'':
      return LexString(c);
    case '`':
      return LexRawString();
    case ')':
      if (paren_depth_ == 0) return FailBehind("unexpected right parenthesis ')'");
      --paren_depth_;
      return Emit(TokenType::kRightParen);
    case '[':
      if (bracket_open_) return Fail("unexpected left bracket '['");
      bracket_open_ = true;
      got_colon_ = false;
      mode_ = Mode::kDuration;
      return Emit(TokenType::kLeftBracket);
    case ']':
      if (!bracket_open_) return Fail("unexpected right bracket ']'");
      bracket_open_ = false;
      return Emit(TokenType::kRightBracket);
    default:
      return LexPunctuation(c);
  }
}

Token Lexer::LexWordInBrackets() {
  const char c = input_[position_++];
  if (c == ':') {
    if (got_colon_) return Fail("unexpected colon ':'");
    got_colon_ = true;
    return Emit(TokenType::kColon);
  }
  if (const auto keyword = TakeDurationKeyword()) return Emit(*keyword);
  return Fail(fmt::format("unexpected character: '{}', expected ':'", c));
}

std::optional<TokenType> Lexer::TakeDurationKeyword() {
  while (!AtEnd() && IsAlpha(input_[position_])) ++position_;
  const auto keyword = FindKeyword(input_.substr(start_, position_ - start_));
  if (keyword == TokenType::kStep || keyword == TokenType::kRange || keyword == TokenType::kMaxOf ||
      keyword == TokenType::kMinOf) {
    return keyword;
  }
  return std::nullopt;
}

Token Lexer::LexDuration() {
  if (AtEnd()) return Fail("unexpected end of input in duration expression");
  const char c = input_[position_];
  if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) {
    got_duration_ = true;
    mode_ = Mode::kStatement;
    return LexNumberOrDuration();
  }
  switch (c) {
    case ']':
      ++position_;
      bracket_open_ = false;
      got_colon_ = false;
      mode_ = Mode::kStatement;
      return Emit(TokenType::kRightBracket);
    case ':':
      ++position_;
      if (!got_duration_)
        return FailBehind("unexpected colon before duration in duration expression");
      if (got_colon_) return FailBehind("unexpected repeated colon in duration expression");
      got_colon_ = true;
      return Emit(TokenType::kColon);
    case ')':
      ++position_;
      if (paren_depth_ == 0) return FailBehind("unexpected right parenthesis ')'");
      --paren_depth_;
      return Emit(TokenType::kRightParen);
    case '(':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
    case ',':
      ++position_;
      return LexPunctuation(c);
    default:
      break;
  }
  if (IsAlpha(c)) {
    if (const auto keyword = TakeDurationKeyword()) return Emit(*keyword);
    position_ = start_;
  }
  return FailUnexpected("unexpected character in duration expression: ");
}

Token Lexer::LexInsideBraces() {
  if (AtEnd()) return Fail("unexpected end of input inside braces");
  const char c = input_[position_];
  if (IsAlpha(c)) return LexIdentifier();
  ++position_;
  switch (c) {
    case ',':
      return Emit(TokenType::kComma);
    case '"':
    case '\'':
      return LexString(c);
    case '`':
      return LexRawString();
    case '=':
      if (Peek() != '~') return Emit(TokenType::kAssign);
      ++position_;
      return Emit(TokenType::kRegexMatch);
    case '!':
      if (Peek() != '~' && Peek() != '=') {
        return FailUnexpected("unexpected character after '!' inside braces: ");
      }
      return Emit(input_[position_++] == '~' ? TokenType::kRegexNotMatch : TokenType::kNotEqual);
    case '{':
      return Fail("unexpected left brace '{'");
    case '}':
      mode_ = Mode::kStatement;
      return Emit(TokenType::kRightBrace);
    default:
      --position_;
      return FailUnexpected("unexpected character inside braces: ");
  }
}

Token Lexer::LexIdentifier() {
  while (!AtEnd() && IsAlphaNumeric(input_[position_])) ++position_;
  return Emit(TokenType::kIdentifier);
}

bool Lexer::NextIsLeftParen() const {
  size_t at = position_;
  while (at < input_.size() && IsSpace(input_[at])) ++at;
  return at < input_.size() && input_[at] == '(';
}

Token Lexer::LexWord() {
  bool colon = false;
  for (; !AtEnd() && (IsAlphaNumeric(input_[position_]) || input_[position_] == ':'); ++position_) {
    colon = colon || input_[position_] == ':';
  }
  const auto keyword = FindKeyword(input_.substr(start_, position_ - start_));
  if (!keyword) return Emit(colon ? TokenType::kMetricIdentifier : TokenType::kIdentifier);
  // fill and its kind are metric names unless called.
  const bool fill = *keyword == TokenType::kFill || *keyword == TokenType::kFillLeft ||
                    *keyword == TokenType::kFillRight;
  return Emit(fill && !NextIsLeftParen() ? TokenType::kIdentifier : *keyword);
}

Token Lexer::LexNumberOrDuration() {
  if (ScanNumber(input_, &position_, false)) return Emit(TokenType::kNumber);
  if (ScanDuration(input_, &position_)) return Emit(TokenType::kDuration);
  return Fail("bad number or duration syntax: " +
              QuoteGo(input_.substr(start_, position_ - start_)));
}

bool Lexer::SkipEscape(char quote) {
  const auto fail = [&](std::string message) {
    Fail(std::move(message));
    return false;
  };
  if (AtEnd()) return fail("escape sequence not terminated");
  const char c = input_[position_];
  if (c == quote || std::string_view("abfnrtv\\").find(c) != std::string_view::npos) {
    ++position_;
    return true;
  }
  int digits = 3, base = 8;
  uint32_t value_max = 255;
  if (c == 'x' || c == 'u' || c == 'U') {
    ++position_;
    digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
    base = 16;
    value_max = c == 'x' ? 255 : 0x10ffff;
  } else if (c < '0' || c > '7') {
    return fail("unknown escape sequence " + DescribeRune(PeekRune()));
  }
  uint64_t value = 0;
  for (; digits > 0; --digits, ++position_) {
    if (AtEnd()) return fail("escape sequence not terminated");
    const int digit = DigitValue(input_[position_]);
    if (digit >= base)
      return fail(fmt::format("illegal character {} in escape sequence", DescribeRune(PeekRune())));
    value = value * static_cast<uint64_t>(base) + static_cast<uint64_t>(digit);
  }
  if (value > value_max || (value >= 0xd800 && value < 0xe000)) {
    return fail("escape sequence is an invalid Unicode code point");
  }
  return true;
}

Token Lexer::LexString(char quote) {
  while (!AtEnd() && input_[position_] != '\n') {
    const char c = input_[position_];
    if (c == '\\') {
      ++position_;
      if (!SkipEscape(quote)) return {TokenType::kError, static_cast<int32_t>(start_), {}};
      continue;
    }
    const size_t size = StringRuneSize(input_.substr(position_));
    if (size == 0) return Fail("invalid UTF-8 rune");
    position_ += size;
    if (c == quote) return Emit(TokenType::kString);
  }
  return Fail("unterminated quoted string");
}

Token Lexer::LexRawString() {
  while (!AtEnd()) {
    const size_t size = StringRuneSize(input_.substr(position_));
    if (size == 0) return Fail("invalid UTF-8 rune");
    const bool closing = input_[position_] == '`';
    position_ += size;
    if (closing) return Emit(TokenType::kString);
  }
  return Fail("unterminated raw string");
}

}  // namespace aion::promql
