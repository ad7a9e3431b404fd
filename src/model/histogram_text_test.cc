#include "model/histogram_text.h"

#include <gtest/gtest.h>

namespace aion::model {
namespace {

TEST(HistogramText, OnlyBucketsWithACountArePrinted) {
  FloatHistogram histogram;
  histogram.count = 7.5;
  histogram.sum = -1e21;
  histogram.zero_threshold = 0.001;
  histogram.zero_count = 2;
  histogram.positive_spans = {{0, 2}};
  histogram.positive_buckets = {0, 1.5};
  histogram.negative_spans = {{0, 2}};
  histogram.negative_buckets = {3, 1};
  EXPECT_EQ(ToString(histogram),
            "{count:7.5, sum:-1e+21, [-2,-1):1, [-1,-0.5):3, [-0.001,0.001]:2, (1,2]:1.5}");
}

TEST(HistogramText, CustomBuckets) {
  FloatHistogram histogram;
  histogram.schema = kCustomBucketsSchema;
  histogram.custom_values = {1, 2};
  histogram.positive_spans = {{0, 3}};
  histogram.positive_buckets = {1, 2, 3};
  histogram.count = 6;
  EXPECT_EQ(ToString(histogram), "{count:6, sum:0, [-Inf,1]:1, (1,2]:2, (2,+Inf]:3}");
  EXPECT_EQ(ToTestExpression(histogram),
            "{{schema:-53 count:6 custom_values:[1 2] buckets:[1 2 3]}}");
}

TEST(HistogramText, TestExpressionJoinsSpans) {
  FloatHistogram histogram;
  histogram.schema = 1;
  histogram.counter_reset_hint = CounterResetHint::kGauge;
  histogram.positive_spans = {{-1, 1}, {2, 1}};
  histogram.positive_buckets = {1, 2};
  histogram.negative_spans = {{0, 1}};
  histogram.negative_buckets = {3};
  EXPECT_EQ(ToTestExpression(histogram),
            "{{schema:1 counter_reset_hint:gauge offset:-1 buckets:[1 0 0 2] n_buckets:[3]}}");
}

}  // namespace
}  // namespace aion::model
