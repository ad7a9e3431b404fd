// PrometheusStore and SidecarState against a real Prometheus. Skipped, with a word, when there is
// none.

#include "testing/real_prometheus.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "chunk/xor.h"
#include "promclient/reload_trigger.h"
#include "promclient/sidecar_state.h"
#include "store/promread/prometheus_store.h"
#include "testing/fake_prometheus.h"

namespace aion::store {
namespace {

using model::Labels;
using model::Matcher;

// Metrics whose labels are prefixes of others and carry external names by themselves.
constexpr std::string_view kMetrics = R"(# TYPE plain gauge
plain 1
plain{app="a"} 1
plain{app="a",zone="1"} 1
plain{app="b"} 1
# TYPE native gauge
native{app="1",cluster="zzz"} 1
native{app="2",cluster="aaa"} 1
native{app="3",replica="5"} 1
native{app="4"} 1
)";

class RealPrometheusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::RealPrometheus::Find().empty()) {
      GTEST_SKIP() << "no prometheus binary: set AION_TEST_PROMETHEUS to run this test";
    }
    target_.SetAnswer("/metrics", 200, "text/plain; version=0.0.4", std::string(kMetrics));
    prometheus_ = std::make_unique<testing::RealPrometheus>(
        ::testing::TempDir() + "real_prometheus_" + std::to_string(getpid()),
        "global:\n  scrape_interval: 1s\n  external_labels: {cluster: real, replica: \"0\"}\n"
        "scrape_configs:\n- job_name: j\n  honor_labels: true\n  static_configs:\n  - targets: "
        "[\"" +
            target_.url().substr(7) + "\"]\n");
    ASSERT_TRUE(prometheus_->WaitReady());
    client_ = std::make_shared<promclient::PrometheusClient>(
        std::make_shared<net::HttpClient>(net::HttpClientConfig()),
        promclient::PrometheusClientOptions{.base_url = prometheus_->url()});
    promclient::SidecarStateOptions options;
    options.get_config_interval = std::chrono::milliseconds(100);
    options.flags = promclient::FlagsRequirement{};
    state_ = std::make_unique<promclient::SidecarState>(options, client_, telemetry::Logger(),
                                                        registry_);
    CancelSource limit(CancelToken::Clock::now() + std::chrono::seconds(30));
    ASSERT_TRUE(state_->WaitForPrometheus(limit.Token()).ok());
    store_ = std::make_unique<PrometheusStore>(
        client_, [this] { return state_->Get(); }, telemetry::Logger(), registry_);
    WaitForSamples();
  }

  // Two scrapes, so that there are chunks with something in them.
  void WaitForSamples() {
    for (int i = 0; i < 200; ++i) {
      const auto answer =
          client_->Query("min(count_over_time(plain[1m]))", Clock::System().NowMs(), {}, {});
      if (answer.ok()) {
        const auto& vector = std::get<model::Vector>(answer->value);
        if (!vector.empty() && vector[0].value >= 2) return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    FAIL() << "no samples were scraped";
  }

  struct Result {
    std::vector<std::string> labels;
    size_t samples = 0;
  };
  Result Read(const std::vector<std::string>& replicas, bool skip_chunks = false) {
    SeriesRequest request;
    request.range = {0, Clock::System().NowMs()};
    request.matchers = {*Matcher::Create(model::MatchType::kRegex, "__name__", "plain|native")};
    request.without_replica_labels = replicas;
    request.skip_chunks = skip_chunks;
    Result result;
    auto stream = store_->Series(request, {});
    EXPECT_TRUE(stream.ok()) << stream.status().ToString();
    SeriesFrame frame;
    std::string last;
    while (true) {
      const auto more = (*stream)->Next(&frame);
      EXPECT_TRUE(more.ok()) << more.status().ToString();
      if (!more.ok() || !*more) return result;
      for (const FrameSeries& series : frame.series) {
        EXPECT_LE(Compare(model::LabelsView(last), series.labels), 0);
        if (last != series.labels.packed()) result.labels.push_back(series.labels.ToMetricString());
        last = series.labels.packed();
        for (uint32_t i = series.chunk_begin; i < series.chunk_end; ++i) {
          EXPECT_EQ(frame.chunks[i].encoding, series::Encoding::kXor);
          result.samples += chunk::XorCount(frame.chunks[i].data);
        }
      }
    }
  }

  testing::FakePrometheus target_;
  std::unique_ptr<testing::RealPrometheus> prometheus_;
  std::shared_ptr<promclient::PrometheusClient> client_;
  telemetry::Registry registry_;
  std::unique_ptr<promclient::SidecarState> state_;
  std::unique_ptr<PrometheusStore> store_;
};

TEST_F(RealPrometheusTest, ServesItsSeriesSortedAsShown) {
  const std::string rest = ", instance=\"" + target_.url().substr(7) + "\", job=\"j\"";
  const std::vector<std::string> without_replica = {
      "native{app=\"1\", cluster=\"real\"" + rest + "}",
      "native{app=\"2\", cluster=\"real\"" + rest + "}",
      "native{app=\"3\", cluster=\"real\"" + rest + "}",
      "native{app=\"4\", cluster=\"real\"" + rest + "}",
      "plain{app=\"a\", cluster=\"real\"" + rest + "}",
      "plain{app=\"a\", cluster=\"real\"" + rest + ", zone=\"1\"}",
      "plain{app=\"b\", cluster=\"real\"" + rest + "}",
      "plain{cluster=\"real\"" + rest + "}"};
  const Result result = Read({"replica"});
  EXPECT_EQ(result.labels, without_replica);
  EXPECT_GE(result.samples, 16u);
  EXPECT_EQ(Read({"replica"}, /*skip_chunks=*/true).labels, without_replica);
  EXPECT_EQ(Read({}).labels.size(), 8u);
  EXPECT_EQ(Read({"app", "replica"}).labels.size(), 3u);
}

TEST_F(RealPrometheusTest, TellsLabelsAndSurvivesARestart) {
  LabelValuesRequest values;
  values.label = "app";
  values.matchers = {Matcher::Equal("__name__", "plain")};
  EXPECT_EQ(store_->LabelValues(values, {})->values, (std::vector<std::string>{"a", "b"}));
  LabelNamesRequest names;
  names.matchers = values.matchers;
  EXPECT_EQ(store_->LabelNames(names, {})->values,
            (std::vector<std::string>{"__name__", "app", "cluster", "instance", "job", "replica",
                                      "zone"}));
  EXPECT_TRUE(promclient::MakeHttpReload(client_)->Trigger({}).ok());
  prometheus_->Stop();
  EXPECT_FALSE(state_->Refresh({}).ok());
  EXPECT_EQ(store_->LabelNames(names, {}).status().code(), StatusCode::kUnavailable);
  prometheus_->Start();
  ASSERT_TRUE(prometheus_->WaitReady());
  EXPECT_TRUE(state_->Refresh({}).ok());
  EXPECT_EQ(Read({}).labels.size(), 8u);
}

}  // namespace
}  // namespace aion::store
