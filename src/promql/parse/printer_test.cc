#include "promql/parse/printer.h"

#include <gtest/gtest.h>

#include "promql/parse/parser.h"

namespace aion::promql {
namespace {

std::string Print(std::string_view query) {
  const StatusOr<ExprPtr> expr = ParseExpr(query, ParserOptions::All());
  return expr.ok() ? ToString(**expr) : std::string(expr.status().message());
}

TEST(Printer, CanonicalForm) {
  const struct {
    std::string_view query, printed;
  } cases[] = {
      {"sum(a)by(b,\"c d\")", "sum by (b, \"c d\") (a)"},
      {"topk without(x)(5,a)", "topk without (x) (5, a)"},
      {"a{y='2',x=\"1\"}[90s] offset 3600 @ 1", "a{x=\"1\",y=\"2\"}[1m30s] @ 1.000 offset 1h"},
      {"a offset -5m", "a offset -5m"},
      {"a[5m:] @ end()", "a[5m:] @ end()"},
      {"a[5m:30s] offset 1w", "a[5m:30s] offset 1w"},
      {"a+on()group_right b", "a + on () group_right () b"},
      {"a==bool ignoring(x)b", "a == bool ignoring (x) b"},
      {"a + fill(2) b", "a + fill (2) b"},
      {"a + fill_right(1) fill_left(2) b", "a + fill_left (2) fill_right (1) b"},
      {"1e3", "1000"},
      {"5m", "5m"},
      {"-Inf", "-Inf"},
      {"'x\"y'", "\"x\\\"y\""},
      {"-(a)", "-(a)"},
      {"a smoothed offset 1m", "a smoothed offset 1m"},
      {"a[1m] anchored", "a[1m] anchored"},
      {"a[step()*2]", "a[step() * 2]"},
      {"a[(5)]", "a[(5)]"},
      {"a offset -(1h/3)", "a offset -(1h / 3)"},
      {"a[min_of(1m,range())]", "a[min_of(1m, range())]"},
      {"{\"a b\"}", "{__name__=\"a b\"}"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Print(c.query), c.printed);
    EXPECT_EQ(Print(c.printed), c.printed) << "not stable";
  }
}

TEST(Printer, ClonesPrintAlike) {
  const StatusOr<ExprPtr> expr = ParseExpr(
      "-sum by (a) (topk(3, rate(b[5m:1m] @ 3 offset 1m) + on (x) group_left (y) "
      "fill (1) (abs(c offset (1m * 2)))))",
      ParserOptions::All());
  ASSERT_TRUE(expr.ok()) << expr.status().message();
  const std::string printed = ToString(**expr);
  EXPECT_EQ(ToString(*Clone(**expr)), printed);
}

TEST(Printer, PrettyFormSplitsLongLines) {
  const std::string metric(60, 'm');
  const StatusOr<ExprPtr> expr =
      ParseExpr("sum by (a) (rate(" + metric + "[5m])) / (" + metric + ")", {});
  ASSERT_TRUE(expr.ok());
  EXPECT_EQ(ToPrettyString(**expr),
            "  sum by (a) (rate(" + metric + "[5m]))\n/\n  (" + metric + ")");
  const StatusOr<ExprPtr> nested = ParseExpr("abs(" + metric + " + " + metric + ")", {});
  ASSERT_TRUE(nested.ok());
  EXPECT_EQ(ToPrettyString(**nested), "abs(\n    " + metric + "\n  +\n    " + metric + "\n)");
}

}  // namespace
}  // namespace aion::promql
