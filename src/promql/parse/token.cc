#include "promql/parse/token.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace aion::promql {
namespace {

struct Keyword {
  std::string_view word;
  TokenType type;
};

constexpr std::array<Keyword, 39> kKeywords = {{{"anchored", TokenType::kAnchored},
                                                {"and", TokenType::kAnd},
                                                {"atan2", TokenType::kAtan2},
                                                {"avg", TokenType::kAvg},
                                                {"bool", TokenType::kBool},
                                                {"bottomk", TokenType::kBottomk},
                                                {"by", TokenType::kBy},
                                                {"count", TokenType::kCount},
                                                {"count_values", TokenType::kCountValues},
                                                {"end", TokenType::kEnd},
                                                {"fill", TokenType::kFill},
                                                {"fill_left", TokenType::kFillLeft},
                                                {"fill_right", TokenType::kFillRight},
                                                {"group", TokenType::kGroup},
                                                {"group_left", TokenType::kGroupLeft},
                                                {"group_right", TokenType::kGroupRight},
                                                {"ignoring", TokenType::kIgnoring},
                                                {"inf", TokenType::kNumber},
                                                {"limit_ratio", TokenType::kLimitRatio},
                                                {"limitk", TokenType::kLimitk},
                                                {"max", TokenType::kMax},
                                                {"max_of", TokenType::kMaxOf},
                                                {"min", TokenType::kMin},
                                                {"min_of", TokenType::kMinOf},
                                                {"nan", TokenType::kNumber},
                                                {"offset", TokenType::kOffset},
                                                {"on", TokenType::kOn},
                                                {"or", TokenType::kOr},
                                                {"quantile", TokenType::kQuantile},
                                                {"range", TokenType::kRange},
                                                {"smoothed", TokenType::kSmoothed},
                                                {"start", TokenType::kStart},
                                                {"stddev", TokenType::kStddev},
                                                {"stdvar", TokenType::kStdvar},
                                                {"step", TokenType::kStep},
                                                {"sum", TokenType::kSum},
                                                {"topk", TokenType::kTopk},
                                                {"unless", TokenType::kUnless},
                                                {"without", TokenType::kWithout}}};

constexpr size_t kKeywordSizeMax = 12;

constexpr bool IsOperator(TokenType type) {
  return type >= TokenType::kAdd && type <= TokenType::kAt;
}
constexpr bool IsAggregate(TokenType type) {
  return type >= TokenType::kAvg && type <= TokenType::kLimitRatio;
}
constexpr bool IsKeyword(TokenType type) {
  return type >= TokenType::kBool && type <= TokenType::kWithout;
}
constexpr bool IsDurationWord(TokenType type) {
  return type >= TokenType::kStart && type <= TokenType::kMinOf;
}

std::string_view ClassName(TokenType type) {
  switch (type) {
    case TokenType::kComment:
      return "comment ";
    case TokenType::kIdentifier:
      return "identifier ";
    case TokenType::kMetricIdentifier:
      return "metric identifier ";
    case TokenType::kString:
      return "string ";
    case TokenType::kNumber:
      return "number ";
    case TokenType::kDuration:
      return "duration ";
    default:
      return "";
  }
}

/// The first ten code points: long texts are cut in errors.
std::string_view Shorten(std::string_view text) {
  size_t points = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool starts_point = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (starts_point && points++ == 10) return text.substr(0, i);
  }
  return text;
}

}  // namespace

std::optional<TokenType> FindKeyword(std::string_view word) {
  if (word.size() > kKeywordSizeMax) return std::nullopt;
  std::array<char, kKeywordSizeMax> lower{};
  std::ranges::transform(word, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  const std::string_view key(lower.data(), word.size());
  const auto* row = std::ranges::lower_bound(kKeywords, key, {}, &Keyword::word);
  if (row == kKeywords.end() || row->word != key) return std::nullopt;
  return row->type;
}

std::optional<BinaryOp> AsBinaryOp(TokenType type) {
  if (type < TokenType::kAdd || type > TokenType::kUnless) return std::nullopt;
  return static_cast<BinaryOp>(static_cast<int>(type) - static_cast<int>(TokenType::kAdd));
}

std::optional<AggregateOp> AsAggregateOp(TokenType type) {
  if (!IsAggregate(type)) return std::nullopt;
  return static_cast<AggregateOp>(static_cast<int>(type) - static_cast<int>(TokenType::kAvg));
}

bool CanNameMetric(TokenType type) {
  switch (type) {
    case TokenType::kIdentifier:
    case TokenType::kMetricIdentifier:
    case TokenType::kAnd:
    case TokenType::kOr:
    case TokenType::kUnless:
    case TokenType::kBy:
    case TokenType::kFill:
    case TokenType::kFillLeft:
    case TokenType::kFillRight:
    case TokenType::kOffset:
    case TokenType::kWithout:
    case TokenType::kSmoothed:
    case TokenType::kAnchored:
      return true;
    default:
      return IsAggregate(type) || IsDurationWord(type);
  }
}

bool CanNameLabel(TokenType type) {
  if (type == TokenType::kWithout) return false;
  return CanNameMetric(type) || IsKeyword(type) || type == TokenType::kAtan2;
}

std::string QuoteRune(std::string_view text) {
  if (text.empty() || !IsValidUtf8(text)) return "'\xef\xbf\xbd'";
  if (text == "'") return "'\\''";
  if (text == "\"") return "'\"'";
  std::string quoted = QuoteGo(text);
  quoted.front() = '\'';
  quoted.back() = '\'';
  return quoted;
}

std::string Describe(const Token& token) {
  if (token.type == TokenType::kEof) return "end of input";
  const std::string text(token.text);
  if (IsKeyword(token.type)) return "<" + text + ">";
  if (IsOperator(token.type)) return "<op:" + text + ">";
  if (IsAggregate(token.type)) return "<aggr:" + text + ">";
  const std::string name(ClassName(token.type));
  const bool whole =
      token.type == TokenType::kIdentifier || token.type == TokenType::kMetricIdentifier;
  if (!whole && text.size() > 10) return name + QuoteGo(Shorten(text)) + "...";
  return name + QuoteGo(text);
}

}  // namespace aion::promql
