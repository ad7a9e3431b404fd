#include <gtest/gtest.h>

#include <cmath>

#include "promql/func/annotations.h"
#include "promql/func/bucket_quantile.h"
#include "promql/func/float_functions.h"
#include "promql/func/label_template.h"
#include "promql/func/natural_order.h"
#include "promql/func/statistics.h"

namespace aion::promql {
namespace {

TEST(Annotations, RenderOnceWithTheirPlace) {
  Annotations annotations;
  annotations.PossibleNonCounter("x", {5, 6});
  annotations.PossibleNonCounter("x", {5, 6});
  annotations.InvalidQuantile(1.5, {0, 3});
  model::Warnings warnings;
  annotations.Render("rate(x[5m])", &warnings);
  EXPECT_EQ(
      warnings.infos(),
      (std::vector<std::string>{"PromQL info: metric might not be a counter, name does not end in "
                                "_total/_sum/_count/_bucket: \"x\" (1:6)"}));
  EXPECT_EQ(warnings.warnings(),
            (std::vector<std::string>{
                "PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:1)"}));
}

TEST(Annotations, AddUpForcedMonotonicity) {
  Annotations one, two;
  one.ForcedMonotonicity("m", {0, 1}, {1, 60'000, 60'000, 1, 2, 0.5});
  two.ForcedMonotonicity("m", {0, 1}, {1, 120'000, 120'000, 0.5, 2, 3});
  one.Merge(two);
  model::Warnings warnings;
  one.Render("q", &warnings);
  ASSERT_EQ(warnings.infos().size(), 1u);
  EXPECT_NE(
      warnings.infos()[0].find("from buckets 0.5 to 2, with a max diff of 3, over 2 samples from "
                               "1970-01-01T00:01:00Z to 1970-01-01T00:02:00Z (1:1)"),
      std::string::npos)
      << warnings.infos()[0];
}

TEST(FloatFunctions, Dates) {
  struct Case {
    const char* function;
    double seconds;
    double expected;
  };
  const Case cases[] = {
      {"year", 0, 1970},
      {"month", 951782400, 2},
      {"day_of_month", 951782400, 29},
      {"days_in_month", 951782400, 29},
      {"day_of_year", 1704067199, 365},
      {"day_of_year", 1735603200, 366},
      {"day_of_week", 0, 4},
      {"day_of_week", -86400, 3},
      {"hour", -1, 23},
      {"minute", 3599, 59},
      {"year", -1, 1969},
      {"year", 4102444800, 2100},
  };
  for (const Case& c : cases)
    EXPECT_EQ(FindFloatFunction(c.function)(c.seconds), c.expected) << c.function;
  FindFloatFunction("year")(std::nan(""));  // Any double has an answer.
  FindFloatFunction("month")(1e300);
}

TEST(FloatFunctions, LogarithmsHaveUpstreamsDigits) {
  EXPECT_EQ(FindFloatFunction("log10")(1000), 3);
  EXPECT_EQ(FindFloatFunction("log10")(7.5), 0.8750612633917);
  EXPECT_EQ(FindFloatFunction("log10")(100), 2);
  EXPECT_EQ(FindFloatFunction("log2")(8), 3);
  EXPECT_TRUE(std::isinf(FindFloatFunction("log2")(0)));
  EXPECT_TRUE(std::isnan(FindFloatFunction("log10")(-1)));
  EXPECT_EQ(FindFloatFunction("log10")(INFINITY), INFINITY);
}

TEST(FloatFunctions, MinAndMaxOfNan) {
  EXPECT_TRUE(std::isnan(GoMax(1, std::nan(""))));
  EXPECT_TRUE(std::isinf(GoMax(std::nan(""), INFINITY)));
  EXPECT_EQ(GoMin(1, 2), 1);
}

TEST(NaturalOrder, NumbersInside) {
  EXPECT_TRUE(NaturallyBefore("node2", "node10"));
  EXPECT_FALSE(NaturallyBefore("node10", "node2"));
  EXPECT_TRUE(NaturallyBefore("a", "a1"));
  EXPECT_FALSE(NaturallyBefore("a", "a"));
  EXPECT_TRUE(NaturallyBefore("", "a"));
}

TEST(LabelTemplate, ExpandsGroups) {
  struct Case {
    const char* pattern;
    const char* replacement;
    const char* value;
    const char* expected;  // Null: no match.
  };
  const Case cases[] = {
      {"(.*):(.*)", "$2-$1", "host:80", "80-host"},
      {"(?P<name>.*)-x", "${name}", "a-x", "a"},
      {"(a)(b)?", "[$2]", "a", "[]"},
      {"a", "$$1 $9 $missing.", "a", "$1  ."},
      {"a", "$", "a", "$"},
      {"a", "${1", "a", "${1"},
      {"a", "x", "ab", nullptr},
      {".*", "m", "line\nline", "m"},
  };
  for (const Case& c : cases) {
    const StatusOr<LabelTemplate> compiled = LabelTemplate::Compile(c.pattern, c.replacement);
    ASSERT_TRUE(compiled.ok());
    std::string out;
    EXPECT_EQ(compiled->Expand(c.value, &out), c.expected != nullptr) << c.pattern;
    if (c.expected != nullptr) {
      EXPECT_EQ(out, c.expected) << c.pattern;
    }
  }
  EXPECT_EQ(LabelTemplate::Compile("(", "").status().message(),
            "invalid regular expression in label_replace(): (");
}

TEST(Statistics, QuantilesPutNanFirst) {
  std::vector<double> values = {3, std::nan(""), 1};
  EXPECT_TRUE(std::isnan(QuantileOf(0, values)));
  EXPECT_EQ(QuantileOf(1, values), 3);
  EXPECT_TRUE(std::isinf(QuantileOf(2, values)));
}

TEST(BucketQuantile, RepairsAndInterpolates) {
  std::vector<ClassicBucket> buckets = {{INFINITY, 8}, {1, 2}, {2, 1}, {4, 8}};
  const ClassicQuantile quantile = QuantileOfBuckets(0.5, &buckets);
  EXPECT_TRUE(quantile.forced_monotonicity);
  EXPECT_EQ(quantile.min_bucket, 2);
  EXPECT_EQ(quantile.value, 2 + 2 * (2.0 / 6));
  std::vector<ClassicBucket> no_infinity = {{1, 2}, {2, 3}};
  EXPECT_TRUE(std::isnan(QuantileOfBuckets(0.5, &no_infinity).value));
}

}  // namespace
}  // namespace aion::promql
