#include "promclient/sidecar_state.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "base/env.h"
#include "testing/fake_prometheus.h"

namespace aion::promclient {
namespace {

using aion::testing::FakePrometheus;
using std::chrono::milliseconds;

constexpr DurationMs kHour = 3600 * 1000;

TEST(CheckFlags, SaysWhatUpstreamSays) {
  struct Case {
    PrometheusFlags flags;
    FlagsRequirement requirement;
    std::string_view error;
    size_t warnings;
  };
  const PrometheusFlags equal{.min_block_duration_ms = 2 * kHour,
                              .max_block_duration_ms = 2 * kHour};
  const PrometheusFlags unequal{.min_block_duration_ms = 2 * kHour,
                                .max_block_duration_ms = 36 * kHour};
  PrometheusFlags delayed = unequal;
  delayed.delay_compact_file = "data/./thanos.shipper.json";
  PrometheusFlags hourly{.min_block_duration_ms = kHour, .max_block_duration_ms = kHour};
  for (const Case& c : {
           Case{equal, {}, "", 0},
           Case{unequal,
                {},
                "found that TSDB Max time is 1d12h and Min time is 2h. Compaction needs to be "
                "disabled",
                0},
           Case{unequal, {.ignore_unequal_block_size = true}, "", 1},
           Case{delayed, {.tsdb_path = "data"}, "", 0},
           Case{delayed, {.tsdb_path = "other"}, "they must both use the same path", 0},
           Case{hourly, {}, "", 1},
       }) {
    std::vector<std::string> warnings;
    const Status status = CheckFlags(c.flags, c.requirement, &warnings);
    EXPECT_EQ(status.ok(), c.error.empty()) << status.ToString();
    EXPECT_NE(status.message().find(c.error), std::string_view::npos) << status.ToString();
    EXPECT_EQ(warnings.size(), c.warnings);
  }
}

TEST(CheckWalDirectory, WantsADirectory) {
  const std::string path = ::testing::TempDir() + "wal_check_" + std::to_string(getpid());
  ASSERT_TRUE(Env::Posix().MakeDirectories(path).ok());
  EXPECT_FALSE(CheckWalDirectory(path).ok());
  ASSERT_TRUE(Env::Posix().MakeDirectories(path + "/wal").ok());
  EXPECT_TRUE(CheckWalDirectory(path).ok());
  EXPECT_TRUE(Env::Posix().RemoveAll(path).ok());
}

class SidecarStateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.get_config_interval = milliseconds(10);
    options_.get_config_timeout = milliseconds(2000);
  }
  void SetLabels(const std::string& value) {
    fake_.SetData("/api/v1/status/config",
                  R"({"yaml":"global: {external_labels: {cluster: )" + value + "}}\"}");
  }
  void SetLowest(const std::string& seconds) {
    fake_.SetAnswer("/metrics", 200, "text/plain",
                    "prometheus_tsdb_lowest_timestamp_seconds " + seconds + "\n");
  }
  std::unique_ptr<SidecarState> Make() {
    auto client = std::make_shared<PrometheusClient>(
        std::make_shared<net::HttpClient>(net::HttpClientConfig()),
        PrometheusClientOptions{.base_url = fake_.url()});
    return std::make_unique<SidecarState>(options_, client, telemetry::Logger(), registry_);
  }
  bool IsUpMetric(int value) const {
    return registry_.Expose(telemetry::ExpositionFormat::kText)
               .find("thanos_sidecar_prometheus_up " + std::to_string(value) + "\n") !=
           std::string::npos;
  }

  FakePrometheus fake_;
  SidecarStateOptions options_;
  telemetry::Registry registry_;
};

TEST_F(SidecarStateTest, WaitsForAPrometheusThatIsNotThereYet) {
  auto state = Make();
  EXPECT_FALSE(state->Get().known);
  fake_.Stop();
  Status waited;
  std::thread thread([&] { waited = state->WaitForPrometheus({}); });
  std::this_thread::sleep_for(milliseconds(50));
  fake_.SetData("/api/v1/status/buildinfo", R"({"version":"2.53.0"})");
  SetLowest("10");
  SetLabels("eu");
  fake_.Restart();
  thread.join();
  ASSERT_TRUE(waited.ok()) << waited.ToString();
  const SidecarSnapshot now = state->Get();
  EXPECT_TRUE(now.up);
  EXPECT_EQ(now.external_labels, (model::Labels{{"cluster", "eu"}}));
  EXPECT_EQ(now.min_time, 10'000);
  EXPECT_EQ(now.max_time, kTimestampMax);
  EXPECT_TRUE(now.LabelCallsTakeMatchers());
  EXPECT_TRUE(IsUpMetric(1));
}

TEST_F(SidecarStateTest, NoExternalLabelsIsFinal) {
  SetLowest("10");
  fake_.SetData("/api/v1/status/config", R"({"yaml":"global: {}"})");
  const Status status = Make()->WaitForPrometheus({});
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("no external labels configured on Prometheus server"),
            std::string_view::npos);
}

TEST_F(SidecarStateTest, KeepsWhatItKnowsThroughARestartAndLearnsChanges) {
  SetLowest("10");
  SetLabels("eu");
  options_.min_time = [] { return TimestampMs{12'000}; };
  auto state = Make();
  ASSERT_TRUE(state->WaitForPrometheus({}).ok());
  EXPECT_EQ(state->Get().version, "0");
  EXPECT_FALSE(state->Get().LabelCallsTakeMatchers());
  EXPECT_EQ(state->Get().min_time, 12'000);
  fake_.Stop();
  EXPECT_FALSE(state->Refresh({}).ok());
  EXPECT_FALSE(state->Get().up);
  EXPECT_TRUE(IsUpMetric(0));
  EXPECT_EQ(state->Get().external_labels, (model::Labels{{"cluster", "eu"}}));
  SetLabels("us");
  SetLowest("20");
  fake_.SetData("/api/v1/status/buildinfo", R"({"version":"3.1.0"})");
  fake_.Restart();
  ASSERT_TRUE(state->Refresh({}).ok());
  EXPECT_TRUE(state->Get().up);
  EXPECT_EQ(state->Get().external_labels, (model::Labels{{"cluster", "us"}}));
  EXPECT_EQ(state->Get().min_time, 20'000);
  EXPECT_EQ(state->Get().version, "3.1.0");
}

TEST_F(SidecarStateTest, ServersThatDoNotTellTheirRangeAreServedFromMinTime) {
  fake_.SetAnswer("/metrics", 200, "text/plain", "up 1\n");
  SetLabels("eu");
  auto state = Make();
  ASSERT_TRUE(state->WaitForPrometheus({}).ok());
  EXPECT_EQ(state->Get().min_time, kTimestampMin);
}

TEST_F(SidecarStateTest, RunReportsHeartbeats) {
  SetLowest("10");
  SetLabels("eu");
  options_.flags = FlagsRequirement{};
  CancelSource stop;
  auto state = Make();
  int good = 0, bad = 0;
  const Status status = state->Run(stop.Token(), [&](const Status& heartbeat) {
    ++(heartbeat.ok() ? good : bad);
    if (good == 2) fake_.Stop();
    if (bad == 2) stop.Cancel();
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(good, 2);
  EXPECT_EQ(bad, 2);
}

}  // namespace
}  // namespace aion::promclient
