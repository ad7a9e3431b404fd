#include "chunk/histogram.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "base/random.h"
#include "chunk/aggregate.h"

namespace aion::chunk {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;
using model::Histogram;

const double kStale = std::bit_cast<double>(uint64_t{0x7ff0000000000002});

Histogram MakeHistogram(uint64_t step) {
  Histogram histogram;
  histogram.schema = 3;
  histogram.zero_threshold = 0x1p-128;
  histogram.zero_count = step;
  histogram.count = 20 + 10 * step;
  histogram.sum = 1.25 * static_cast<double>(step);
  histogram.positive_spans = {{-2, 2}, {3, 1}};
  histogram.negative_spans = {{0, 1}};
  const auto signed_step = static_cast<int64_t>(step);
  histogram.positive_buckets = {3 + signed_step, -1, signed_step * signed_step};
  histogram.negative_buckets = {7};
  return histogram;
}

std::string Encode(const std::vector<Histogram>& histograms, CounterResetHeader header) {
  HistogramAppender appender(header);
  for (size_t i = 0; i < histograms.size(); ++i)
    appender.Append(static_cast<int64_t>(i) * 15000 + 17, histograms[i]);
  return appender.Take();
}

TEST(HistogramTest, IntegerRoundTrip) {
  std::vector<Histogram> histograms;
  for (uint64_t i = 0; i < 50; ++i) histograms.push_back(MakeHistogram(i));
  const std::string data = Encode(histograms, CounterResetHeader::kReset);
  EXPECT_EQ(HistogramCount(Encoding::kHistogram, data), 50u);
  EXPECT_EQ(HistogramResetHeader(Encoding::kHistogram, data), CounterResetHeader::kReset);
  std::vector<TimestampMs> times;
  std::vector<Histogram> decoded;
  ASSERT_TRUE(DecodeIntegerHistograms(Encoding::kHistogram, data, &times, &decoded, nullptr).ok());
  ASSERT_EQ(decoded.size(), 50u);
  for (size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(times[i], static_cast<int64_t>(i) * 15000 + 17);
    EXPECT_EQ(decoded[i].count, histograms[i].count);
    EXPECT_EQ(decoded[i].zero_count, histograms[i].zero_count);
    EXPECT_EQ(decoded[i].sum, histograms[i].sum);
    EXPECT_EQ(decoded[i].zero_threshold, 0x1p-128);
    EXPECT_EQ(decoded[i].positive_spans, histograms[i].positive_spans);
    EXPECT_EQ(decoded[i].positive_buckets, histograms[i].positive_buckets);
    EXPECT_EQ(decoded[i].negative_buckets, histograms[i].negative_buckets);
    EXPECT_EQ(decoded[i].counter_reset_hint,
              i == 0 ? CounterResetHint::kUnknown : CounterResetHint::kNotReset);
  }
}

TEST(HistogramTest, IntegersDecodeToAbsoluteFloats) {
  const std::string data = Encode({MakeHistogram(2), MakeHistogram(5)}, CounterResetHeader::kGauge);
  std::vector<TimestampMs> times;
  std::vector<FloatHistogram> decoded;
  ASSERT_TRUE(DecodeHistograms(Encoding::kHistogram, data, &times, &decoded, nullptr).ok());
  EXPECT_EQ(decoded[1].positive_buckets, (std::vector<double>{8, 7, 32}));
  EXPECT_EQ(decoded[1].count, 70);
  EXPECT_EQ(decoded[0].counter_reset_hint, CounterResetHint::kGauge);
  EXPECT_EQ(decoded[1].counter_reset_hint, CounterResetHint::kGauge);
}

TEST(HistogramTest, StaleMarkersCarryNothing) {
  Histogram stale;
  stale.sum = kStale;
  HistogramAppender appender(CounterResetHeader::kUnknown);
  appender.Append(1, MakeHistogram(1));
  appender.Append(2, stale);
  EXPECT_FALSE(appender.SameLayout(MakeHistogram(2)));
  appender.Append(3, stale);
  std::vector<TimestampMs> times;
  std::vector<FloatHistogram> decoded;
  ASSERT_TRUE(
      DecodeHistograms(Encoding::kHistogram, appender.bytes(), &times, &decoded, nullptr).ok());
  ASSERT_EQ(decoded.size(), 3u);
  EXPECT_EQ(std::bit_cast<uint64_t>(decoded[2].sum), std::bit_cast<uint64_t>(kStale));
  EXPECT_TRUE(decoded[2].positive_buckets.empty());
  EXPECT_EQ(decoded[2].count, 0);
}

TEST(HistogramTest, FloatRoundTripWithCustomBounds) {
  Random random(3);
  std::vector<FloatHistogram> histograms;
  FloatHistogramAppender appender(CounterResetHeader::kNotReset);
  for (int i = 0; i < 40; ++i) {
    FloatHistogram histogram;
    histogram.schema = model::kCustomBucketsSchema;
    histogram.custom_values = {-1, 0.005, 0.1, 33554.43, 33554.431, 1e9, M_PI};
    histogram.positive_spans = {{0, 8}};
    for (int k = 0; k < 8; ++k) histogram.positive_buckets.push_back(random.Unit() * 100);
    histogram.count = random.Unit();
    histogram.sum = random.Unit();
    histograms.push_back(histogram);
    appender.Append(i * 60000, histogram);
  }
  std::vector<TimestampMs> times;
  std::vector<FloatHistogram> decoded;
  const Status status =
      DecodeHistograms(Encoding::kFloatHistogram, appender.bytes(), &times, &decoded, nullptr);
  ASSERT_TRUE(status.ok()) << status.ToString();
  for (size_t i = 0; i < histograms.size(); ++i) {
    EXPECT_EQ(decoded[i].custom_values, histograms[i].custom_values);
    EXPECT_EQ(decoded[i].positive_buckets, histograms[i].positive_buckets);
    EXPECT_EQ(decoded[i].count, histograms[i].count);
    EXPECT_EQ(decoded[i].sum, histograms[i].sum);
  }
}

TEST(HistogramTest, ZeroThresholds) {
  for (const double threshold : {0.0, 0x1p-243, 0x1p10, 0x1p-244, 0x1p11, 0.001, 0x1p-128}) {
    Histogram histogram;
    histogram.zero_threshold = threshold;
    const std::string data = Encode({histogram}, CounterResetHeader::kUnknown);
    std::vector<TimestampMs> times;
    std::vector<Histogram> decoded;
    ASSERT_TRUE(
        DecodeIntegerHistograms(Encoding::kHistogram, data, &times, &decoded, nullptr).ok());
    EXPECT_EQ(decoded[0].zero_threshold, threshold);
  }
}

TEST(HistogramTest, HigherResolutionsAreReduced) {
  Histogram histogram;
  histogram.schema = 9;
  histogram.positive_spans = {
      {1, 4}, {1, 1}};  // Buckets 1…4 and 6 of schema 9: 1, 1, 2, 2 and 3 of schema 8.
  histogram.positive_buckets = {1, 1, 1, 1, 1};
  const std::string data = Encode({histogram}, CounterResetHeader::kUnknown);
  std::vector<TimestampMs> times;
  std::vector<FloatHistogram> decoded;
  ASSERT_TRUE(DecodeHistograms(Encoding::kHistogram, data, &times, &decoded, nullptr).ok());
  EXPECT_EQ(decoded[0].schema, 8);
  EXPECT_EQ(decoded[0].positive_buckets, (std::vector<double>{3, 7, 5}));
  EXPECT_EQ(decoded[0].positive_spans, (std::vector<model::HistogramSpan>{{1, 3}}));
  std::vector<Histogram> integers;
  ASSERT_TRUE(DecodeIntegerHistograms(Encoding::kHistogram, data, &times, &integers, nullptr).ok());
  EXPECT_EQ(integers[0].schema, 9);
}

TEST(HistogramTest, StartTimes) {
  // A chunk of encoding 5 is one of encoding 2 with other header bytes and start times behind the
  // samples.
  HistogramAppender appender(CounterResetHeader::kUnknown);
  appender.Append(1000, MakeHistogram(1));
  std::string data = appender.Take();
  data[0] = static_cast<char>(0x40);  // Not reset, upper bits of the count.
  data[2] = 0;
  std::vector<TimestampMs> times, starts;
  std::vector<FloatHistogram> decoded;
  ASSERT_TRUE(DecodeHistograms(Encoding::kHistogramSt, data, &times, &decoded, &starts).ok());
  EXPECT_EQ(HistogramResetHeader(Encoding::kHistogramSt, data), CounterResetHeader::kNotReset);
  EXPECT_EQ(starts, (std::vector<TimestampMs>{0}));
  EXPECT_EQ(decoded.size(), 1u);
}

TEST(HistogramTest, DamagedBytesLeaveTheColumnsAsTheyWere) {
  Random random(5);
  std::vector<Histogram> histograms;
  for (uint64_t i = 0; i < 30; ++i) histograms.push_back(MakeHistogram(i));
  const std::string data = Encode(histograms, CounterResetHeader::kUnknown);
  for (size_t size = 3; size + 1 < data.size(); ++size) {
    std::vector<TimestampMs> times = {42};
    std::vector<FloatHistogram> decoded(1);
    const Status status =
        DecodeHistograms(Encoding::kHistogram, data.substr(0, size), &times, &decoded, nullptr);
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << size;
    EXPECT_EQ(times.size(), 1u);
    EXPECT_EQ(decoded.size(), 1u);
  }
  for (int round = 0; round < 3000; ++round) {
    std::string flipped = data;
    for (int k = 0; k < 3; ++k)
      flipped[random.Below(flipped.size())] ^= static_cast<char>(1 << random.Below(8));
    for (const Encoding encoding :
         {Encoding::kHistogram, Encoding::kFloatHistogram, Encoding::kHistogramSt}) {
      std::vector<TimestampMs> times;
      std::vector<FloatHistogram> decoded;
      (void)DecodeHistograms(encoding, flipped, &times, &decoded, nullptr);
    }
  }
}

TEST(AggregateTest, SplitAndJoin) {
  AggregateSlots slots;
  slots[0] = {Encoding::kXor, "count bytes"};
  slots[4] = {Encoding::kHistogram, std::string_view("\0\1\2", 3)};
  std::string data;
  AppendAggregate(slots, &data);
  StatusOr<AggregateSlots> split = SplitAggregate(data);
  ASSERT_TRUE(split.ok());
  EXPECT_EQ((*split)[0].data, "count bytes");
  EXPECT_FALSE((*split)[1].present());
  EXPECT_EQ((*split)[4].encoding, Encoding::kHistogram);
  for (size_t size = 0; size < data.size(); ++size)
    EXPECT_FALSE(SplitAggregate(data.substr(0, size)).ok()) << size;
}

TEST(EncodingTest, UnknownEncodingsAreNamed) {
  const StatusOr<size_t> count = SampleCount(static_cast<Encoding>(77), "abc");
  EXPECT_EQ(count.status().code(), StatusCode::kUnimplemented);
  EXPECT_EQ(count.status().message(), "unsupported chunk encoding 77");
}

}  // namespace
}  // namespace aion::chunk
