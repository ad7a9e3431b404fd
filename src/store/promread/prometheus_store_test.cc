#include "store/promread/prometheus_store.h"

#include <gtest/gtest.h>

#include "base/compression.h"
#include "chunk/xor.h"
#include "testing/fake_prometheus.h"
#include "wire/remote_read.h"

namespace aion::store {
namespace {

using aion::testing::FakePrometheus;
using model::Labels;
using model::Matcher;

constexpr std::string_view kStreamed =
    "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse";

// A series as text with the number of its chunks: `{a="1"} 2`.
StatusOr<std::vector<std::string>> Drain(SeriesStream& stream) {
  std::vector<std::string> out;
  std::string last;
  size_t chunks = 0;
  SeriesFrame frame;
  const auto flush = [&] {
    if (!last.empty()) out.push_back(last + " " + std::to_string(chunks));
  };
  while (true) {
    ASSIGN_OR_RETURN(const bool more, stream.Next(&frame));
    if (!more) break;
    for (const FrameSeries& series : frame.series) {
      const std::string labels = series.labels.ToString();
      if (labels != last) {
        flush();
        last = labels;
        chunks = 0;
      }
      chunks += series.chunk_end - series.chunk_begin;
    }
  }
  flush();
  return out;
}

class PrometheusStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    state_.external_labels = Labels{{"cluster", "eu"}, {"replica", "a"}};
    state_.version = "2.53.0";
    state_.min_time = 1000;
    state_.known = state_.up = true;
    fake_.SetData("/api/v1/labels", R"(["__name__","job"])");
    request_.range = {0, 5000};
    request_.matchers = {Matcher::Equal("__name__", "up")};
    auto client = std::make_shared<promclient::PrometheusClient>(
        std::make_shared<net::HttpClient>(net::HttpClientConfig()),
        promclient::PrometheusClientOptions{.base_url = fake_.url()});
    store_ = std::make_unique<PrometheusStore>(
        client, [this] { return state_; }, telemetry::Logger(), registry_,
        PrometheusStoreOptions{std::chrono::milliseconds(0)});
  }

  // Answers remote reads with these series, one a frame, and keeps the request.
  void Serve(std::vector<Labels> series, size_t chunks_each = 1) {
    std::string body;
    for (const Labels& labels : series) {
      wire::ChunkedReadResponse response;
      response.series.push_back({labels, {}});
      for (size_t i = 0; i < chunks_each; ++i)
        response.series[0].chunks.push_back({1000, 2000, 1, "chunk"});
      wire::AppendChunkedFrame(wire::Encode(response), &body);
    }
    fake_.SetHandler(
        "/api/v1/read", [this, body](const net::Request& http, net::ResponseWriter& response) {
          EXPECT_TRUE(wire::Decode(*SnappyDecompress(http.body, 1 << 20), &read_).ok());
          response.headers().Set("Content-Type", std::string(kStreamed));
          response.Send(body);
        });
  }
  StatusOr<std::vector<std::string>> Series() {
    ASSIGN_OR_RETURN(auto stream, store_->Series(request_, {}));
    return Drain(*stream);
  }
  std::vector<std::string> GoodSeries() {
    auto series = Series();
    EXPECT_TRUE(series.ok()) << series.status().ToString();
    return series.ok() ? *series : std::vector<std::string>();
  }

  FakePrometheus fake_;
  promclient::SidecarSnapshot state_;
  SeriesRequest request_;
  wire::ReadRequest read_;
  telemetry::Registry registry_;
  std::unique_ptr<PrometheusStore> store_;
};

TEST_F(PrometheusStoreTest, StreamsWithExternalLabels) {
  Serve({Labels{{"__name__", "up"}, {"cluster", "eu"}, {"replica", "a"}},
         Labels{{"__name__", "up"}, {"cluster", "eu"}, {"job", "1"}, {"replica", "a"}},
         Labels{{"__name__", "up"}, {"cluster", "eu"}, {"job", "1"}, {"replica", "a"}}});
  request_.matchers.push_back(Matcher::Equal("cluster", "eu"));
  EXPECT_EQ(GoodSeries(),
            (std::vector<std::string>{R"({__name__="up", cluster="eu", job="1", replica="a"} 2)",
                                      R"({__name__="up", cluster="eu", replica="a"} 1)"}));
  ASSERT_EQ(read_.queries.size(), 1u);
  EXPECT_EQ(read_.queries[0].matchers.size(), 1u);
  EXPECT_EQ(read_.queries[0].start_ms, 1000);
  EXPECT_EQ(read_.queries[0].end_ms, 5000);
  EXPECT_NE(registry_.Expose(telemetry::ExpositionFormat::kText)
                .find("prometheus_store_received_frames_sum 3"),
            std::string::npos);
}

TEST_F(PrometheusStoreTest, DecidesExternalMatchersItself) {
  Serve({Labels{{"__name__", "up"}}});
  request_.matchers.push_back(Matcher::Equal("cluster", "us"));
  EXPECT_TRUE(GoodSeries().empty());
  EXPECT_EQ(fake_.CountRequests("/api/v1/read"), 0u);
  request_.matchers = {Matcher::Equal("cluster", "eu")};
  const auto refused = Series();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(refused.status().message(), "no matchers specified (excluding external labels)");
}

TEST_F(PrometheusStoreTest, AsksNothingBeforeItsMinTime) {
  Serve({Labels{{"__name__", "up"}}});
  request_.range = {0, 999};
  EXPECT_TRUE(GoodSeries().empty());
  EXPECT_EQ(fake_.CountRequests("/api/v1/read"), 0u);
}

TEST_F(PrometheusStoreTest, SortsSeriesWithNativeExternalAndReplicaNames) {
  fake_.SetData("/api/v1/labels", R"(["__name__","cluster","replica","job"])");
  Serve({Labels{{"__name__", "up"}, {"cluster", "0"}, {"job", "2"}, {"replica", "a"}},
         Labels{{"__name__", "up"}, {"cluster", "1"}, {"job", "1"}, {"replica", "a"}},
         Labels{{"__name__", "up"}, {"cluster", "eu"}, {"job", "0"}, {"replica", "0"}},
         Labels{{"__name__", "up"}, {"cluster", "eu"}, {"job", "0"}, {"replica", "9"}}});
  request_.without_replica_labels = {"replica"};
  EXPECT_EQ(GoodSeries(),
            (std::vector<std::string>{R"({__name__="up", cluster="eu", job="0"} 2)",
                                      R"({__name__="up", cluster="eu", job="1"} 1)",
                                      R"({__name__="up", cluster="eu", job="2"} 1)"}));
}

TEST_F(PrometheusStoreTest, SortsWhenLabelNamesCannotBeLearnt) {
  fake_.Remove("/api/v1/labels");
  Serve({Labels{{"__name__", "up"}, {"cluster", "0"}, {"job", "2"}},
         Labels{{"__name__", "up"}, {"cluster", "1"}, {"job", "1"}}});
  EXPECT_EQ(GoodSeries().size(), 2u);
}

TEST_F(PrometheusStoreTest, ShardsAndLimits) {
  std::vector<Labels> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(Labels{{"__name__", "up"}, {"job", std::to_string(100 + i)}});
  Serve(all);
  request_.shard.total_shards = 2;
  request_.shard.by = true;
  request_.shard.labels = {"job"};
  const size_t first = GoodSeries().size();
  request_.shard.shard_index = 1;
  const size_t second = GoodSeries().size();
  EXPECT_EQ(first + second, 20u);
  EXPECT_GT(first, 0u);
  EXPECT_GT(second, 0u);
  request_.shard = {};
  request_.limit = 3;
  EXPECT_EQ(GoodSeries().size(), 3u);
}

TEST_F(PrometheusStoreTest, ManySeriesInBoundedFrames) {
  std::vector<Labels> all;
  for (int i = 0; i < 5000; ++i)
    all.push_back(Labels{
        {"__name__", "up"}, {"job", std::to_string(10000 + i)}, {"x", std::string(300, 'x')}});
  Serve(all);
  MemoryAccountant accountant;
  RequestContext context;
  context.accountant = &accountant;
  {
    auto stream = store_->Series(request_, context);
    ASSERT_TRUE(stream.ok());
    size_t count = 0;
    SeriesFrame frame;
    while (*(*stream)->Next(&frame)) {
      count += frame.series.size();
      size_t bytes = 0;
      for (const FrameSeries& series : frame.series) bytes += series.labels.packed().size();
      EXPECT_LT(bytes, size_t{2} << 20);
    }
    EXPECT_EQ(count, all.size());
  }
  EXPECT_EQ(accountant.used_bytes(), 0u);
  EXPECT_GT(accountant.peak_bytes(), 0u);
}

TEST_F(PrometheusStoreTest, ReencodesSamples) {
  wire::ReadResponse response;
  response.results.resize(1);
  wire::TimeSeries many, few, none;
  many.labels = Labels{{"__name__", "up"}, {"job", "b"}};
  for (int i = 0; i < 250; ++i) many.samples.push_back({1000 + i, static_cast<double>(i)});
  few.labels = Labels{{"__name__", "up"}, {"job", "a"}};
  few.samples.push_back({1500, 7});
  none.labels = Labels{{"__name__", "up"}, {"job", "c"}};
  response.results[0] = {many, few, none};
  fake_.SetAnswer("/api/v1/read", 200, "application/x-protobuf",
                  SnappyCompress(wire::Encode(response)));
  EXPECT_EQ(GoodSeries(),
            (std::vector<std::string>{R"({__name__="up", cluster="eu", job="a", replica="a"} 1)",
                                      R"({__name__="up", cluster="eu", job="b", replica="a"} 3)"}));
  auto stream = store_->Series(request_, {});
  SeriesFrame frame;
  ASSERT_TRUE(*(*stream)->Next(&frame));
  const series::EncodedChunk& last = frame.chunks.back();
  EXPECT_EQ(last.min_time, 1240);
  EXPECT_EQ(last.max_time, 1249);
  std::vector<TimestampMs> times(10);
  std::vector<double> values(10);
  ASSERT_EQ(chunk::XorCount(last.data), 10u);
  ASSERT_TRUE(chunk::DecodeXor(last.data, 10, times.data(), values.data()).ok());
  EXPECT_EQ(times[9], 1249);
  EXPECT_EQ(values[9], 249);
}

TEST_F(PrometheusStoreTest, FailsWithTheServersReason) {
  fake_.SetAnswer("/api/v1/read", 500, "text/plain", "exceeded sample limit (10)");
  const auto series = Series();
  ASSERT_FALSE(series.ok());
  EXPECT_NE(series.status().message().find("query Prometheus: request failed with code 500"),
            std::string_view::npos)
      << series.status().ToString();
  wire::ChunkedReadResponse response;
  response.series.push_back({Labels{{"a", "1"}}, {{1, 2, 9, "?"}}});
  std::string body;
  wire::AppendChunkedFrame(wire::Encode(response), &body);
  fake_.SetAnswer("/api/v1/read", 200, std::string(kStreamed), body);
  EXPECT_EQ(Series().status().code(), StatusCode::kUnimplemented);
  body.clear();
  wire::AppendChunkedFrame("\x0a\xff\xff", &body);
  fake_.SetAnswer("/api/v1/read", 200, std::string(kStreamed), body);
  EXPECT_EQ(Series().status().code(), StatusCode::kInvalidArgument);
}

TEST_F(PrometheusStoreTest, SkipsChunksOverTheSeriesApi) {
  fake_.SetData(
      "/api/v1/series",
      R"([{"__name__":"up","job":"b","replica":"own"},{"__name__":"up","job":"a"},{"__name__":"up","job":"b"}])");
  request_.skip_chunks = true;
  request_.limit = 10;
  request_.without_replica_labels = {"replica"};
  EXPECT_EQ(GoodSeries(),
            (std::vector<std::string>{R"({__name__="up", cluster="eu", job="a"} 0)",
                                      R"({__name__="up", cluster="eu", job="b"} 0)"}));
  EXPECT_EQ(fake_.requests().back(),
            "GET /api/v1/series end=5 limit=10 match[]={__name__=\"up\"} start=1");
}

TEST_F(PrometheusStoreTest, LabelNames) {
  LabelNamesRequest request;
  request.matchers = {Matcher::Equal("job", "a")};
  EXPECT_EQ(store_->LabelNames(request, {})->values,
            (std::vector<std::string>{"__name__", "cluster", "job", "replica"}));
  request.without_replica_labels = {"replica"};
  EXPECT_EQ(store_->LabelNames(request, {})->values,
            (std::vector<std::string>{"__name__", "cluster", "job"}));
  fake_.SetData("/api/v1/labels", "[]");
  EXPECT_TRUE(store_->LabelNames(request, {})->values.empty());
  request.matchers.push_back(Matcher::Equal("cluster", "us"));
  EXPECT_TRUE(store_->LabelNames(request, {})->values.empty());
  // An old Prometheus cannot be asked with matchers.
  state_.version = "2.20.0";
  request.matchers = {Matcher::Equal("job", "a")};
  fake_.SetData("/api/v1/series", R"([{"job":"a","x":"1"},{"job":"a","y":"1"}])");
  EXPECT_EQ(store_->LabelNames(request, {})->values,
            (std::vector<std::string>{"cluster", "job", "x", "y"}));
}

TEST_F(PrometheusStoreTest, LabelValues) {
  LabelValuesRequest request;
  EXPECT_EQ(store_->LabelValues(request, {}).status().message(),
            "label name parameter cannot be empty");
  request.label = "job";
  fake_.SetData("/api/v1/label/job/values", R"(["b","a"])");
  EXPECT_EQ(store_->LabelValues(request, {})->values, (std::vector<std::string>{"a", "b"}));
  request.limit = 1;
  EXPECT_EQ(store_->LabelValues(request, {})->values, (std::vector<std::string>{"a"}));
  request.limit = 0;
  request.label = "cluster";
  EXPECT_EQ(store_->LabelValues(request, {})->values, (std::vector<std::string>{"eu"}));
  request.matchers = {Matcher::Equal("job", "none")};
  fake_.SetData("/api/v1/series", "[]");
  EXPECT_TRUE(store_->LabelValues(request, {})->values.empty());
  fake_.SetData("/api/v1/series", R"([{"job":"none"}])");
  EXPECT_EQ(store_->LabelValues(request, {})->values, (std::vector<std::string>{"eu"}));
  request.without_replica_labels = {"cluster"};
  EXPECT_TRUE(store_->LabelValues(request, {})->values.empty());
  state_.version = "0";
  request.without_replica_labels = {};
  request.label = "job";
  EXPECT_EQ(store_->LabelValues(request, {})->values, (std::vector<std::string>{"none"}));
}

TEST_F(PrometheusStoreTest, AnnouncesItself) {
  const StoreInfo info = store_->Info();
  EXPECT_EQ(info.min_time, 1000);
  EXPECT_EQ(info.max_time, kTimestampMax);
  EXPECT_TRUE(info.supports_sharding && info.supports_without_replica_labels);
  ASSERT_EQ(info.label_sets.size(), 1u);
  ASSERT_EQ(info.tsdb_infos.size(), 1u);
  EXPECT_EQ(info.tsdb_infos[0].labels, state_.external_labels);
}

}  // namespace
}  // namespace aion::store
