#include "fleet/fan_out.h"

#include <gtest/gtest.h>

#include "fleet/prometheus_apis.h"
#include "fleet/rpc_clients.h"
#include "fleet/rpc_services.h"
#include "testing/fake_prometheus.h"

namespace aion::fleet {
namespace {

using model::Labels;
using model::Matcher;
using Texts = std::vector<std::string>;

// Understands `a=b,c=d+e=f`: selectors joined by +, matchers by commas.
StatusOr<std::vector<std::vector<Matcher>>> ParseAll(std::string_view query) {
  if (query == "bad") return InvalidArgumentError("parse error");
  std::vector<std::vector<Matcher>> selectors(1);
  std::string name, value;
  bool in_value = false;
  const auto flush = [&] {
    if (!name.empty()) selectors.back().push_back(Matcher::Equal(name, value));
    name.clear(), value.clear(), in_value = false;
  };
  for (const char c : query) {
    if (c == '=') {
      in_value = true;
    } else if (c == ',' || c == '+') {
      flush();
      if (c == '+') selectors.emplace_back();
    } else {
      (in_value ? value : name) += c;
    }
  }
  flush();
  return selectors;
}

SelectorParsers Parsers() {
  return {[](std::string_view text) -> StatusOr<std::vector<Matcher>> {
            ASSIGN_OR_RETURN(auto selectors, ParseAll(text));
            return selectors[0];
          },
          ParseAll};
}

class FakeApis : public RulesApi,
                 public TargetsApi,
                 public MetadataApi,
                 public ExemplarsApi,
                 public StatusApi {
 public:
  StatusOr<RulesResponse> Rules(const RulesRequest&, const RequestContext&) override {
    if (!failure.ok()) return failure;
    return rules;
  }
  StatusOr<TargetsResponse> Targets(const TargetsRequest&, const RequestContext&) override {
    if (!failure.ok()) return failure;
    return TargetsResponse{{ActiveTarget{}}, {}, {}};
  }
  StatusOr<MetadataResponse> MetricMetadata(const MetadataRequest&,
                                            const RequestContext&) override {
    if (!failure.ok()) return failure;
    return MetadataResponse{{{"up", {{"gauge", "", ""}}}}, {}};
  }
  StatusOr<ExemplarsResponse> Exemplars(const ExemplarsRequest& request,
                                        const RequestContext& context) override {
    if (!failure.ok()) return failure;
    exemplar_query = request.query;
    tenant = context.tenant;
    return ExemplarsResponse{{ExemplarSeries{Labels{{"a", "b"}}, {Exemplar{}}}}, {}};
  }
  StatusOr<TsdbStatusResponse> TsdbStatus(const TsdbStatusRequest&,
                                          const RequestContext&) override {
    if (!failure.ok()) return failure;
    TsdbStatusResponse response;
    response.by_tenant["t"].head.series_count = 2;
    return response;
  }
  RulesResponse rules;
  Status failure;
  std::string exemplar_query;
  std::string tenant;
};

class FanOutTest : public ::testing::Test {
 protected:
  std::shared_ptr<FakeApis> AddPeer(const std::string& address, Labels labels,
                                    const std::string& component = "sidecar") {
    auto apis = std::make_shared<FakeApis>();
    auto endpoint = std::make_shared<Endpoint>();
    endpoint->address = address;
    endpoint->component = component;
    endpoint->info.label_sets = {std::move(labels)};
    endpoint->info.rules = endpoint->info.targets = endpoint->info.metric_metadata =
        endpoint->info.status = true;
    endpoint->info.exemplars.emplace();
    endpoint->clients.rules = apis;
    endpoint->clients.targets = apis;
    endpoint->clients.metadata = apis;
    endpoint->clients.exemplars = apis;
    endpoint->clients.status = apis;
    endpoints_.push_back(endpoint);
    return apis;
  }
  std::shared_ptr<FanOut> Make(Labels selector_labels = {}) {
    return std::make_shared<FanOut>([this] { return endpoints_; },
                                    FanOutOptions{Parsers(), std::move(selector_labels)});
  }
  EndpointList endpoints_;
};

Rule NamedRule(std::string name, Labels labels) {
  Rule rule;
  rule.name = std::move(name);
  rule.labels = std::move(labels);
  return rule;
}

TEST_F(FanOutTest, JoinsAllAndMergesReplicas) {
  for (const std::string_view replica : {"1", "2"}) {
    RuleGroup group;
    group.name = "g";
    group.rules = {NamedRule("r", Labels{{"replica", replica}, {"x", "1"}})};
    AddPeer("p" + std::string(replica), Labels{{"replica", replica}})->rules.groups = {group};
  }
  auto fan_out = Make();
  EXPECT_EQ(fan_out->Rules({}, {})->groups.size(), 2u);
  MergedApis merged(fan_out, Parsers(), {"replica"});
  const auto rules = merged.Rules({}, {});
  ASSERT_EQ(rules->groups.size(), 1u);
  ASSERT_EQ(rules->groups[0].rules.size(), 1u);
  EXPECT_EQ(rules->groups[0].rules[0].labels, (Labels{{"x", "1"}}));
  EXPECT_TRUE(merged.Rules({.matchers = {"x=2"}}, {})->groups.empty());
  EXPECT_FALSE(merged.Rules({.matchers = {"bad"}}, {}).ok());
  EXPECT_EQ(merged.Targets({}, {})->active.size(), 1u);
  EXPECT_EQ(merged.MetricMetadata({}, {})->metadata["up"].size(), 1u);
  EXPECT_EQ(merged.TsdbStatus({}, {})->by_tenant["t"].head.series_count, 4u);
  EXPECT_EQ(merged.Exemplars({.query = "x=1"}, {})->series[0].exemplars.size(), 1u);
}

TEST_F(FanOutTest, AFailureIsAWarningOrTheEnd) {
  AddPeer("good", Labels{});
  AddPeer("bad", Labels{})->failure = UnavailableError("gone");
  auto fan_out = Make();
  const auto warned = fan_out->Targets({}, {});
  ASSERT_TRUE(warned.ok());
  EXPECT_EQ(warned->active.size(), 1u);
  EXPECT_EQ(warned->warnings.warnings(),
            Texts{"fetching targets from targets client bad: Unavailable: gone"});
  for (const Status& status :
       {fan_out->Targets({.partial_response = PartialResponse::kAbort}, {}).status(),
        fan_out->Rules({.partial_response = PartialResponse::kAbort}, {}).status(),
        fan_out->MetricMetadata({.partial_response = PartialResponse::kAbort}, {}).status(),
        fan_out->Exemplars({.query = "x=1", .partial_response = PartialResponse::kAbort}, {})
            .status(),
        fan_out->TsdbStatus({.partial_response = PartialResponse::kAbort}, {}).status()}) {
    EXPECT_EQ(status.code(), StatusCode::kUnavailable);
    EXPECT_NE(status.message().find("client bad: gone"), std::string_view::npos)
        << status.ToString();
  }
  CancelSource cancelled;
  cancelled.Cancel();
  RequestContext context;
  context.cancel = cancelled.Token();
  EXPECT_EQ(fan_out->Rules({}, context).status().code(), StatusCode::kCancelled);
}

TEST_F(FanOutTest, ExemplarQueriesAreCutToWhatAPeerCanAnswer) {
  auto eu = AddPeer("eu", Labels{{"cluster", "eu"}});
  auto us = AddPeer("us", Labels{{"cluster", "us"}});
  auto querier = AddPeer("q", Labels{{"cluster", "eu"}}, "query");
  auto fan_out = Make(Labels{{"tier", "top"}});
  RequestContext context;
  context.tenant = "team";
  ASSERT_TRUE(fan_out->Exemplars({.query = "job=a,cluster=eu,tier=top+job=b"}, context).ok());
  EXPECT_EQ(eu->exemplar_query, "{job=\"a\"}+{job=\"b\"}");
  EXPECT_EQ(us->exemplar_query, "{job=\"b\"}");
  EXPECT_EQ(querier->exemplar_query, "{job=\"a\", cluster=\"eu\"}+{job=\"b\"}");
  EXPECT_EQ(eu->tenant, "team");
  EXPECT_TRUE(fan_out->Exemplars({.query = "tier=low"}, {})->series.empty());
  EXPECT_EQ(fan_out->Exemplars({.query = "bad"}, {}).status().code(), StatusCode::kInvalidArgument);
}

// One Prometheus behind PrometheusApis, behind a gRPC server, behind the clients: what a sidecar
// and a querier do.
class PrometheusApisTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto client = std::make_shared<promclient::PrometheusClient>(
        std::make_shared<net::HttpClient>(net::HttpClientConfig()),
        promclient::PrometheusClientOptions{.base_url = fake_.url()});
    apis_ = std::make_unique<PrometheusApis>(
        client, [] { return Labels{{"cluster", "eu"}}; }, Parsers());
    net::GrpcServerOptions options;
    options.address = "127.0.0.1:0";
    server_ = std::make_unique<net::GrpcServer>(options);
    RegisterRules(*server_, *apis_);
    RegisterTargets(*server_, *apis_);
    RegisterMetadata(*server_, *apis_);
    RegisterExemplars(*server_, *apis_);
    RegisterStatus(*server_, *apis_);
    ASSERT_TRUE(server_->Start().ok());
    const auto channel =
        net::GrpcChannel::Create("127.0.0.1:" + std::to_string(server_->port()), {});
    ASSERT_TRUE(channel.ok());
    clients_ = MakeRpcClients([channel = *channel] { return channel; });
  }
  void TearDown() override { server_->Stop(0); }

  testing::FakePrometheus fake_;
  std::unique_ptr<PrometheusApis> apis_;
  std::unique_ptr<net::GrpcServer> server_;
  EndpointClients clients_;
};

TEST_F(PrometheusApisTest, RulesGetExternalLabels) {
  fake_.SetData(
      "/api/v1/rules",
      R"({"groups":[{"name":"g","file":"f","interval":30,"limit":2,"lastEvaluation":"2026-01-02T03:04:05.5+01:00",)"
      R"("rules":[{"type":"alerting","state":"firing","name":"a","query":"q","duration":60,"labels":{"x":"1"},)"
      R"("annotations":{"s":"t"},"health":"ok","alerts":[{"labels":{"alertname":"a"},"annotations":{},)"
      R"("state":"firing","activeAt":"2026-01-01T00:00:00Z","value":"1e+00"}]},)"
      R"({"type":"recording","name":"r","query":"q","health":"err","lastError":"boom","evaluationTime":0.5}]}]})");
  const auto rules = clients_.rules->Rules({.type = RulesRequest::Type::kAlert}, {});
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  EXPECT_EQ(fake_.requests().back(), "GET /api/v1/rules type=alert");
  ASSERT_EQ(rules->groups.size(), 1u);
  const RuleGroup& group = rules->groups[0];
  EXPECT_EQ(group.partial_response, PartialResponse::kAbort);
  EXPECT_EQ(FormatTimePoint(group.last_evaluation), "2026-01-02T02:04:05.5Z");
  EXPECT_EQ(group.rules[0].labels, (Labels{{"cluster", "eu"}, {"x", "1"}}));
  EXPECT_EQ(group.rules[0].alerts[0].labels, (Labels{{"alertname", "a"}}));
  EXPECT_EQ(group.rules[1].labels, (Labels{{"cluster", "eu"}}));
  EXPECT_EQ(group.rules[1].last_error, "boom");
  for (const std::string_view bad :
       {R"({"groups":[{"rules":[{"name":"x"}]}]})", R"({"groups":[{"rules":[{"type":"odd"}]}]})",
        R"({"groups":[{"rules":[{"type":"alerting","state":"on fire"}]}]})",
        R"({"groups":[{"lastEvaluation":"soon"}]})"}) {
    fake_.SetData("/api/v1/rules", std::string(bad));
    EXPECT_EQ(clients_.rules->Rules({}, {}).status().code(), StatusCode::kInternal) << bad;
  }
}

TEST_F(PrometheusApisTest, TheOtherApis) {
  fake_.SetData(
      "/api/v1/targets",
      R"({"activeTargets":[{"discoveredLabels":{"__address__":"a"},"labels":{"job":"j"},"scrapePool":"p",)"
      R"("scrapeUrl":"u","health":"up","lastScrape":"2026-01-01T00:00:00Z","lastScrapeDuration":0.1}],)"
      R"("droppedTargets":[{"discoveredLabels":{"x":"y"}}]})");
  const auto targets = clients_.targets->Targets({.state = TargetsRequest::State::kActive}, {});
  ASSERT_TRUE(targets.ok()) << targets.status().ToString();
  EXPECT_EQ(targets->active[0].labels, (Labels{{"cluster", "eu"}, {"job", "j"}}));
  EXPECT_EQ(targets->active[0].discovered_labels,
            (Labels{{"__address__", "a"}, {"cluster", "eu"}}));
  EXPECT_EQ(targets->dropped[0].discovered_labels, (Labels{{"cluster", "eu"}, {"x", "y"}}));

  fake_.SetData("/api/v1/metadata", R"({"up":[{"type":"gauge","help":"h","unit":""}]})");
  EXPECT_EQ(
      clients_.metadata->MetricMetadata({.metric = "up", .limit = 3}, {})->metadata["up"][0].help,
      "h");
  EXPECT_EQ(fake_.requests().back(), "GET /api/v1/metadata limit=3 metric=up");

  fake_.SetData(
      "/api/v1/query_exemplars",
      R"([{"seriesLabels":{"job":"j"},"exemplars":[{"labels":{"trace":"1"},"value":"2.5","timestamp":1.25}]}])");
  const auto exemplars =
      clients_.exemplars->Exemplars({.query = "job=j,cluster=eu", .range = {1000, 2000}}, {});
  ASSERT_TRUE(exemplars.ok()) << exemplars.status().ToString();
  EXPECT_EQ(fake_.requests().back(), "GET /api/v1/query_exemplars end=2 query={job=\"j\"} start=1");
  EXPECT_EQ(exemplars->series[0].labels, (Labels{{"cluster", "eu"}, {"job", "j"}}));
  EXPECT_EQ(exemplars->series[0].exemplars[0].time, 1250);
  EXPECT_TRUE(clients_.exemplars->Exemplars({.query = "cluster=us"}, {})->series.empty());

  fake_.SetData(
      "/api/v1/status/tsdb",
      R"({"headStats":{"numSeries":7},"seriesCountByMetricName":[{"name":"up","value":3}]})");
  TsdbStatusRequest request;
  EXPECT_EQ(clients_.status->TsdbStatus(request, {})->by_tenant[""].head.series_count, 7u);
  request.matchers = {Matcher::Equal("cluster", "us")};
  EXPECT_TRUE(clients_.status->TsdbStatus(request, {})->by_tenant.empty());
  fake_.Stop();
  EXPECT_EQ(clients_.metadata->MetricMetadata({}, {}).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace aion::fleet
