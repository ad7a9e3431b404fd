#include "fleet/endpoint_set.h"

#include <algorithm>

#include "fleet/parallel.h"
#include "runtime/cancel_wait.h"

namespace aion::fleet {
namespace {

constexpr size_t kExternalLabelsTextMax = 1000;

// Text of label sets for a metric label, cut at a character's border when it is too long.
std::string MetricText(const std::vector<model::Labels>& label_sets) {
  std::string text = LabelSetsText(label_sets);
  if (text.empty()) return "no_external_labels";
  if (text.size() <= kExternalLabelsTextMax) return text;
  size_t end = kExternalLabelsTextMax - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "}";
}

bool IsProducer(std::string_view component) {
  return component == "sidecar" || component == "rule";
}

std::string ApisText(const InfoAnswer& info) {
  std::string text = "[";
  const auto add = [&](bool present, std::string_view name) {
    if (!present) return;
    if (text.size() > 1) text += " ";
    text += name;
  };
  add(info.store.has_value(), "storeEndpoints");
  add(info.rules, "rulesAPI");
  add(info.exemplars.has_value(), "exemplarsAPI");
  add(info.targets, "targetsAPI");
  add(info.metric_metadata, "MetricMetadataAPI");
  add(info.query, "QueryAPI");
  return text + "]";
}

bool SameTls(const net::GrpcClientTls& a, const net::GrpcClientTls& b) {
  return a.enabled == b.enabled && a.skip_verify == b.skip_verify && a.cert_file == b.cert_file &&
         a.key_file == b.key_file && a.ca_file == b.ca_file && a.server_name == b.server_name;
}

// What a strict endpoint that never answered is taken for: a store that may hold anything.
InfoAnswer AnythingStore() {
  InfoAnswer info;
  info.store.emplace();
  return info;
}

}  // namespace

// Written by one thread at a time; what others see of it are the copies in the snapshot.
struct EndpointSet::Member {
  EndpointSpec spec;
  bool local = false;
  TimestampMs created = 0;
  EndpointClients clients;
  bool has_answered = false;
  InfoAnswer info = AnythingStore();
  EndpointStatus status;

  bool IsQueryable() const { return spec.strict || !status.last_error.has_value(); }
};

EndpointSet::EndpointSet(EndpointSetOptions options, Specs specs, Dial dial,
                         std::vector<LocalEndpoint> locals, telemetry::Logger logger,
                         const telemetry::Registry& registry, const Clock& clock)
    : options_(std::move(options)),
      specs_(std::move(specs)),
      dial_(std::move(dial)),
      locals_(std::move(locals)),
      logger_(logger.With({{"component", "endpointset"}})),
      clock_(clock) {
  connections_metric_ = registry.AddCollector(
      telemetry::MetricType::kGauge, "thanos_store_nodes_grpc_connections",
      "Number of gRPC connection to Store APIs. Opened connection means healthy store APIs "
      "available for Querier.",
      options_.metric_labels,
      [this](const telemetry::Registry::Emit& emit) { EmitConnections(emit); });
}

EndpointSet::~EndpointSet() { Stop(); }

void EndpointSet::Start() {
  runtime::PeriodicOptions periodic;
  periodic.name = "endpoint-set";
  periodic.interval = options_.info_timeout;
  thread_ = std::make_unique<runtime::Periodic>(
      periodic, [this](const CancelToken& cancel) { Update(cancel); });
}

void EndpointSet::Stop() { thread_.reset(); }

std::shared_ptr<EndpointSet::Member> EndpointSet::MakeMember(const EndpointSpec& spec,
                                                             EndpointClients clients,
                                                             bool local) const {
  auto member = std::make_shared<Member>();
  member->spec = spec;
  member->local = local;
  member->created = clock_.NowMs();
  member->clients = std::move(clients);
  member->status.name = spec.address;
  return member;
}

// Known members are kept, new ones dialled; not yet checked.
EndpointSet::Members EndpointSet::GatherMembers() {
  Members members;
  for (const LocalEndpoint& local : locals_) {
    const auto known = members_.find(local.name);
    members[local.name] =
        known != members_.end()
            ? known->second
            : MakeMember(EndpointSpec{local.name, false, false, {}}, local.clients, true);
  }
  for (const EndpointSpec& spec : specs_ ? specs_() : std::vector<EndpointSpec>()) {
    const auto known = members_.find(spec.address);
    if (known != members_.end() && SameTls(known->second->spec.tls, spec.tls)) {
      known->second->spec = spec;
      members[spec.address] = known->second;
      continue;
    }
    auto clients = dial_(spec);
    if (!clients.ok()) {
      logger_.Warn("new endpoint creation failed",
                   {{"err", clients.status()}, {"address", spec.address}});
      continue;
    }
    members[spec.address] = MakeMember(spec, *std::move(clients), false);
  }
  return members;
}

void EndpointSet::Check(Member& member, const CancelToken& cancel) const {
  // Not asked in this round: nothing new is known of one that answered before.
  if (cancel.IsCancelled() && member.has_answered) return;
  store::RequestContext context;
  context.cancel = cancel;
  auto answer = member.clients.info->Info(context);
  if (!answer.ok()) {
    logger_.Warn("update of endpoint failed",
                 {{"err", answer.status().WithContext("getting metadata")},
                  {"address", member.spec.address}});
    member.status.last_error = answer.status().ToString();
    return;
  }
  member.has_answered = true;
  member.info = *std::move(answer);
  EndpointStatus& status = member.status;
  status.last_check = clock_.NowMs();
  status.last_error.reset();
  status.label_sets = member.info.label_sets;
  status.component = ComponentText(member.info.component);
  status.min_time = member.info.store ? member.info.store->min_time : kTimestampMin;
  status.max_time = member.info.store ? member.info.store->max_time : kTimestampMax;
}

bool EndpointSet::IsTimedOut(const Member& member, TimestampMs now) const {
  const int64_t limit = options_.unhealthy_timeout.count();
  return !member.spec.strict && !member.local && now - member.created >= limit &&
         now - member.status.last_check >= limit;
}

void EndpointSet::Update(const CancelToken& cancel) {
  Members members = GatherMembers();
  std::vector<Member*> list;
  for (const auto& [address, member] : members) list.push_back(member.get());
  // Peers that hang take the round's time from those asked after them, so that those that failed go
  // last.
  std::stable_sort(list.begin(), list.end(), [](const Member* a, const Member* b) {
    return !a->status.last_error.has_value() && b->status.last_error.has_value();
  });
  CancelSource limit(CancelToken::Clock::now() + options_.info_timeout, cancel);
  RunInParallel(list.size(), options_.update_threads_max,
                [&](size_t i) { Check(*list[i], limit.Token()); });
  if (cancel.IsCancelled()) return;  // Stopping: what failed now says nothing about the peers.

  const TimestampMs now = clock_.NowMs();
  std::erase_if(members, [&](const auto& entry) {
    const Member& member = *entry.second;
    const bool is_new = !members_.contains(entry.first);
    return is_new ? !member.IsQueryable() && !member.local : IsTimedOut(member, now);
  });
  LogChanges(members_, members);
  members_ = std::move(members);

  EndpointList snapshot;
  std::vector<EndpointStatus> statuses;
  for (const auto& [address, member] : members_) {
    statuses.push_back(member->status);
    if (!member->IsQueryable()) continue;
    auto endpoint = std::make_shared<Endpoint>();
    endpoint->address = address;
    endpoint->strict = member->spec.strict;
    endpoint->local = member->local;
    endpoint->component = member->status.component;
    endpoint->info = member->info;
    endpoint->clients = member->clients;
    snapshot.push_back(std::move(endpoint));
  }
  WarnOfDuplicates(snapshot);
  {
    const std::lock_guard lock(mutex_);
    snapshot_ = std::move(snapshot);
    statuses_ = std::move(statuses);
    has_updated_ = true;
  }
  updated_.notify_all();
}

void EndpointSet::LogChanges(const Members& before, const Members& after) const {
  for (const auto& [address, member] : after) {
    if (before.contains(address)) continue;
    logger_.Info(
        "adding new " + ComponentText(member->info.component) + " with " + ApisText(member->info),
        {{"address", address}, {"extLset", LabelSetsText(member->info.label_sets)}});
  }
  for (const auto& [address, member] : before) {
    if (after.contains(address)) continue;
    logger_.Info("removing endpoint because it's unhealthy or does not exist",
                 {{"address", address}, {"extLset", LabelSetsText(member->info.label_sets)}});
  }
}

// Two producers with the same external labels spoil each other's blocks in a bucket.
void EndpointSet::WarnOfDuplicates(const EndpointList& endpoints) const {
  std::map<std::string, int> producers;
  for (const auto& endpoint : endpoints) {
    if (!endpoint->HasStore() || !IsProducer(endpoint->component)) continue;
    const std::string labels = LabelSetsText(endpoint->info.label_sets);
    const int count = ++producers[labels];
    if (count == 1) continue;
    logger_.Warn(
        "found duplicate storeEndpoints producer (sidecar or ruler). This is not advised as it "
        "will malform data in in "
        "the same bucket",
        {{"address", endpoint->address}, {"extLset", labels}, {"duplicates", count}});
  }
}

void EndpointSet::EmitConnections(const telemetry::Registry::Emit& emit) const {
  std::map<std::vector<std::string>, int> counts;
  for (const auto& endpoint : Snapshot()) {
    std::vector<std::string> key;
    for (const std::string& label : options_.metric_labels) {
      if (label == "external_labels") key.push_back(MetricText(endpoint->info.label_sets));
      if (label == "store_type") key.push_back(ComponentText(endpoint->component));
      if (label == "ip_port") key.push_back(endpoint->address);
    }
    ++counts[std::move(key)];
  }
  for (const auto& [key, count] : counts) {
    const std::vector<std::string_view> values(key.begin(), key.end());
    emit(values, count);
  }
}

Status EndpointSet::WaitForFirstUpdate(const CancelToken& cancel) const {
  std::unique_lock lock(mutex_);
  return runtime::WaitUnlessCancelled(lock, updated_, cancel, [&] { return has_updated_; });
}

EndpointList EndpointSet::Snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

std::vector<EndpointStatus> EndpointSet::Statuses() const {
  const std::lock_guard lock(mutex_);
  return statuses_;
}

}  // namespace aion::fleet
