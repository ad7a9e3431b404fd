#include "promql/plan/plan.h"

#include <gtest/gtest.h>

#include "promql/parse/parser.h"
#include "promql/parse/printer.h"

namespace aion::promql {
namespace {

constexpr TimestampMs kStart = 1'000'000;
constexpr TimestampMs kEnd = 1'600'000;
constexpr DurationMs kStep = 60'000;

PlanOptions RangeOptions() {
  PlanOptions options;
  options.range = {kStart, kEnd, kStep};
  return options;
}

Plan MustPlan(std::string_view query, const PlanOptions& options = RangeOptions()) {
  StatusOr<ExprPtr> expr = ParseExpr(query, ParserOptions::All());
  EXPECT_TRUE(expr.ok()) << query << ": " << expr.status().message();
  StatusOr<Plan> plan = MakePlan(*std::move(expr), options);
  EXPECT_TRUE(plan.ok()) << query << ": " << plan.status().message();
  return *std::move(plan);
}

std::string PlanError(std::string_view query, const PlanOptions& options = RangeOptions()) {
  StatusOr<ExprPtr> expr = ParseExpr(query, ParserOptions::All());
  EXPECT_TRUE(expr.ok()) << query;
  const StatusOr<Plan> plan = MakePlan(*std::move(expr), options);
  return plan.ok() ? "" : std::string(plan.status().message());
}

/// The tree as text with ⟨⟩ around what is evaluated once.
std::string Marked(const Expr& expr) {
  if (const auto* invariant = As<StepInvariantExpr>(&expr))
    return "<" + Marked(*invariant->expr) + ">";
  if (const auto* binary = As<BinaryExpr>(&expr)) {
    return Marked(*binary->lhs) + " " + ToShortString(expr) + " " + Marked(*binary->rhs);
  }
  if (const auto* call = As<Call>(&expr)) {
    std::string out = std::string(call->func->name) + "(";
    for (size_t i = 0; i < call->args.size(); ++i)
      out += (i > 0 ? ", " : "") + Marked(*call->args[i]);
    return out + ")";
  }
  if (const auto* aggregate = As<AggregateExpr>(&expr)) {
    const std::string param = aggregate->param != nullptr ? Marked(*aggregate->param) + ", " : "";
    return ToShortString(expr) + "(" + param + Marked(*aggregate->expr) + ")";
  }
  if (const auto* subquery = As<SubqueryExpr>(&expr))
    return Marked(*subquery->expr) + ToShortString(expr);
  return ToString(expr);
}

TEST(Plan, StepInvariance) {
  const struct {
    std::string_view query, marked;
  } cases[] = {
      {"a", "a"},
      {"a @ 5", "<a @ 5.000>"},
      {"a @ start()", "<a @ 1000.000>"},
      {"a @ 5 + b", "<a @ 5.000> + b"},
      {"a @ 5 + b @ end()", "<a @ 5.000 + b @ 1600.000>"},
      {"abs(a @ 5) + 1 + b", "<abs(a @ 5.000) + 1> + b"},
      {"rate(a[5m] @ 5)", "<rate(a[5m] @ 5.000)>"},
      {"timestamp(a @ 5)", "<timestamp(a @ 5.000)>"},
      {"timestamp(abs(a @ 5))", "timestamp(<abs(a @ 5.000)>)"},
      {"predict_linear(a[5m] @ 5, 10)", "predict_linear(a[5m] @ 5.000, 10)"},
      {"sum((a @ 5))", "<sum(a @ 5.000)>"},
      {"topk(scalar(b), a @ 5)", "<topk(scalar(b), a @ 5.000)>"},
      {"max_over_time(a[5m:1m] @ 5)", "<max_over_time(a[5m:1m] @ 5.000)>"},
      {"max_over_time((a @ 5)[5m:1m])", "max_over_time(<(a @ 5.000)>[5m:1m])"},
      {"time() + 1", "time() + 1"},
  };
  for (const auto& c : cases) EXPECT_EQ(Marked(*MustPlan(c.query).root), c.marked) << c.query;
}

TEST(Plan, NumbersAreFolded) {
  EXPECT_EQ(ToString(*MustPlan("1 + 2 * 3 ^ 2").root), "19");
  EXPECT_EQ(ToString(*MustPlan("-(2 > bool 1) + a").root), "-1 + a");
  EXPECT_EQ(ToString(*MustPlan("end() - start() + range() + step()").root), "1260");
}

TEST(Plan, DurationsBecomeMilliseconds) {
  const Plan plan = MustPlan("rate(a[step() * 2] offset (1h / 3))");
  const auto* matrix = As<MatrixSelector>(As<Call>(plan.root)->args[0]);
  ASSERT_NE(matrix, nullptr);
  EXPECT_EQ(matrix->range_ms, 120'000);
  EXPECT_EQ(matrix->selector->time.offset_ms, 1'200'000);
  EXPECT_EQ(PlanError("rate(a[5m - 10m])"), "7:15: duration must be greater than 0");
  EXPECT_EQ(PlanError("a offset (1 / (step() - step()))"), "10:30: division by zero");
}

TEST(Plan, TimeRangesOfSelections) {
  const struct {
    std::string_view query;
    model::QueryRange range;
  } cases[] = {
      {"a", {kStart - 300'000 + 1, kEnd}},
      {"a offset 1m", {kStart - 360'000 + 1, kEnd - 60'000}},
      {"a offset -1m", {kStart - 240'000 + 1, kEnd + 60'000}},
      {"a @ 5", {5'000 - 300'000 + 1, 5'000}},
      {"rate(a[10m])", {kStart - 600'000 + 1, kEnd}},
      {"rate(a[10m] @ 5 offset 1s)", {4'000 - 600'000 + 1, 4'000}},
      {"rate(a[10m] smoothed)", {kStart - 900'000 + 1, kEnd + 300'000}},
      {"rate(a[10m] anchored)", {kStart - 900'000 + 1, kEnd}},
      {"max_over_time(a[1h:1m] offset 2m)",
       {kStart - 120'000 - 3'600'000 - 300'000 + 1, kEnd - 120'000}},
      {"max_over_time(rate(a[5m])[1h:1m] @ 5)", {5'000 - 3'600'000 - 300'000 + 1, 5'000}},
  };
  for (const auto& c : cases) {
    const Plan plan = MustPlan(c.query);
    ASSERT_EQ(plan.selections.size(), 1u);
    EXPECT_EQ(plan.selections[0].request.range, c.range) << c.query;
  }
}

TEST(Plan, HintsOfSelections) {
  const series::SelectHints grouped = MustPlan("sum by (x) (a)").selections[0].request.hints;
  EXPECT_EQ(grouped.function, "sum");
  EXPECT_TRUE(grouped.by);
  EXPECT_EQ(grouped.grouping, (std::vector<std::string>{"x"}));
  EXPECT_EQ(grouped.step_ms, kStep);
  const series::SelectHints rate = MustPlan("sum by (x) (rate(a[5m]))").selections[0].request.hints;
  EXPECT_EQ(rate.function, "rate");
  EXPECT_EQ(rate.range_ms, 300'000);
  EXPECT_TRUE(rate.grouping.empty());
  EXPECT_EQ(MustPlan("sum(a + b)").selections[0].request.hints.function, "");
  EXPECT_EQ(MustPlan("max_over_time(a[1h:30s])").selections[0].request.hints.step_ms, 30'000);
  EXPECT_EQ(MustPlan("max_over_time(a[1h:])").selections[0].request.hints.step_ms,
            kDefaultSubqueryStepMs);
}

TEST(Plan, EqualSelectorsAreSelectedOnce) {
  const Plan plan = MustPlan("rate(a{x=\"1\"}[5m]) / rate(a{x=\"1\"}[10m]) + sum(a{x=\"1\"})");
  ASSERT_EQ(plan.selections.size(), 2u);
  EXPECT_EQ(plan.selections[0].selectors.size(), 2u);
  EXPECT_EQ(plan.selections[0].request.range.min, kStart - 600'000 + 1);
  EXPECT_EQ(plan.selections[1].request.hints.function, "sum");
  EXPECT_EQ(MustPlan("a + a offset 1w").selections.size(), 2u)
      << "far apart, no use reading what is between";
}

TEST(Plan, HistogramStats) {
  const auto skips = [](std::string_view query) {
    const Plan plan = MustPlan(query);
    return plan.selections[0].selectors[0]->skip_histogram_buckets;
  };
  EXPECT_TRUE(skips("histogram_count(rate(a[5m]))"));
  EXPECT_TRUE(skips("histogram_sum(sum(a))"));
  EXPECT_FALSE(skips("a"));
  EXPECT_FALSE(skips("histogram_quantile(0.5, a)"));
  EXPECT_FALSE(skips("histogram_count(rate(a[5m:1m]))"));
  EXPECT_FALSE(skips("histogram_count(a </ 3)"));
  EXPECT_FALSE(skips("histogram_count(a) </ 3"));
}

TEST(Plan, SubqueryRanges) {
  StatusOr<ExprPtr> expr = ParseExpr("a[5m:1m] offset 30s", {});
  ASSERT_TRUE(expr.ok());
  const auto& subquery = *As<SubqueryExpr>(*expr);
  const EvalRange inner = SubqueryRange(subquery, {kStart, kEnd + 7, kStep}, 60'000);
  // (1'000'000 - 30'000 - 300'000, …]: the first multiple of a minute behind 670'000.
  EXPECT_EQ(inner.start, 720'000);
  EXPECT_EQ(inner.end, kEnd - 30'000);
  EXPECT_EQ(inner.step_ms, 60'000);
}

TEST(Plan, WhatAnEngineMayRefuse) {
  PlanOptions options = RangeOptions();
  options.at_modifier = false;
  options.negative_offset = false;
  EXPECT_EQ(PlanError("a @ 5", options), "@ modifier is disabled");
  EXPECT_EQ(PlanError("rate(a[5m] offset -1m)", options), "negative offset is disabled");
  EXPECT_EQ(
      PlanError("a[5m]"),
      "invalid expression type \"range vector\" for range query, must be Scalar or instant Vector");
  options.range = {kStart, kStart, 0};
  EXPECT_EQ(PlanError("a[5m]", options), "");
}

TEST(Plan, TimesAtTheEndsOfTheRangeDoNotOverflow) {
  const Plan plan = MustPlan("a @ 9223372036854775 offset -290y");
  EXPECT_LE(plan.selections[0].request.range.min, plan.selections[0].request.range.max);
}

}  // namespace
}  // namespace aion::promql
