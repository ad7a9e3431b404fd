// The runner must see what is wrong: every wrong expectation fails, every right one passes.

#include "testing/promql_script_runner.h"

#include <gtest/gtest.h>

namespace aion::testing {
namespace {

constexpr std::string_view kLoad = R"(
load 5m
  apples{tree="1"} 0+1x10
  apples{tree="2"} 0+2x10
  sizes {{schema:0 sum:1 count:2 buckets:[1 1]}}x10

)";

ScriptOutcome RunScript(std::string_view evaluation) {
  const promql::Engine engine(ScriptEngineOptions());
  return RunPromqlScript(std::string(kLoad) + std::string(evaluation), engine);
}

TEST(PromqlScriptRunner, RightExpectationsPass) {
  for (const std::string_view evaluation : {
           "eval instant at 10m apples\n  apples{tree=\"1\"} 2\n  apples{tree=\"2\"} 4\n",
           "eval range from 0 to 10m step 5m apples{tree=\"1\"}\n  apples{tree=\"1\"} 0 1 2\n",
           "eval instant at 10m sum(apples)\n  expect no_warn\n  {} 6\n",
           "eval instant at 10m 1 + 1\n  2\n",
           "eval instant at 0 \"x\"\n  expect string \"x\"\n",
           "eval instant at 10m sort_desc(apples)\n  expect ordered\n  apples{tree=\"2\"} 4\n  "
           "apples{tree=\"1\"} 2\n",
           "eval instant at 0 apples +\n  expect fail regex: parse error\n",
           "eval_fail instant at 0 apples + on () apples\n",
           "eval instant at 10m rate(apples[10m])\n  expect info regex: might not be a counter\n  "
           "{tree=\"1\"} 0.003333333333\n"
           "  {tree=\"2\"} 0.006666666667\n",
           "eval instant at 10m sizes\n  sizes {{schema:0 sum:1 count:2 buckets:[1 1]}}\n",
           "eval instant at 10m apples{tree=\"1\"}[6m]\n  expect range vector from 5m to 10m step "
           "5m\n"
           "  apples{tree=\"1\"} 1 2\n",
           "clear\n\neval instant at 10m apples\n",
       }) {
    const ScriptOutcome outcome = RunScript(evaluation);
    EXPECT_EQ(outcome.passed, 1u) << evaluation
                                  << (outcome.failures.empty() ? "" : outcome.failures[0]);
    EXPECT_TRUE(outcome.failures.empty());
  }
}

TEST(PromqlScriptRunner, WrongExpectationsFail) {
  for (const std::string_view evaluation : {
           "eval instant at 10m apples\n  apples{tree=\"1\"} 2\n  apples{tree=\"2\"} 5\n",
           "eval instant at 10m apples\n  apples{tree=\"1\"} 2\n",
           "eval instant at 10m nothing\n  {} 1\n",
           "eval range from 0 to 10m step 5m apples{tree=\"1\"}\n  apples{tree=\"1\"} 0 1\n",
           "eval range from 0 to 10m step 5m apples{tree=\"1\"}\n  apples{tree=\"1\"} 0 1 2 3\n",
           "eval instant at 10m 1 + 1\n  3\n",
           "eval instant at 10m sum(apples)\n  expect warn\n  {} 6\n",
           "eval instant at 10m rate(apples[10m])\n  expect no_info\n  {tree=\"1\"} "
           "0.003333333333\n"
           "  {tree=\"2\"} 0.006666666667\n",
           "eval instant at 0 \"x\"\n  expect string \"y\"\n",
           "eval instant at 10m sort(apples)\n  expect ordered\n  apples{tree=\"2\"} 4\n  "
           "apples{tree=\"1\"} 2\n",
           "eval instant at 10m apples\n  expect fail\n",
           "eval instant at 0 apples +\n  expect fail msg: something else\n",
           "eval instant at 10m sizes\n  sizes {{schema:0 sum:1 count:2 buckets:[1 2]}}\n",
           "eval instant at 10m sizes\n  sizes 3\n",
           "eval sometimes at 10m apples\n",
           "nonsense\n",
       }) {
    const ScriptOutcome outcome = RunScript(evaluation);
    EXPECT_EQ(outcome.passed, 0u) << evaluation;
    EXPECT_EQ(outcome.failures.size(), 1u) << evaluation;
  }
}

TEST(PromqlScriptRunner, StartTimesAndNativeCustomBuckets) {
  const promql::Engine engine(ScriptEngineOptions());
  const ScriptOutcome outcome = RunPromqlScript(R"(
load_with_nhcb 1m
  x_bucket{le="1"} 1x3
  x_bucket{le="+Inf"} 3x3
  x_count 3x3
  x_sum 9x3
  c_total@st -30s -90s 0s-60sx1
  c_total 1 2 3 4

eval instant at 2m x
  x {{schema:-53 sum:9 count:3 custom_values:[1] buckets:[1 2]}}

eval instant at 1m start_timestamp(c_total)
  {} -30
)",
                                                engine);
  EXPECT_EQ(outcome.passed, 2u);
  EXPECT_TRUE(outcome.failures.empty()) << outcome.failures[0];
}

}  // namespace
}  // namespace aion::testing
