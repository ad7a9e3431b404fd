#include "promql/plan/explain.h"

#include <gtest/gtest.h>

#include "promql/parse/parser.h"

namespace aion::promql {
namespace {

std::string Flat(const ExplainNode& node) {
  std::string text = node.name;
  if (node.children.empty()) return text;
  text += " {";
  for (size_t i = 0; i < node.children.size(); ++i)
    text += (i > 0 ? "; " : " ") + Flat(node.children[i]);
  return text + " }";
}

std::string Explained(std::string_view query) {
  auto expr = ParseExpr(query, ParserOptions::All());
  EXPECT_TRUE(expr.ok()) << expr.status().ToString();
  PlanOptions options;
  options.range = {0, 600'000, 60'000};
  auto plan = MakePlan(std::move(expr).value(), options);
  EXPECT_TRUE(plan.ok()) << plan.status().ToString();
  return Flat(Explain(*plan));
}

TEST(Explain, NamesTheOperators) {
  EXPECT_EQ(Explained("sum(rate(http_requests_total[5m]))"),
            "[aggregate] sum by ([]) { [matrixSelector] "
            "rate({[__name__=\"http_requests_total\"]}[5m0s]) }");
  EXPECT_EQ(Explained("a / on (job) (b)"),
            "[binary] / on ([job]) one-to-one { [vectorSelector] {[__name__=\"a\"]}; "
            "[vectorSelector] {[__name__=\"b\"]} }");
  EXPECT_EQ(Explained("topk without (pod) (2, -up)"),
            "[aggregate] topk without ([pod]) { [unary] - { [vectorSelector] {[__name__=\"up\"]} "
            "}; [numberLiteral] 2 }");
  EXPECT_EQ(Explained("max_over_time(rate(a[1m])[1h:5m])"),
            "[function] max_over_time { [subquery] range 1h0m0s, step 5m0s { [matrixSelector] "
            "rate({[__name__=\"a\"]}[1m0s]) } }");
}

}  // namespace
}  // namespace aion::promql
