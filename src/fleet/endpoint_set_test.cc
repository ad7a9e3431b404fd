#include "fleet/endpoint_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "fleet/grpc_dial.h"
#include "fleet/rpc_services.h"
#include "store/rpc/store_service.h"

namespace aion::fleet {
namespace {

using Texts = std::vector<std::string>;
using model::Labels;

// A peer whose health a test sets.
class FakePeer : public InfoApi {
 public:
  StatusOr<InfoAnswer> Info(const RequestContext& context) override {
    ++calls;
    if (hangs) {
      while (!context.cancel.IsCancelled())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return context.cancel.Check();
    }
    if (!up) return UnavailableError("connection refused");
    return answer;
  }
  std::atomic<bool> up{true};
  std::atomic<bool> hangs{false};
  std::atomic<int> calls{0};
  InfoAnswer answer;
};

class NoStore : public store::Store {
 public:
  std::string Name() const override { return "none"; }
  store::StoreInfo Info() const override { return {}; }
  StatusOr<std::unique_ptr<store::SeriesStream>> Series(const store::SeriesRequest&,
                                                        const RequestContext&) override {
    return UnimplementedError("none");
  }
  StatusOr<store::LabelsResponse> LabelNames(const store::LabelNamesRequest&,
                                             const RequestContext&) override {
    return store::LabelsResponse{{"name"}, {}, {}};
  }
  StatusOr<store::LabelsResponse> LabelValues(const store::LabelValuesRequest&,
                                              const RequestContext&) override {
    return UnimplementedError("none");
  }
};

class EndpointSetTest : public ::testing::Test {
 protected:
  std::shared_ptr<FakePeer> AddPeer(const std::string& address, const std::string& component,
                                    Labels labels, bool strict = false) {
    auto peer = std::make_shared<FakePeer>();
    peer->answer.component = component;
    peer->answer.label_sets = {std::move(labels)};
    peer->answer.store.emplace();
    peer->answer.store->min_time = 5;
    peers_[address] = peer;
    specs_.push_back(EndpointSpec{address, strict, false, {}});
    return peer;
  }
  EndpointSet Make(std::vector<LocalEndpoint> locals = {}) {
    EndpointSetOptions options;
    options.info_timeout = std::chrono::milliseconds(200);
    options.unhealthy_timeout = std::chrono::milliseconds(60'000);
    return EndpointSet(
        options, [this] { return specs_; },
        [this](const EndpointSpec& spec) -> StatusOr<EndpointClients> {
          ++dials_;
          if (!peers_.contains(spec.address)) return InvalidArgumentError("cannot dial");
          EndpointClients clients;
          clients.info = peers_[spec.address];
          clients.store = std::make_shared<NoStore>();
          return clients;
        },
        std::move(locals), logger_, registry_, clock_);
  }
  static Texts Addresses(const EndpointSet& set) {
    Texts addresses;
    for (const auto& endpoint : set.Snapshot()) addresses.push_back(endpoint->address);
    return addresses;
  }
  bool Logged(std::string_view text) const { return log_.find(text) != std::string::npos; }

  std::map<std::string, std::shared_ptr<FakePeer>> peers_;
  std::vector<EndpointSpec> specs_;
  std::atomic<int> dials_{0};
  FakeClock clock_{1'000'000};
  telemetry::Registry registry_;
  std::string log_;
  telemetry::Logger logger_{telemetry::LogOptions{},
                            [this](std::string_view line) { log_ += line; }};
};

TEST_F(EndpointSetTest, FlappingPeersComeAndGo) {
  auto a = AddPeer("a:1", "sidecar", Labels{{"cluster", "eu"}});
  auto b = AddPeer("b:1", "store", Labels{});
  b->up = false;
  EndpointSet set = Make();
  set.Update({});
  EXPECT_EQ(Addresses(set), Texts{"a:1"});
  EXPECT_EQ(set.Statuses().size(), 1u);
  b->up = true;
  set.Update({});
  EXPECT_EQ(Addresses(set), (Texts{"a:1", "b:1"}));
  // Down: not asked any more, still on the status page with its error; its knowledge is kept.
  a->up = false;
  set.Update({});
  EXPECT_EQ(Addresses(set), Texts{"b:1"});
  auto statuses = set.Statuses();
  ASSERT_EQ(statuses.size(), 2u);
  EXPECT_EQ(statuses[0].component, "sidecar");
  EXPECT_EQ(statuses[0].min_time, 5);
  EXPECT_NE(statuses[0].last_error->find("connection refused"), std::string::npos);
  // Up again before the timeout: the same connection.
  a->up = true;
  set.Update({});
  EXPECT_EQ(Addresses(set).size(), 2u);
  EXPECT_EQ(dials_, 3);
  // Down past the timeout: forgotten, and a stranger until it answers.
  a->up = false;
  clock_.Advance(60'001);
  set.Update({});
  EXPECT_EQ(set.Statuses().size(), 1u);
  EXPECT_TRUE(Logged("removing endpoint because it's unhealthy or does not exist"));
  set.Update({});
  EXPECT_EQ(set.Statuses().size(), 1u);
  a->up = true;
  set.Update({});
  EXPECT_EQ(Addresses(set).size(), 2u);
  specs_.clear();
  set.Update({});
  EXPECT_TRUE(Addresses(set).empty());
}

TEST_F(EndpointSetTest, StrictPeersAreAlwaysAsked) {
  auto strict = AddPeer("s:1", "store", Labels{{"a", "b"}}, /*strict=*/true);
  strict->up = false;
  EndpointSet set = Make();
  set.Update({});
  ASSERT_EQ(Addresses(set), Texts{"s:1"});
  auto endpoint = set.Snapshot()[0];
  EXPECT_TRUE(endpoint->HasStore());
  EXPECT_EQ(endpoint->info.store->min_time, kTimestampMin);
  EXPECT_TRUE(endpoint->info.label_sets.empty());
  std::string json;
  AppendStoresJson(&json, set.Statuses());
  EXPECT_EQ(json, "{}");  // Its component is not known yet.
  strict->up = true;
  set.Update({});
  EXPECT_EQ(set.Snapshot()[0]->component, "store");
  strict->up = false;
  clock_.Advance(1'000'000);
  set.Update({});
  ASSERT_EQ(Addresses(set), Texts{"s:1"});
  EXPECT_EQ(set.Snapshot()[0]->info.label_sets.size(), 1u);
  EXPECT_EQ(set.Snapshot()[0]->info.store->min_time, 5);
}

TEST_F(EndpointSetTest, AHangingPeerCostsOneTimeout) {
  AddPeer("a:1", "store", Labels{});
  AddPeer("h:1", "store", Labels{})->hangs = true;
  specs_.push_back(EndpointSpec{"undialable", false, false, {}});
  EndpointSet set = Make();
  set.Update({});
  EXPECT_EQ(Addresses(set), Texts{"a:1"});
}

// More peers hang than are asked at a time: those whose turn does not come stay what they were.
TEST_F(EndpointSetTest, HangingPeersDoNotTakeOthersAlong) {
  std::vector<std::shared_ptr<FakePeer>> early;
  for (int i = 0; i < 40; ++i) {
    early.push_back(AddPeer("a" + std::to_string(i), "store", Labels({{"n", std::to_string(i)}})));
  }
  const auto good = AddPeer("b", "store", Labels({{"n", "b"}}));
  EndpointSet set = Make();
  set.Update(CancelToken());
  EXPECT_EQ(set.Snapshot().size(), 41u);
  for (const auto& peer : early) peer->hangs = true;
  for (int round = 0; round < 3; ++round) {
    set.Update(CancelToken());
    const EndpointList list = set.Snapshot();
    EXPECT_TRUE(std::any_of(list.begin(), list.end(), [](const auto& endpoint) {
      return endpoint->address == "b";
    })) << round;
  }
  EXPECT_GE(good->calls, 2);  // Asked again once the others are known to fail.
  EXPECT_EQ(set.Snapshot().size(), 1u);
}

TEST_F(EndpointSetTest, LocalEndpointsNeedNoDial) {
  auto local = std::make_shared<FakePeer>();
  local->answer.component = "receive";
  local->answer.store.emplace();
  EndpointClients clients;
  clients.info = local;
  clients.store = std::make_shared<NoStore>();
  EndpointSet set = Make({{"local-receive", clients}});
  set.Update({});
  ASSERT_EQ(Addresses(set), Texts{"local-receive"});
  EXPECT_TRUE(set.Snapshot()[0]->local);
  EXPECT_EQ(dials_, 0);
}

TEST_F(EndpointSetTest, CountsConnectionsAndWarnsOfTwins) {
  AddPeer("a:1", "sidecar", Labels{{"cluster", "eu"}});
  AddPeer("b:1", "sidecar", Labels{{"cluster", "eu"}});
  AddPeer("c:1", "store", Labels{});
  AddPeer("d:1", "newfangled", Labels{{"x", std::string(2000, 'x')}});
  EndpointSet set = Make();
  set.Update({});
  EXPECT_TRUE(Logged("found duplicate storeEndpoints producer"));
  const std::string metrics = registry_.Expose(telemetry::ExpositionFormat::kText);
  EXPECT_NE(
      metrics.find(
          R"(thanos_store_nodes_grpc_connections{external_labels="{cluster=\"eu\"}",store_type="sidecar"} 2)"),
      std::string::npos)
      << metrics;
  EXPECT_NE(metrics.find("store_type=\"unknown-store-api\"} 1"), std::string::npos);
}

TEST_F(EndpointSetTest, StatusPage) {
  AddPeer("a:1", "sidecar", Labels{{"cluster", "eu"}});
  AddPeer("b:1", "store", Labels{{"x", "y"}})->answer.label_sets.clear();
  clock_ = FakeClock(1767225600500);
  EndpointSet set = Make();
  set.Update({});
  std::string json;
  AppendStoresJson(&json, set.Statuses());
  EXPECT_EQ(
      json,
      R"({"sidecar":[{"name":"a:1","lastCheck":"2026-01-01T00:00:00.5Z","lastError":null,"labelSets":[{"cluster":"eu"}],)"
      R"("minTime":5,"maxTime":9223372036854775807}],"store":[{"name":"b:1","lastCheck":"2026-01-01T00:00:00.5Z",)"
      R"("lastError":null,"labelSets":[],"minTime":5,"maxTime":9223372036854775807}]})");
}

TEST_F(EndpointSetTest, RunsByItself) {
  auto a = AddPeer("a:1", "store", Labels{});
  EndpointSet set = Make();
  CancelSource limit(CancelToken::Clock::now() + std::chrono::seconds(20));
  set.Start();
  EXPECT_TRUE(set.WaitForFirstUpdate(limit.Token()).ok());
  EXPECT_EQ(Addresses(set), Texts{"a:1"});
  while (a->calls < 3 && !limit.Token().IsCancelled())
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_GE(a->calls, 3);
  set.Stop();
  CancelSource cancelled;
  cancelled.Cancel();
  EndpointSet never = Make();
  EXPECT_FALSE(never.WaitForFirstUpdate(cancelled.Token()).ok());
}

// Over real gRPC: an address and a group of two servers, one of which is down.
TEST_F(EndpointSetTest, DialsPeersAndGroups) {
  InfoFunction info([] {
    InfoAnswer answer;
    answer.component = "store";
    answer.store.emplace();
    return StatusOr<InfoAnswer>(answer);
  });
  NoStore store;
  const auto serve = [&] {
    net::GrpcServerOptions options;
    options.address = "127.0.0.1:0";
    auto server = std::make_unique<net::GrpcServer>(options);
    RegisterInfo(*server, info);
    store::RegisterStore(*server, store);
    EXPECT_TRUE(server->Start().ok());
    return server;
  };
  auto first = serve();
  auto second = serve();
  const std::string first_address = "127.0.0.1:" + std::to_string(first->port());
  const std::string second_address = "127.0.0.1:" + std::to_string(second->port());
  GrpcDialOptions dial;
  dial.group_addresses = [&](const std::string&) { return Texts{first_address, second_address}; };
  EndpointSetOptions options;
  options.info_timeout = std::chrono::milliseconds(5'000);
  specs_ = {EndpointSpec{first_address, false, false, {}},
            EndpointSpec{"thanos:///dns+g:1", false, true, {}}};
  EndpointSet set(options, [this] { return specs_; }, MakeGrpcDial(dial), {}, logger_, registry_);
  set.Update({});
  ASSERT_EQ(Addresses(set).size(), 2u) << log_;
  second->Stop(0);
  const auto group = set.Snapshot()[1];
  for (int i = 0; i < 4; ++i) {
    const auto names = group->clients.store->LabelNames({}, {});
    ASSERT_TRUE(names.ok()) << names.status().ToString();
    EXPECT_EQ(names->values, Texts{"name"});
  }
  set.Update({});
  EXPECT_EQ(Addresses(set).size(), 2u) << log_;
  first->Stop(0);
}

}  // namespace
}  // namespace aion::fleet
