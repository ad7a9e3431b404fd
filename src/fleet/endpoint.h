#pragma once

// Endpoint: what is known about one peer at one moment, and the clients to ask it with. Snapshots
// of the endpoint set hand out `shared_ptr<const Endpoint>`: immutable, and a request that holds
// one keeps its connection.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "fleet/contract/exemplars.h"
#include "fleet/contract/info.h"
#include "fleet/contract/metadata.h"
#include "fleet/contract/rules.h"
#include "fleet/contract/targets.h"
#include "fleet/contract/tsdb_status.h"
#include "net/grpc_channel.h"
#include "net/tls.h"
#include "store/contract/store.h"

namespace aion::fleet {

/// Whom to dial.
struct EndpointSpec {
  std::string address;
  bool strict = false;
  bool group = false;  ///< A name that stands for several interchangeable servers.
  net::GrpcClientTls tls;
};

/// The APIs of one peer, each null when the peer's kind can never have it. All are thread-safe.
struct EndpointClients {
  std::shared_ptr<InfoApi> info;
  std::shared_ptr<store::Store> store;
  std::shared_ptr<RulesApi> rules;
  std::shared_ptr<TargetsApi> targets;
  std::shared_ptr<MetadataApi> metadata;
  std::shared_ptr<ExemplarsApi> exemplars;
  std::shared_ptr<StatusApi> status;
  /// A channel for APIs that are not here (thanos.Query): null for in-process endpoints. Of a
  /// group, the next in turn.
  std::function<std::shared_ptr<net::GrpcChannel>()> channel;
};

struct Endpoint {
  std::string address;
  bool strict = false;
  bool local = false;     ///< In this process.
  std::string component;  ///< "sidecar"; "" when never learnt.
  /// As last learnt; for a strict endpoint that never answered a store without labels over all
  /// time.
  InfoAnswer info;
  EndpointClients clients;

  bool HasStore() const { return info.store.has_value() && clients.store != nullptr; }
  bool HasRules() const { return info.rules && clients.rules != nullptr; }
  bool HasTargets() const { return info.targets && clients.targets != nullptr; }
  bool HasMetadata() const { return info.metric_metadata && clients.metadata != nullptr; }
  bool HasExemplars() const { return info.exemplars.has_value() && clients.exemplars != nullptr; }
  bool HasStatus() const { return info.status && clients.status != nullptr; }
  bool HasQuery() const { return info.query && clients.channel != nullptr; }
};

using EndpointList = std::vector<std::shared_ptr<const Endpoint>>;

/// One row of `/api/v1/stores`.
struct EndpointStatus {
  std::string name;
  TimestampMs last_check = 0;  ///< Of the last good check; 0 before it.
  std::optional<std::string> last_error;
  std::vector<model::Labels> label_sets;
  std::string component;  ///< "": never learnt; such rows are not shown.
  TimestampMs min_time = kTimestampMin;
  TimestampMs max_time = kTimestampMax;
};

/// `/api/v1/stores`' data: {"sidecar":[{"name":…,"lastCheck":…,"lastError":…,"labelSets":…,…}]}
void AppendStoresJson(std::string* out, const std::vector<EndpointStatus>& statuses);

/// Label sets as messages show them: each as {a="b"}, sorted, joined by commas.
std::string LabelSetsText(const std::vector<model::Labels>& label_sets);
/// A component name of this version as it is, any other as "unknown-store-api".
std::string ComponentText(std::string_view component);

}  // namespace aion::fleet
