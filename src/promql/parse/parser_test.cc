#include "promql/parse/parser.h"

#include <gtest/gtest.h>

#include <cmath>

#include "promql/parse/printer.h"

namespace aion::promql {
namespace {

std::string ErrorOf(std::string_view query, const ParserOptions& options = ParserOptions::All()) {
  const StatusOr<ExprPtr> expr = ParseExpr(query, options);
  return expr.ok() ? "" : std::string(expr.status().message());
}

ExprPtr MustParse(std::string_view query) {
  StatusOr<ExprPtr> expr = ParseExpr(query, ParserOptions::All());
  EXPECT_TRUE(expr.ok()) << query << ": " << expr.status().message();
  return expr.ok() ? *std::move(expr) : nullptr;
}

double NumberOf(std::string_view query) {
  const ExprPtr expr = MustParse(query);
  const auto* number = As<NumberLiteral>(expr);
  return number == nullptr ? -12345 : number->value;
}

/// Full parentheses around each operator, to see what binds to what.
std::string Shape(const Expr& expr) {
  if (const auto* binary = As<BinaryExpr>(&expr)) {
    return "(" + Shape(*binary->lhs) + ToShortString(expr) + Shape(*binary->rhs) + ")";
  }
  if (const auto* unary = As<UnaryExpr>(&expr))
    return "(" + ToShortString(expr) + Shape(*unary->expr) + ")";
  return ToString(expr);
}

TEST(Parser, NumbersInEveryForm) {
  const struct {
    std::string_view text;
    double value;
  } cases[] = {
      {"1", 1},     {".5", 0.5},        {"5.", 5},           {"1e-3", 0.001},
      {"0x1F", 31}, {"0X_1f", 31},      {"1_000.5", 1000.5}, {"010", 8},
      {"08", 8},    {"5m", 300},        {"1h30m15s", 5415},  {"250ms", 0.25},
      {"-2", -2},   {"+Inf", INFINITY}, {"-inf", -INFINITY}, {"99999999999999999999", 1e20}};
  for (const auto& c : cases) EXPECT_EQ(NumberOf(c.text), c.value) << c.text;
  EXPECT_TRUE(std::isnan(NumberOf("NaN")));
}

TEST(Parser, Precedence) {
  const struct {
    std::string_view query, shape;
  } cases[] = {
      {"a + b * c", "(a+(b*c))"},
      {"a * b + c", "((a*b)+c)"},
      {"a ^ b ^ c", "(a^(b^c))"},
      {"-a ^ b", "(-(a^b))"},
      {"-a * b", "((-a)*b)"},
      {"2 ^ -b * c", "((2^(-b))*c)"},
      {"a or b and c unless d", "(aor((bandc)unlessd))"},
      {"a == bool b < c", "((a== boolb)<c)"},
      {"a > b + c", "(a>(b+c))"},
      {"a atan2 b % c", "((aatan2b)%c)"},
      {"-a offset 5m + b @ 3", "((-a offset 5m)+b @ 3.000)"},
      {"a </ 1 + b", "(a</(1+b))"},
      {"x offset 5m + y", "(x offset 5m+y)"},
      {"x offset -2 ^ 2", "(x offset -2s^2)"},
  };
  for (const auto& c : cases) EXPECT_EQ(Shape(*MustParse(c.query)), c.shape) << c.query;
}

TEST(Parser, KeywordsAreMetricAndLabelNamesWhereTheyCanBe) {
  for (const std::string_view query :
       {"sum", "by", "offset", "start", "step + range", "anchored", "fill + fill", "fill_left",
        "max_of", "limitk", "sum by (by, on, bool, group_left, atan2, offset) (without)",
        "count{sum=\"a\",on=\"b\"}", "and or or and and"}) {
    MustParse(query);
  }
  EXPECT_EQ(ErrorOf("on"), "1:1: parse error: unexpected <on>");
  EXPECT_EQ(ErrorOf("sum by (without) (a)"),
            "1:9: parse error: unexpected <without> in grouping opts, expected label");
}

TEST(Parser, SelectorsHoldTheirModifiers) {
  const ExprPtr expr = MustParse("foo{a!=\"b\",\"c d\"=~\"e\"}[5m] @ 1.5 offset -1h");
  const auto* matrix = As<MatrixSelector>(expr);
  ASSERT_NE(matrix, nullptr);
  EXPECT_EQ(matrix->range_ms, 300'000);
  const VectorSelector& selector = *matrix->selector;
  EXPECT_EQ(selector.name, "foo");
  EXPECT_EQ(selector.matchers.size(), 3u);
  EXPECT_EQ(selector.matchers[1].name(), "c d");
  EXPECT_EQ(selector.matchers.back().ToString(), "__name__=\"foo\"");
  EXPECT_EQ(selector.time.timestamp, 1500);
  EXPECT_EQ(selector.time.offset_ms, -3'600'000);
}

TEST(Parser, QuotedNamesInsideBraces) {
  const ExprPtr expr = MustParse("{\"metric.name\", \"label.x\"=\"y\"}");
  const auto* selector = As<VectorSelector>(expr);
  ASSERT_NE(selector, nullptr);
  EXPECT_EQ(selector->name, "");
  EXPECT_EQ(selector->matchers[0].ToString(), "__name__=\"metric.name\"");
}

TEST(Parser, Strings) {
  const ExprPtr expr = MustParse("\"\\x41\\102\\u00e9\\U0001F600\\n\\\"\"");
  EXPECT_EQ(As<StringLiteral>(expr)->value, "AB\xc3\xa9\xf0\x9f\x98\x80\n\"");
  EXPECT_EQ(As<StringLiteral>(MustParse("`a\\n`"))->value, "a\\n");
  EXPECT_EQ(As<StringLiteral>(MustParse("'it\\'s \"q\"'"))->value, "it's \"q\"");
}

TEST(Parser, BinaryModifiers) {
  const ExprPtr expr =
      MustParse("a / on (x, \"y z\") group_left (n) fill_right(-1) fill_left(2) b");
  const auto* binary = As<BinaryExpr>(expr);
  ASSERT_NE(binary, nullptr);
  ASSERT_TRUE(binary->matching.has_value());
  EXPECT_TRUE(binary->matching->on);
  EXPECT_EQ(binary->matching->labels, (std::vector<std::string>{"x", "y z"}));
  EXPECT_EQ(binary->matching->include, (std::vector<std::string>{"n"}));
  EXPECT_EQ(binary->matching->cardinality, MatchCardinality::kManyToOne);
  EXPECT_EQ(binary->matching->fill_lhs, 2);
  EXPECT_EQ(binary->matching->fill_rhs, -1);
  EXPECT_EQ(As<BinaryExpr>(MustParse("a and b"))->matching->cardinality,
            MatchCardinality::kManyToMany);
  EXPECT_FALSE(As<BinaryExpr>(MustParse("a + 1"))->matching.has_value());
}

TEST(Parser, RangesPointIntoTheText) {
  const std::string_view query = "sum(rate(foo[5m])) / bar";
  const ExprPtr expr = MustParse(query);
  const auto text = [&](const Expr& node) {
    return query.substr(static_cast<size_t>(node.range.start),
                        static_cast<size_t>(node.range.end - node.range.start));
  };
  const auto* binary = As<BinaryExpr>(expr);
  EXPECT_EQ(text(*binary), query);
  EXPECT_EQ(text(*binary->lhs), "sum(rate(foo[5m]))");
  EXPECT_EQ(text(*As<AggregateExpr>(binary->lhs)->expr), "rate(foo[5m])");
  EXPECT_EQ(text(*As<Call>(As<AggregateExpr>(binary->lhs)->expr)->args[0]), "foo[5m]");
}

TEST(Parser, SyntaxErrors) {
  const struct {
    std::string_view query, error;
  } cases[] = {
      {"", "unknown position: parse error: no expression found in input"},
      {"# only a comment", "1:1: parse error: no expression found in input"},
      {"1 +", "1:4: parse error: unexpected end of input"},
      {"foo bar", "1:5: parse error: unexpected identifier \"bar\""},
      {"(1", "1:3: parse error: unclosed left parenthesis"},
      {"1)", "1:3: parse error: unexpected right parenthesis ')'"},
      {"foo{", "1:5: parse error: unexpected end of input inside braces"},
      {"foo{a=}", "1:7: parse error: unexpected \"}\" in label matching, expected string"},
      {"foo{a=\"b\" c=\"d\"}",
       "1:11: parse error: unexpected identifier \"c\" in label matching, expected \",\" or \"}\""},
      {"foo[5m", "1:7: parse error: unclosed left bracket"},
      {"foo[]",
       "1:5: parse error: unexpected \"]\" in subquery or range selector, expected number, "
       "duration, step(), "
       "or range()"},
      {"foo[0m]", "1:5: parse error: duration must be greater than 0"},
      {"foo offset",
       "1:11: parse error: unexpected end of input in offset, expected number, duration, step(), "
       "or "
       "range()"},
      {"foo @ x", "1:7: parse error: unexpected identifier \"x\" in @, expected timestamp"},
      {"sum by a (b)",
       "1:8: parse error: unexpected identifier \"a\" in grouping opts, expected \"(\""},
      {"sum(5 5)", "1:7: parse error: unexpected number \"5\" in aggregation"},
      {"rate(a[1m],)", "1:11: parse error: trailing commas not allowed in function call args"},
      {"'unclosed", "1:1: parse error: unterminated quoted string"},
      {"\"\\q\"", "1:1: parse error: unknown escape sequence U+0071 'q'"},
      {"1a", "1:1: parse error: bad number or duration syntax: \"1\""},
      {"a\n+ $", "2:3: parse error: unexpected character: '$'"},
      {"foo offset 5m offset 3m", "1:1: parse error: offset may not be set multiple times"},
      {"foo @ 1 @ 2", "1:1: parse error: @ <timestamp> may not be set multiple times"},
      {"(foo)[5m]", "1:6: parse error: ranges only allowed for vector selectors"},
      {"foo offset 1m [5m]", "1:15: parse error: no offset modifiers allowed before range"},
      {"foo anchored smoothed",
       "1:1: parse error: anchored and smoothed modifiers cannot be used together"},
  };
  for (const auto& c : cases) EXPECT_EQ(ErrorOf(c.query), c.error) << c.query;
}

TEST(Parser, TypeErrors) {
  const struct {
    std::string_view query, error;
  } cases[] = {
      {"nosuch(1)", "1:1: parse error: unknown function with name \"nosuch\""},
      {"rate(foo)",
       "1:6: parse error: expected type range vector in call to function \"rate\", got instant "
       "vector"},
      {"abs()", "1:1: parse error: expected 1 argument(s) in call to \"abs\", got 0"},
      {"round(a, 1, 2)",
       "1:1: parse error: expected at most 2 argument(s) in call to \"round\", got 3"},
      {"label_join(a)",
       "1:1: parse error: expected at least 3 argument(s) in call to \"label_join\", got 1"},
      {"topk(a)",
       "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, "
       "got 1"},
      {"sum(1)",
       "1:5: parse error: expected type instant vector in aggregation expression, got scalar"},
      {"topk(\"x\", a)",
       "1:6: parse error: expected type scalar in aggregation parameter, got string"},
      {"1 == 1", "1:3: parse error: comparisons between scalars must use BOOL modifier"},
      {"a + bool b", "1:3: parse error: bool modifier can only be used on comparison operators"},
      {"1 and 1", "1:1: parse error: set operator \"and\" not allowed in binary scalar expression"},
      {"a[5m] + 1",
       "1:1: parse error: binary expression must contain only scalar and instant vector types"},
      {"1 + on(a) b", "1:1: parse error: vector matching only allowed between instant vectors"},
      {"a and on(x) group_left b", "1:1: parse error: no grouping allowed for \"and\" operation"},
      {"a + on(x) group_left(x) b",
       "1:3: parse error: label \"x\" must not occur in ON and GROUP clause at once"},
      {"-\"x\"",
       "1:1: parse error: unary expression only allowed on expressions of type scalar or instant "
       "vector, got "
       "\"string\""},
      {"1[5m:]",
       "1:1: parse error: subquery is only allowed on instant vector, got scalar instead"},
      {"{a=\"\"}", "1:1: parse error: vector selector must contain at least one non-empty matcher"},
      {"foo{__name__=\"bar\"}",
       "1:1: parse error: metric name must not be set twice: \"foo\" or \"bar\""},
      {"info(a, b)",
       "1:9: parse error: expected label selectors only, got vector selector instead"},
  };
  for (const auto& c : cases) EXPECT_EQ(ErrorOf(c.query), c.error) << c.query;
}

TEST(Parser, WhatIsBehindFlagsNeedsThem) {
  const ParserOptions none;
  const struct {
    std::string_view query, error;
  } cases[] = {
      {"limitk(1, a)",
       "1:1: parse error: limitk() is experimental and must be enabled with "
       "--enable-feature=promql-experimental-functions"},
      {"mad_over_time(a[5m])", "1:1: parse error: function \"mad_over_time\" is not enabled"},
      {"a[5m + 1m]", "1:3: parse error: experimental duration expression is not enabled"},
      {"a anchored", "1:1: parse error: anchored modifier is experimental and not enabled"},
      {"a + fill(1) b", "1:1: parse error: binop fill modifiers are experimental and not enabled"},
      {"xrate(a[5m])", "1:1: parse error: unknown function with name \"xrate\""},
  };
  for (const auto& c : cases) EXPECT_EQ(ErrorOf(c.query, none), c.error) << c.query;
  ParserOptions thanos;
  thanos.x_functions = true;
  EXPECT_EQ(ErrorOf("xrate(a[5m])", thanos), "");
}

TEST(Parser, DeepAndLongTextsAreRefusedOrParsedQuickly) {
  const auto repeat = [](std::string_view text, size_t count) {
    std::string out;
    for (size_t i = 0; i < count; ++i) out.append(text);
    return out;
  };
  const std::string too_deep = "expression is nested deeper than 1000 levels";
  for (const std::string& query :
       {repeat("(", 10'000) + "1" + repeat(")", 10'000), repeat("-", 100'000) + "1",
        repeat("1+", 500'000) + "1", repeat("sum(", 10'000) + "a" + repeat(")", 10'000),
        "a[" + repeat("(", 10'000), "a[" + repeat("1^", 100'000), repeat("a^", 100'000) + "a",
        "a" + repeat("[5m:1m]", 10'000)}) {
    EXPECT_NE(ErrorOf(query).find(too_deep), std::string::npos) << query.substr(0, 20);
  }
  EXPECT_EQ(ErrorOf(repeat("(", 900) + "1" + repeat(")", 900)), "");
  EXPECT_EQ(ErrorOf("a{" + repeat("b=\"c\",", 150'000) + "}"), "");
  EXPECT_NE(ErrorOf(std::string(kQueryBytesMax + 1, 'a')), "");
}

TEST(Parser, MetricSelectorsAndMetrics) {
  const auto matchers = ParseMetricSelector("up{job=~\"a|b\"}");
  ASSERT_TRUE(matchers.ok());
  EXPECT_EQ((*matchers)[0].ToString(), "job=~\"a|b\"");
  EXPECT_TRUE(ParseMetricSelector("{}").ok()) << "matching all is the caller's to refuse";
  EXPECT_FALSE(ParseMetricSelector("up + 1").ok());
  const auto metric = ParseMetric("up{job=\"a\",\"x y\"=\"z\"}");
  ASSERT_TRUE(metric.ok());
  EXPECT_EQ(metric->ToString(), R"({__name__="up", job="a", "x y"="z"})");
  EXPECT_FALSE(ParseMetric("up{job=~\"a\"}").ok());
}

TEST(Parser, FunctionTableIsSorted) {
  for (size_t i = 1; i < Functions().size(); ++i)
    EXPECT_LT(Functions()[i - 1].name, Functions()[i].name);
  ASSERT_NE(FindFunction("rate"), nullptr);
  EXPECT_EQ(FindFunction("Rate"), nullptr);
}

}  // namespace
}  // namespace aion::promql
