#include "series/decode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <limits>

#include "chunk/xor.h"

namespace aion::series {
namespace {

using Points = std::vector<std::pair<TimestampMs, double>>;

/// Chunks with the bytes they view.
class Chunks {
 public:
  Chunks& Add(const Points& points, Aggregate aggregate = Aggregate::kRaw, TimestampMs min = -1,
              TimestampMs max = -1) {
    chunk::XorAppender appender;
    for (const auto& [time, value] : points) appender.Append(time, value);
    bytes_.push_back(appender.Take());
    chunks_.push_back({min >= 0 ? min : points.front().first, max >= 0 ? max : points.back().first,
                       bytes_.back(), Encoding::kXor, aggregate});
    return *this;
  }
  Chunks& AddBytes(std::string bytes, TimestampMs min, TimestampMs max) {
    bytes_.push_back(std::move(bytes));
    chunks_.push_back({min, max, bytes_.back(), Encoding::kXor, Aggregate::kRaw});
    return *this;
  }
  const std::vector<EncodedChunk>& chunks() const { return chunks_; }

 private:
  std::deque<std::string> bytes_;
  std::vector<EncodedChunk> chunks_;
};

Points Decode(const Chunks& chunks, const DecodeOptions& options,
              SampleColumns* columns = nullptr) {
  DecodeScratch scratch;
  SampleColumns own;
  SampleColumns& out = columns != nullptr ? *columns : own;
  const Status status = DecodeSeries(chunks.chunks(), options, &scratch, &out);
  EXPECT_TRUE(status.ok()) << status.ToString();
  Points points;
  for (size_t i = 0; i < out.times.size(); ++i) points.emplace_back(out.times[i], out.values[i]);
  return points;
}

TEST(DecodeSeries, ConcatenatesAndReusesColumns) {
  SampleColumns columns;
  columns.histograms.resize(3);
  columns.histogram_times.resize(3);
  Chunks chunks;
  chunks.Add({{0, 1}, {10, 2}}).Add({{20, 3}, {30, 4}});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Decode(chunks, {}, &columns), (Points{{0, 1}, {10, 2}, {20, 3}, {30, 4}}));
    EXPECT_TRUE(columns.histograms.empty());
  }
  Chunks shorter;
  shorter.Add({{5, 7}});
  EXPECT_EQ(Decode(shorter, {}, &columns), (Points{{5, 7}}));
}

TEST(DecodeSeries, DropsWhatOverlappingChunksRepeat) {
  Chunks chunks;
  chunks.Add({{0, 1}, {10, 2}, {20, 3}})
      .Add({{10, 20}, {20, 30}, {30, 40}})
      .Add({{15, 0}, {25, 0}});
  EXPECT_EQ(Decode(chunks, {}), (Points{{0, 1}, {10, 2}, {20, 3}, {30, 40}}));
}

TEST(DecodeSeries, SplitsReplicasAndDeduplicates) {
  Chunks chunks;  // Two replicas, 1 ms apart, each of two chunks.
  chunks.Add({{0, 1}, {10000, 2}})
      .Add({{1, 100}, {10001, 200}})
      .Add({{20000, 3}, {30000, 4}})
      .Add({{20001, 300}, {30001, 400}});
  DecodeOptions options;
  options.deduplicate = true;
  EXPECT_EQ(Decode(chunks, options), (Points{{0, 1}, {10000, 2}, {20000, 3}, {30000, 4}}));
  options.dedup_function = DedupFunction::kChain;
  EXPECT_EQ(Decode(chunks, options).size(), 8u);
  // Outside the range a sample must not lead: the second replica has the first sample in it.
  options.dedup_function = DedupFunction::kPenalty;
  options.range = {1, 40000};
  EXPECT_EQ(Decode(chunks, options).front(), (std::pair<TimestampMs, double>{1, 100}));
}

TEST(DecodeSeries, ReadsTheAggregateTheQueryAsksFor) {
  Chunks chunks;
  chunks.Add({{100, 4}, {200, 2}}, Aggregate::kCount, 100, 200)
      .Add({{100, 8}, {200, 10}}, Aggregate::kSum, 100, 200)
      .Add({{100, 1}, {200, 3}}, Aggregate::kMin, 100, 200)
      .Add({{100, 5}, {200, 7}}, Aggregate::kMax, 100, 200);
  struct Case {
    std::string_view function;
    Points points;
  };
  const Case cases[] = {{"", {{100, 2}, {200, 5}}},
                        {"sum", {{100, 2}, {200, 5}}},
                        {"sum_over_time", {{100, 8}, {200, 10}}},
                        {"count_over_time", {{100, 4}, {200, 2}}},
                        {"count", {{100, 4}, {200, 2}}},
                        {"min_over_time", {{100, 1}, {200, 3}}},
                        {"max", {{100, 5}, {200, 7}}}};
  for (const Case& c : cases) {
    DecodeOptions options;
    options.aggregate = ChooseAggregate(c.function);
    EXPECT_EQ(Decode(chunks, options), c.points) << c.function;
  }
  DecodeScratch scratch;
  SampleColumns out;
  DecodeOptions counter;
  counter.aggregate = ChooseAggregate("rate");
  EXPECT_EQ(DecodeSeries(chunks.chunks(), counter, &scratch, &out).code(),
            StatusCode::kInvalidArgument);
}

TEST(DecodeSeries, CounterChunksBecomeARunningTotal) {
  // The last sample of a counter chunk repeats its time with the true last value: 50 after 40, so
  // 10 is a reset.
  Chunks chunks;
  chunks.Add({{100, 10}, {200, 40}, {200, 50}}, Aggregate::kCounter, 100, 200)
      .Add({{300, 10}, {400, 20}, {400, 20}}, Aggregate::kCounter, 300, 400);
  DecodeOptions options;
  options.aggregate = AggregateChoice::kCounter;
  EXPECT_EQ(Decode(chunks, options), (Points{{100, 10}, {200, 40}, {300, 50}, {400, 60}}));
}

TEST(DecodeSeries, OneReplicasRawCounterStaysAsItIs) {
  Chunks raw;
  raw.Add({{100, 10}, {200, 5}});
  DecodeOptions options;
  options.aggregate = AggregateChoice::kCounter;
  options.deduplicate = true;
  options.counter_function = true;
  EXPECT_EQ(Decode(raw, options), (Points{{100, 10}, {200, 5}}));
}

TEST(DecodeSeries, ReplicasOfACounterAreTotalsWithoutNans) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Chunks chunks;
  chunks.Add({{0, 10}, {10000, nan}, {20000, 4}}).Add({{1, 10}, {10001, 12}, {20001, 4}});
  DecodeOptions options;
  options.aggregate = AggregateChoice::kCounter;
  options.deduplicate = true;
  options.counter_function = true;
  EXPECT_EQ(Decode(chunks, options), (Points{{0, 10}, {10001, 12}, {20001, 16}}));
}

TEST(DecodeSeries, BadBytesNameTheChunk) {
  Chunks chunks;
  chunks.Add({{0, 1}}).AddBytes(std::string("\x00\x05\x01", 3), 10, 20);
  DecodeScratch scratch;
  SampleColumns out;
  const Status status = DecodeSeries(chunks.chunks(), {}, &scratch, &out);
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("chunk of times 10 to 20"), std::string::npos)
      << status.ToString();
}

// Memory follows the bytes there are, not the samples they claim.
TEST(DecodeSeries, RefusesClaimsThatItsBytesCannotHold) {
  Chunks chunks;
  for (int i = 0; i < 3; ++i) chunks.AddBytes(std::string("\xff\xff\x01", 3), 10 * i, 10 * i + 9);
  DecodeScratch scratch;
  SampleColumns out;
  const Status status = DecodeSeries(chunks.chunks(), {}, &scratch, &out);
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("3 bytes, 65535 samples claimed"), std::string::npos)
      << status.ToString();
  EXPECT_LT(out.times.capacity(), 65535u);
}

TEST(DecodeSeries, LimitsTheReplicasOfASeries) {
  Chunks chunks;
  for (size_t i = 0; i < kReplicasMax; ++i) chunks.Add({{0, 1}, {1000, 2}});
  DecodeOptions options;
  options.deduplicate = true;
  EXPECT_EQ(Decode(chunks, options), (Points{{0, 1}, {1000, 2}}));
  chunks.Add({{0, 1}, {1000, 2}});
  DecodeScratch scratch;
  SampleColumns out;
  EXPECT_EQ(DecodeSeries(chunks.chunks(), options, &scratch, &out).code(),
            StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace aion::series
