#include "wire/remote_read.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/random.h"
#include "wire/query_messages.h"

namespace aion::wire {
namespace {

std::shared_ptr<model::FloatHistogram> SomeHistogram() {
  auto histogram = std::make_shared<model::FloatHistogram>();
  histogram->counter_reset_hint = model::CounterResetHint::kGauge;
  histogram->schema = 2;
  histogram->zero_threshold = 0.001;
  histogram->zero_count = 2;
  histogram->count = 12;
  histogram->sum = 18.4;
  histogram->positive_spans = {{-1, 2}, {3, 1}};
  histogram->positive_buckets = {1, 2, 3};
  histogram->negative_spans = {{0, 1}};
  histogram->negative_buckets = {4};
  return histogram;
}

TimeSeries SomeSeries() {
  TimeSeries series;
  series.labels = model::Labels({{"__name__", "up"}, {"job", "a"}});
  series.samples = {{1000, 1.5}, {2000, 0}, {-5, -0.0}};
  series.histograms = {{3000, SomeHistogram()}};
  series.exemplars = {{model::Labels({{"trace_id", "abc"}}), 0.25, 1500}};
  return series;
}

TEST(TimeSeries, RoundTrips) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  EncodeTimeSeries(&writer, 1, SomeSeries());
  ProtoReader reader(bytes);
  ASSERT_TRUE(reader.Next());
  TimeSeries decoded;
  const Status status = DecodeTimeSeries(reader.Bytes(), &decoded);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(decoded.labels, SomeSeries().labels);
  ASSERT_EQ(decoded.samples.size(), 3u);
  EXPECT_EQ(decoded.samples[0].value, 1.5);
  EXPECT_TRUE(std::signbit(decoded.samples[2].value));
  EXPECT_EQ(decoded.samples[2].time, -5);
  ASSERT_EQ(decoded.histograms.size(), 1u);
  const model::FloatHistogram& h = *decoded.histograms[0].histogram;
  EXPECT_EQ(decoded.histograms[0].time, 3000);
  EXPECT_EQ(h.counter_reset_hint, model::CounterResetHint::kGauge);
  EXPECT_EQ(h.positive_spans, SomeHistogram()->positive_spans);
  EXPECT_EQ(h.positive_buckets, SomeHistogram()->positive_buckets);
  EXPECT_EQ(h.negative_buckets, SomeHistogram()->negative_buckets);
  EXPECT_EQ(h.sum, 18.4);
  ASSERT_EQ(decoded.exemplars.size(), 1u);
  EXPECT_EQ(decoded.exemplars[0].labels, SomeSeries().exemplars[0].labels);
}

TEST(TimeSeries, ReadsIntegerHistograms) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  writer.Uint64(1, 6);  // count_int
  writer.Double(3, 2.5);
  writer.Sint64(4, -1);
  writer.Uint64(6, 1);  // zero_count_int
  const size_t span = writer.Begin(11);
  writer.Uint64(2, 3);
  writer.End(span);
  for (const int64_t delta : {1, 2, -2})
    writer.Key(12, WireType::kVarint), PutVarint(&bytes, delta);
  writer.Int64(15, 77);
  model::HistogramPoint point;
  const Status status = DecodeHistogram(bytes, &point);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(point.time, 77);
  EXPECT_EQ(point.histogram->count, 6);
  EXPECT_EQ(point.histogram->schema, -1);
  EXPECT_EQ(point.histogram->positive_buckets, (std::vector<double>{1, 3, 1}));
}

TEST(TimeSeries, RefusesHistogramsThatDoNotHoldTogether) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  const size_t span = writer.Begin(11);
  writer.Uint64(2, 4'000'000'000);
  writer.End(span);
  model::HistogramPoint point;
  EXPECT_EQ(DecodeHistogram(bytes, &point).code(), StatusCode::kInvalidArgument);
}

TEST(RemoteRead, RequestsRoundTrip) {
  ReadRequest request;
  ReadQuery query;
  query.start_ms = 1;
  query.end_ms = 2;
  query.matchers = {model::Matcher::Equal("__name__", "up")};
  query.has_hints = true;
  query.step_ms = 3;
  query.function = "rate";
  query.grouping = {"a", "b"};
  query.by = true;
  request.queries = {query, query};
  request.accepted = {ReadResponseType::kStreamedXorChunks, ReadResponseType::kSamples};
  ReadRequest decoded;
  ASSERT_TRUE(Decode(Encode(request), &decoded).ok());
  EXPECT_EQ(Encode(decoded), Encode(request));
  EXPECT_EQ(decoded.accepted, request.accepted);
  EXPECT_EQ(decoded.queries[1].function, "rate");
}

TEST(RemoteRead, SampledAnswersRoundTrip) {
  ReadResponse response;
  response.results = {{SomeSeries(), SomeSeries()}, {}};
  ReadResponse decoded;
  ASSERT_TRUE(Decode(Encode(response), &decoded).ok());
  ASSERT_EQ(decoded.results.size(), 2u);
  EXPECT_EQ(decoded.results[0].size(), 2u);
  EXPECT_EQ(Encode(decoded), Encode(response));
}

std::string SomeStream(int frames) {
  std::string stream;
  for (int i = 0; i < frames; ++i) {
    ChunkedReadResponse response;
    response.query_index = i;
    const std::string data(static_cast<size_t>(i) * 100, 'd');
    response.series = {
        {model::Labels({{"i", std::to_string(i)}}), {{1, 2, 1, data}, {3, 4, 2, "h"}}}};
    AppendChunkedFrame(Encode(response), &stream);
  }
  return stream;
}

TEST(RemoteRead, CutsStreamsOfAnyPieces) {
  const std::string stream = SomeStream(20);
  for (const size_t piece : {1ul, 3ul, 7ul, 1000ul, stream.size()}) {
    ChunkedFrameReader reader(1 << 20);
    Buffer message;
    int seen = 0;
    for (size_t at = 0; at < stream.size(); at += piece) {
      reader.Add(std::string_view(stream).substr(at, piece));
      while (true) {
        const auto more = reader.Next(&message);
        ASSERT_TRUE(more.ok()) << more.status().ToString();
        if (!*more) break;
        ChunkedReadResponse response;
        ASSERT_TRUE(Decode(message.view(), &response).ok());
        EXPECT_EQ(response.query_index, seen);
        EXPECT_EQ(response.series[0].chunks[0].data.size(), static_cast<size_t>(seen) * 100);
        EXPECT_EQ(response.series[0].chunks[1].encoding, 2);
        ++seen;
      }
    }
    EXPECT_EQ(seen, 20);
    EXPECT_TRUE(reader.Finish().ok());
  }
}

TEST(RemoteRead, RefusesDamagedStreams) {
  Buffer message;
  ChunkedFrameReader cut(1 << 20);
  cut.Add(SomeStream(1).substr(0, 10));
  EXPECT_FALSE(*cut.Next(&message));
  EXPECT_EQ(cut.Finish().code(), StatusCode::kDataLoss);

  ChunkedFrameReader flipped(1 << 20);
  std::string stream = SomeStream(1);
  stream.back() = static_cast<char>(stream.back() ^ 1);
  flipped.Add(stream);
  EXPECT_EQ(flipped.Next(&message).status().code(), StatusCode::kDataLoss);

  ChunkedFrameReader large(10);
  large.Add(SomeStream(1));
  EXPECT_EQ(large.Next(&message).status().code(), StatusCode::kResourceExhausted);

  ChunkedFrameReader endless(1 << 20);
  endless.Add(std::string(20, '\xff'));
  EXPECT_EQ(endless.Next(&message).status().code(), StatusCode::kDataLoss);
}

TEST(QueryMessages, RequestsRoundTrip) {
  QueryRangeRequest range;
  range.query = "sum(rate(x[5m]))";
  range.plan_json = "{}";
  range.timeout_seconds = 30;
  range.max_resolution_seconds = 300;
  range.replica_labels = {"replica"};
  range.store_matchers = {{model::Matcher::Equal("__address__", "a")},
                          {model::Matcher::NotEqual("x", "y")}};
  range.enable_dedup = true;
  range.enable_partial_response = true;
  range.skip_chunks = true;
  range.has_shard_info = true;
  range.shard_info = {1, 2, true, {"a"}};
  range.lookback_delta_seconds = 300;
  range.engine = QueryEngine::kThanos;
  range.response_batch_size = 64;
  range.start_seconds = 10;
  range.end_seconds = 20;
  range.interval_seconds = 5;
  QueryRangeRequest decoded;
  ASSERT_TRUE(Decode(Encode(range), &decoded).ok());
  EXPECT_EQ(Encode(decoded), Encode(range));
  EXPECT_EQ(decoded.query, range.query);
  EXPECT_EQ(decoded.interval_seconds, 5);
  EXPECT_EQ(decoded.store_matchers, range.store_matchers);
  EXPECT_EQ(decoded.engine, QueryEngine::kThanos);

  QueryRequest instant;
  static_cast<QueryRequestBase&>(instant) = range;
  instant.time_seconds = 15;
  QueryRequest decoded_instant;
  ASSERT_TRUE(Decode(Encode(instant), &decoded_instant).ok());
  EXPECT_EQ(Encode(decoded_instant), Encode(instant));
  EXPECT_EQ(decoded_instant.time_seconds, 15);
  EXPECT_EQ(decoded_instant.response_batch_size, 64);
}

TEST(QueryMessages, AnswersRoundTrip) {
  QueryResponse response;
  response.series = {SomeSeries(), SomeSeries()};
  response.has_stats = true;
  response.samples_total = 5;
  response.peak_samples = 6;
  QueryResponse decoded;
  ASSERT_TRUE(Decode(Encode(response), &decoded).ok());
  EXPECT_EQ(decoded.series.size(), 2u);
  EXPECT_EQ(decoded.samples_total, 5);
  EXPECT_EQ(Encode(decoded), Encode(response));
  response = {};
  response.warning = "careful";
  ASSERT_TRUE(Decode(Encode(response), &decoded).ok());
  EXPECT_EQ(decoded.warning, "careful");
}

TEST(WireMessages, SurviveDamage) {
  ReadResponse samples;
  samples.results = {{SomeSeries()}};
  QueryResponse query;
  query.series = {SomeSeries(), SomeSeries()};
  const std::string read_bytes = Encode(samples), query_bytes = Encode(query);
  Random random(11);
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = read_bytes;
    damaged[random.Below(damaged.size())] = static_cast<char>(random.Next());
    static_cast<void>(Decode(damaged, &samples));
    damaged = query_bytes.substr(0, random.Below(query_bytes.size()));
    static_cast<void>(Decode(damaged, &query));
  }
}

}  // namespace
}  // namespace aion::wire
