// The fleet beside the original: its sidecar asked by our endpoint set and fan-out, and our sidecar
// services asked by its querier. Skipped, with a word, without AION_TEST_THANOS and a Prometheus.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "fleet/contract/json.h"
#include "fleet/endpoint_set.h"
#include "fleet/fan_out.h"
#include "fleet/grpc_dial.h"
#include "fleet/merge.h"
#include "fleet/prometheus_apis.h"
#include "fleet/rpc_services.h"
#include "promclient/sidecar_state.h"
#include "store/promread/prometheus_store.h"
#include "store/rpc/store_service.h"
#include "testing/fake_prometheus.h"
#include "testing/real_prometheus.h"
#include "wire/json.h"

namespace aion::fleet {
namespace {

using model::Labels;
using model::Matcher;
using Texts = std::vector<std::string>;

template <typename Ready>
bool Eventually(Ready ready) {
  for (int i = 0; i < 300; ++i) {
    if (ready()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

std::string ThanosBinary() { return testing::ChildProcess::Find("AION_TEST_THANOS", "thanos"); }

// Any query stands for the selector {__name__="plain"}.
SelectorParsers Parsers() {
  const auto plain = [](std::string_view) {
    return StatusOr<std::vector<Matcher>>(std::vector{Matcher::Equal("__name__", "plain")});
  };
  return {plain, [](std::string_view) {
            return StatusOr<std::vector<std::vector<Matcher>>>(std::vector<std::vector<Matcher>>{
                {Matcher::Equal("__name__", "plain"), Matcher::Equal("cluster", "real")}});
          }};
}

class RealThanosTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::RealPrometheus::Find().empty() || ThanosBinary().empty()) {
      GTEST_SKIP() << "set AION_TEST_PROMETHEUS and AION_TEST_THANOS to run this test";
    }
    directory_ = ::testing::TempDir() + "real_thanos_" + std::to_string(getpid());
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    std::ofstream(directory_ + "/rules.yml")
        << "groups:\n- name: g\n  interval: 1s\n  rules:\n  - {record: rec, expr: vector(1), "
           "labels: {team: t}}\n"
           "  - {alert: Always, expr: vector(1), labels: {severity: page}, annotations: {summary: "
           "s}}\n";
    target_.SetAnswer("/metrics", 200, "text/plain; version=0.0.4",
                      "# TYPE plain gauge\n# HELP plain a help\nplain 1\nplain{app=\"a\"} "
                      "1\nplain{app=\"b\",zone=\"1\"} 1\n");
    prometheus_ = std::make_unique<testing::RealPrometheus>(
        directory_ + "/prometheus",
        "global:\n  scrape_interval: 1s\n  external_labels: {cluster: real, replica: "
        "\"0\"}\nrule_files: [\"" +
            directory_ +
            "/rules.yml\"]\nscrape_configs:\n- job_name: j\n  static_configs:\n  - targets: [\"" +
            target_.url().substr(7) + "\"]\n");
    ASSERT_TRUE(prometheus_->WaitReady());
    client_ = std::make_shared<promclient::PrometheusClient>(
        std::make_shared<net::HttpClient>(net::HttpClientConfig()),
        promclient::PrometheusClientOptions{.base_url = prometheus_->url()});
    state_ = std::make_unique<promclient::SidecarState>(promclient::SidecarStateOptions(), client_,
                                                        telemetry::Logger(), registry_);
    CancelSource limit(CancelToken::Clock::now() + std::chrono::seconds(30));
    ASSERT_TRUE(state_->WaitForPrometheus(limit.Token()).ok());
    store_ = std::make_unique<store::PrometheusStore>(
        client_, [this] { return state_->Get(); }, telemetry::Logger(), registry_);
    apis_ = std::make_unique<PrometheusApis>(
        client_, [this] { return state_->Get().external_labels; }, Parsers());
    ASSERT_TRUE(Eventually([&] {
      const auto rules = apis_->Rules({}, {});
      return rules.ok() && rules->groups.size() == 1 &&
             rules->groups[0].rules[1].state == AlertState::kFiring &&
             SeriesOf(*store_).size() == 3;
    }));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  static Texts SeriesOf(store::Store& store) {
    store::SeriesRequest request;
    request.range = {0, Clock::System().NowMs()};
    request.matchers = {Matcher::Equal("__name__", "plain")};
    request.without_replica_labels = {"replica"};
    Texts labels;
    auto stream = store.Series(request, {});
    if (!stream.ok()) return {stream.status().ToString()};
    store::SeriesFrame frame;
    while (true) {
      const auto more = (*stream)->Next(&frame);
      if (!more.ok()) return {more.status().ToString()};
      if (!*more) return labels;
      for (const store::FrameSeries& series : frame.series)
        labels.push_back(series.labels.ToString());
    }
  }
  std::string Get(int port, const std::string& path) {
    net::HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port) + path;
    const auto response = http_.Do(request, {});
    return response.ok() ? response->body : response.status().ToString();
  }

  std::string directory_;
  testing::FakePrometheus target_;
  std::unique_ptr<testing::RealPrometheus> prometheus_;
  std::shared_ptr<promclient::PrometheusClient> client_;
  telemetry::Registry registry_;
  std::unique_ptr<promclient::SidecarState> state_;
  std::unique_ptr<store::PrometheusStore> store_;
  std::unique_ptr<PrometheusApis> apis_;
  net::HttpClient http_{net::HttpClientConfig()};
  testing::ChildProcess process_;
};

TEST_F(RealThanosTest, ItsSidecarIsUnderstood) {
  const int grpc = testing::ChildProcess::FreePort();
  const int http = testing::ChildProcess::FreePort();
  const std::string address = "127.0.0.1:" + std::to_string(grpc);
  process_.Start({ThanosBinary(), "sidecar", "--prometheus.url=" + prometheus_->url(),
                  "--grpc-address=" + address, "--http-address=127.0.0.1:" + std::to_string(http),
                  "--prometheus.get_config_interval=1s"},
                 directory_ + "/sidecar.log");
  EndpointSet set(
      {}, [&] { return std::vector<EndpointSpec>{{address, false, false, {}}}; }, MakeGrpcDial({}),
      {}, telemetry::Logger(), registry_);
  ASSERT_TRUE(Eventually([&] {
    set.Update({});
    return !set.Snapshot().empty();
  }));
  const auto endpoint = set.Snapshot()[0];
  EXPECT_EQ(endpoint->component, "sidecar");
  EXPECT_EQ(endpoint->info.label_sets,
            std::vector<Labels>{(Labels{{"cluster", "real"}, {"replica", "0"}})});
  EXPECT_TRUE(endpoint->HasStore() && endpoint->HasRules() && endpoint->HasTargets() &&
              endpoint->HasMetadata() && endpoint->HasExemplars() && endpoint->HasStatus());
  EXPECT_TRUE(state_->Refresh({}).ok());
  EXPECT_EQ(endpoint->info.store->min_time, store_->Info().min_time);
  EXPECT_EQ(SeriesOf(*endpoint->clients.store), SeriesOf(*store_));

  MergedApis theirs(
      std::make_shared<FanOut>([&] { return set.Snapshot(); }, FanOutOptions{Parsers(), {}}),
      Parsers(), {});
  const auto rules = theirs.Rules({}, {});
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  ASSERT_EQ(rules->groups.size(), 1u);
  ASSERT_EQ(rules->groups[0].rules.size(), 2u);
  auto ours = apis_->Rules({}, {});
  MergeRuleGroups({}, &ours->groups);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(rules->groups[0].rules[i].labels, ours->groups[0].rules[i].labels);
    EXPECT_EQ(rules->groups[0].rules[i].query, ours->groups[0].rules[i].query);
  }
  EXPECT_EQ(rules->groups[0].rules[0].alerts.size(), 1u);
  EXPECT_EQ(rules->groups[0].rules[0].alerts[0].labels, ours->groups[0].rules[0].alerts[0].labels);
  EXPECT_EQ(theirs.Targets({}, {})->active[0].labels, apis_->Targets({}, {})->active[0].labels);
  EXPECT_EQ(theirs.MetricMetadata({}, {})->metadata, apis_->MetricMetadata({}, {})->metadata);
  EXPECT_TRUE(theirs.Exemplars({.query = "plain"}, {}).ok());
  const auto status = theirs.TsdbStatus({}, {});
  ASSERT_TRUE(status.ok()) << status.status().ToString();
  EXPECT_EQ(status->by_tenant.begin()->second.series_count_by_metric_name,
            SumOfTenants(*apis_->TsdbStatus({}, {})).series_count_by_metric_name);
}

TEST_F(RealThanosTest, ItsQuerierUnderstandsOurSidecar) {
  InfoFunction info([this] {
    InfoAnswer answer;
    answer.component = "sidecar";
    answer.store = store_->Info();
    answer.label_sets = answer.store->label_sets;
    answer.rules = answer.targets = answer.metric_metadata = answer.status = true;
    answer.exemplars.emplace();
    return StatusOr<InfoAnswer>(answer);
  });
  net::GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  net::GrpcServer server(options);
  RegisterInfo(server, info);
  RegisterRules(server, *apis_);
  RegisterTargets(server, *apis_);
  RegisterMetadata(server, *apis_);
  RegisterExemplars(server, *apis_);
  RegisterStatus(server, *apis_);
  store::RegisterStore(server, *store_);
  ASSERT_TRUE(server.Start().ok());
  const int http = testing::ChildProcess::FreePort();
  process_.Start({ThanosBinary(), "query", "--endpoint=127.0.0.1:" + std::to_string(server.port()),
                  "--grpc-address=127.0.0.1:" + std::to_string(testing::ChildProcess::FreePort()),
                  "--http-address=127.0.0.1:" + std::to_string(http),
                  "--query.replica-label=replica", "--endpoint.info-timeout=1s"},
                 directory_ + "/query.log");
  ASSERT_TRUE(Eventually(
      [&] { return Get(http, "/api/v1/stores").find("\"sidecar\"") != std::string::npos; }));
  struct Case {
    std::string path;
    std::string_view expected;
  };
  for (const Case& c : {
           Case{"/api/v1/stores", R"("labelSets":[{"cluster":"real","replica":"0"}])"},
           Case{"/api/v1/query?query=count(plain)", R"("3"])"},
           Case{"/api/v1/query?query=sum(count_over_time(plain%5B1m%5D))>bool+2", R"("1"])"},
           Case{"/api/v1/series?match%5B%5D=plain", R"("zone":"1")"},
           Case{"/api/v1/labels", R"("cluster")"},
           Case{"/api/v1/label/app/values", R"(["a","b"])"},
           Case{"/api/v1/rules", R"("name":"Always")"},
           Case{"/api/v1/rules?type=record", R"("labels":{"cluster":"real","team":"t"})"},
           Case{"/api/v1/alerts", R"("alertname":"Always")"},
           Case{"/api/v1/targets", R"("cluster":"real")"},
           Case{"/api/v1/metadata", R"({"plain":[{"type":"gauge","help":"a help","unit":""}])"},
           Case{"/api/v1/query_exemplars?query=plain&start=0&end=1", R"("status":"success")"},
           Case{"/api/v1/status/tsdb", R"({"name":"plain","value":3})"},
       }) {
    const std::string body = Get(http, c.path);
    EXPECT_NE(body.find(c.expected), std::string::npos) << c.path << "\n" << body.substr(0, 2000);
    EXPECT_EQ(body.find("\"warnings\""), std::string::npos) << c.path << "\n"
                                                            << body.substr(0, 2000);
  }
  process_.Stop();
  server.Stop(0);
}

}  // namespace
}  // namespace aion::fleet
