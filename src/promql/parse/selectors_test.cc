#include "promql/parse/selectors.h"

#include <gtest/gtest.h>

#include "promql/parse/parser.h"
#include "promql/parse/printer.h"

namespace aion::promql {
namespace {

TEST(Selectors, FindsThoseOfEveryNode) {
  const auto selectors = SelectorsOf(
      R"(sum(rate(a{x="1"}[5m])) / on () b offset 1m > bool (max_over_time(c[1h:5m])))");
  ASSERT_TRUE(selectors.ok());
  ASSERT_EQ(selectors->size(), 3u);
  EXPECT_EQ((*selectors)[0].size(), 2u);
  EXPECT_EQ((*selectors)[2].front().value(), "c");
  EXPECT_FALSE(SelectorsOf("sum(").ok());
}

TEST(Selectors, EnforcesAMatcherInPlaceOfOthers) {
  auto expr = ParseExpr(R"(a{tenant="mine"} + rate(b[5m]))", {});
  ASSERT_TRUE(expr.ok());
  EnforceMatcher(model::Matcher::Equal("tenant", "theirs"), expr->get());
  EXPECT_EQ(ToString(**expr), R"(a{tenant="theirs"} + rate(b{tenant="theirs"}[5m]))");
}

}  // namespace
}  // namespace aion::promql
