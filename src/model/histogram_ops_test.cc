#include "model/histogram_ops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/histogram_buckets.h"
#include "model/histogram_text.h"

namespace aion::model {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

FloatHistogram Exponential(int32_t schema, int32_t offset, std::vector<double> counts) {
  FloatHistogram histogram;
  histogram.schema = schema;
  histogram.positive_spans = {{offset, static_cast<uint32_t>(counts.size())}};
  histogram.positive_buckets = std::move(counts);
  for (double count : histogram.positive_buckets) histogram.count += count;
  return histogram;
}

FloatHistogram Custom(std::vector<double> bounds, std::vector<double> counts) {
  FloatHistogram histogram = Exponential(kCustomBucketsSchema, 0, std::move(counts));
  histogram.custom_values = std::move(bounds);
  return histogram;
}

TEST(HistogramOps, AddMergesByIndexAndKeepsCanonicalSpans) {
  FloatHistogram a = Exponential(0, 0, {1, 2});
  FloatHistogram b = Exponential(0, 2, {4, 8});
  ASSERT_TRUE(Add(&a, b).ok());
  EXPECT_EQ(a.positive_spans, (std::vector<HistogramSpan>{{0, 4}}));
  EXPECT_EQ(a.positive_buckets, (std::vector<double>{1, 2, 4, 8}));
  EXPECT_EQ(a.count, 15);

  FloatHistogram far = Exponential(0, -5, {3});
  ASSERT_TRUE(Add(&far, a).ok());
  EXPECT_EQ(far.positive_spans, (std::vector<HistogramSpan>{{-5, 1}, {4, 4}}));
}

TEST(HistogramOps, SubOfItselfIsEmptyAfterCompact) {
  FloatHistogram a = Exponential(1, -2, {1, 0, 5});
  const FloatHistogram b = a;
  ASSERT_TRUE(Sub(&a, b).ok());
  EXPECT_EQ(a.count, 0);
  Compact(&a);
  EXPECT_TRUE(a.positive_spans.empty());
  EXPECT_TRUE(a.positive_buckets.empty());
}

TEST(HistogramOps, FinerSideIsMergedToTheCoarserSchema) {
  // Buckets 1 and 2 of schema 1 are bucket 1 of schema 0.
  FloatHistogram fine = Exponential(1, 1, {1, 2, 4});
  FloatHistogram coarse = Exponential(0, 1, {10});
  ASSERT_TRUE(Add(&fine, coarse).ok());
  EXPECT_EQ(fine.schema, 0);
  EXPECT_EQ(fine.positive_buckets, (std::vector<double>{13, 4}));

  FloatHistogram other = Exponential(0, 1, {10});
  ASSERT_TRUE(Add(&other, Exponential(1, 1, {1, 2, 4})).ok());
  EXPECT_TRUE(Equal(fine, other));
}

TEST(HistogramOps, NarrowZeroBucketIsWidenedToItsPopulatedNeighbours) {
  FloatHistogram wide;
  wide.zero_threshold = 1.5;  // Inside bucket (1, 2].
  wide.zero_count = 1;
  wide.count = 1;
  FloatHistogram narrow = Exponential(0, 0, {2, 3, 4});  // (0.5, 1], (1, 2], (2, 4].
  narrow.zero_threshold = 0.25;
  ASSERT_TRUE(Add(&narrow, wide).ok());
  EXPECT_EQ(narrow.zero_threshold, 2);
  EXPECT_EQ(narrow.zero_count, 6);
  EXPECT_EQ(narrow.positive_spans, (std::vector<HistogramSpan>{{2, 1}}));
  EXPECT_EQ(narrow.positive_buckets, (std::vector<double>{4}));
}

TEST(HistogramOps, MismatchedCustomBoundsAreReducedToThoseInCommon) {
  FloatHistogram a = Custom({1, 2, 4}, {1, 2, 3, 4});
  const StatusOr<CombineNotes> notes = Add(&a, Custom({1, 3, 4}, {10, 20, 30, 40}));
  ASSERT_TRUE(notes.ok());
  EXPECT_TRUE(notes->bounds_reconciled);
  EXPECT_EQ(a.custom_values, (std::vector<double>{1, 4}));
  EXPECT_EQ(a.positive_buckets, (std::vector<double>{11, 55, 44}));
}

TEST(HistogramOps, ExponentialAndCustomDoNotMix) {
  FloatHistogram a = Exponential(0, 0, {1});
  EXPECT_EQ(Add(&a, Custom({1}, {1})).status().message(), kIncompatibleSchemas);
}

TEST(HistogramOps, HintsOfBothSides) {
  using enum CounterResetHint;
  const struct {
    CounterResetHint a, b, result;
    bool collision;
  } cases[] = {{kReset, kReset, kReset, false},     {kReset, kNotReset, kUnknown, true},
               {kUnknown, kReset, kUnknown, false}, {kReset, kUnknown, kUnknown, false},
               {kGauge, kReset, kGauge, false},     {kNotReset, kGauge, kGauge, false}};
  for (const auto& c : cases) {
    FloatHistogram a, b;
    a.counter_reset_hint = c.a;
    b.counter_reset_hint = c.b;
    const StatusOr<CombineNotes> notes = Add(&a, b);
    ASSERT_TRUE(notes.ok());
    EXPECT_EQ(notes->counter_reset_collision, c.collision);
    EXPECT_EQ(a.counter_reset_hint, c.result);
  }
}

TEST(HistogramOps, CompensatedSumKeepsWhatPlainSumLoses) {
  FloatHistogram sum = Exponential(0, 0, {1e16});
  FloatHistogram compensation = CompensationFor(sum);
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(KahanAdd(&sum, Exponential(0, 0, {1}), &compensation).ok());
  ASSERT_TRUE(KahanAdd(&sum, Exponential(0, 3, {2}), &compensation).ok());
  ASSERT_TRUE(Add(&sum, compensation).ok());
  EXPECT_EQ(sum.positive_buckets, (std::vector<double>{1e16 + 10, 2}));
  EXPECT_EQ(sum.positive_spans, (std::vector<HistogramSpan>{{0, 1}, {2, 1}}));
}

TEST(HistogramOps, CompactKeepsShortGapsWhenAsked) {
  FloatHistogram a = Exponential(0, 3, {0, 1, 0, 2, 0, 0, 3, 0});
  FloatHistogram b = a;
  Compact(&a);
  EXPECT_EQ(a.positive_spans, (std::vector<HistogramSpan>{{4, 1}, {1, 1}, {2, 1}}));
  EXPECT_EQ(a.positive_buckets, (std::vector<double>{1, 2, 3}));
  Compact(&b, 1);
  EXPECT_EQ(b.positive_spans, (std::vector<HistogramSpan>{{4, 3}, {2, 1}}));
  EXPECT_EQ(b.positive_buckets, (std::vector<double>{1, 0, 2, 3}));
}

TEST(HistogramOps, DivisionByZeroDropsBuckets) {
  FloatHistogram a = Exponential(0, 0, {1});
  Div(&a, 0);
  EXPECT_TRUE(a.positive_buckets.empty());
  EXPECT_EQ(a.count, kInfinity);
  FloatHistogram b = Exponential(0, 0, {1});
  Mul(&b, -2);
  EXPECT_EQ(b.counter_reset_hint, CounterResetHint::kGauge);
  EXPECT_EQ(b.positive_buckets, (std::vector<double>{-2}));
}

TEST(HistogramOps, DetectReset) {
  const FloatHistogram base = Exponential(0, 0, {1, 2, 3});
  FloatHistogram grown = Exponential(0, 0, {1, 2, 4});
  EXPECT_FALSE(DetectReset(grown, base));
  EXPECT_TRUE(DetectReset(base, grown)) << "the count went down";
  EXPECT_TRUE(DetectReset(Exponential(0, 1, {2, 9}), base)) << "a bucket vanished";
  EXPECT_TRUE(DetectReset(Exponential(1, 0, {1, 2, 9}), base)) << "a finer schema";
  EXPECT_FALSE(DetectReset(Exponential(-1, 0, {3, 9}), base)) << "a coarser one explains itself";
  grown.counter_reset_hint = CounterResetHint::kReset;
  EXPECT_TRUE(DetectReset(grown, base));
  FloatHistogram shrunk = Exponential(0, 0, {1});
  shrunk.counter_reset_hint = CounterResetHint::kNotReset;
  EXPECT_FALSE(DetectReset(shrunk, base));
  FloatHistogram wide = Exponential(0, 2, {9});
  wide.zero_threshold = 2;
  wide.zero_count = 3;
  EXPECT_FALSE(DetectReset(wide, base)) << "the wider zero bucket took the others in";
  wide.zero_count = 2;
  wide.count = 20;
  EXPECT_TRUE(DetectReset(wide, base));
}

TEST(HistogramOps, DetectResetWithOtherCustomBounds) {
  const FloatHistogram base = Custom({1, 2, 4}, {1, 2, 3, 4});
  EXPECT_FALSE(DetectReset(Custom({2, 4}, {3, 3, 5}), base));
  EXPECT_TRUE(DetectReset(Custom({2, 4}, {2, 9, 5}), base));
  EXPECT_FALSE(DetectReset(Custom({8}, {20, 0}), Custom({4}, {1, 10}))) << "only +Inf in common";
}

TEST(HistogramOps, AllBucketsAreWalkedByValue) {
  FloatHistogram histogram = Exponential(0, 0, {1, 2});
  histogram.negative_spans = {{0, 1}, {1, 1}};
  histogram.negative_buckets = {3, 4};
  histogram.zero_threshold = 0.75;  // Cuts (0.5, 1].
  histogram.zero_count = 5;
  std::string text;
  for (AllBucketIterator it(histogram, BucketOrder::kAscending); it.Next();)
    text += ToString(it.bucket()) + " ";
  EXPECT_EQ(text, "[-4,-2):4 [-1,-0.75):3 [-0.75,0.75]:5 (0.75,1]:1 (1,2]:2 ");
  text.clear();
  for (AllBucketIterator it(histogram, BucketOrder::kDescending); it.Next();)
    text += ToString(it.bucket()) + " ";
  EXPECT_EQ(text, "(1,2]:2 (0.75,1]:1 [-0.75,0.75]:5 [-1,-0.75):3 [-4,-2):4 ");
}

TEST(HistogramOps, BoundsAtTheEndOfTheFloatRange) {
  FloatHistogram histogram = Exponential(0, 1024, {1, 2});
  std::vector<double> uppers;
  for (BucketIterator it(histogram, BucketSide::kPositive); it.Next();)
    uppers.push_back(it.bucket().upper);
  EXPECT_EQ(uppers, (std::vector<double>{std::numeric_limits<double>::max(), kInfinity}));
}

TEST(HistogramOps, TrimCutsTheBucketAcross) {
  FloatHistogram custom = Custom({0, 10, 20}, {0, 4, 8, 2});
  Trim(&custom, 15, TrimSide::kUpper);
  EXPECT_EQ(custom.count, 8);
  EXPECT_EQ(custom.positive_buckets, (std::vector<double>{4, 4}));
  EXPECT_EQ(custom.sum, 4 * 5 + 4 * 12.5);

  FloatHistogram untouched = Custom({0, 10}, {0, 4});
  untouched.sum = 17;
  Trim(&untouched, 10, TrimSide::kUpper);
  EXPECT_EQ(untouched.sum, 17) << "nothing cut, nothing estimated";

  FloatHistogram exponential = Exponential(0, 1, {2, 2});  // (1, 2], (2, 4].
  Trim(&exponential, 2, TrimSide::kLower);
  EXPECT_EQ(exponential.positive_spans, (std::vector<HistogramSpan>{{2, 1}}));
  EXPECT_EQ(exponential.count, 2);
}

TEST(HistogramOps, SpansAndCountsThatDisagreeAreWalkedAsFarAsBothGo) {
  FloatHistogram histogram;
  histogram.positive_spans = {{0, 4}, {1, 4}};
  histogram.positive_buckets = {1, 2};
  size_t buckets = 0;
  for (BucketIterator it(histogram, BucketSide::kPositive); it.Next();) ++buckets;
  for (ReverseBucketIterator it(histogram, BucketSide::kPositive); it.Next();) ++buckets;
  EXPECT_EQ(buckets, 4u);
}

}  // namespace
}  // namespace aion::model
