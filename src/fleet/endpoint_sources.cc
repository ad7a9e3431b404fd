#include "fleet/endpoint_sources.h"

#include <algorithm>
#include <map>

namespace aion::fleet {
namespace {

constexpr std::chrono::milliseconds kTick{1'000};
// However long the interval, a changed file is seen within this: upstream watches files and
// re-reads them besides.
constexpr std::chrono::milliseconds kFileIntervalMax{5'000};
// Compat: groups carry the name of upstream's resolver in `/api/v1/stores` and logs.
constexpr std::string_view kGroupScheme = "thanos:///";

// dns_lookups_total, dns_failures_total and dns_provider_results{addr}.
void AddDnsMetrics(const net::DnsProvider& names, const telemetry::Registry& registry,
                   std::vector<telemetry::CollectorHandle>* collectors) {
  using telemetry::MetricType;
  collectors->push_back(registry.AddCallback(
      MetricType::kCounter, "dns_lookups_total", "The number of DNS lookups resolutions attempts",
      [&names] { return static_cast<double>(names.stats().lookups); }));
  collectors->push_back(registry.AddCallback(
      MetricType::kCounter, "dns_failures_total", "The number of DNS lookup failures",
      [&names] { return static_cast<double>(names.stats().failures); }));
  collectors->push_back(
      registry.AddCollector(MetricType::kGauge, "dns_provider_results",
                            "The number of resolved endpoints for each configured address",
                            {"addr"}, [&names](const telemetry::Registry::Emit& emit) {
                              for (const auto& [name, count] : names.ResultCounts()) {
                                const std::string_view label = name;
                                emit(std::span(&label, 1), static_cast<double>(count));
                              }
                            }));
}

bool WantsCompression(const EndpointConfig& config) {
  return config.default_client.compression == "snappy" ||
         std::any_of(
             config.endpoints.begin(), config.endpoints.end(),
             [](const EndpointEntry& entry) { return entry.client.compression == "snappy"; });
}

}  // namespace

StatusOr<std::unique_ptr<EndpointSources>> EndpointSources::Create(
    EndpointSourcesOptions options, std::shared_ptr<net::DnsResolver> resolver,
    telemetry::Logger logger, const telemetry::Registry& registry) {
  std::unique_ptr<EndpointSources> sources(
      new EndpointSources(std::move(options), std::move(resolver), std::move(logger), registry));
  ASSIGN_OR_RETURN(EndpointConfig config, sources->ReadConfig());
  for (const std::string& warning : config.warnings) sources->logger_.Warn(warning);
  if (WantsCompression(config)) {
    sources->logger_.Warn(
        "compression: snappy is read but never sent; requests to endpoints go uncompressed");
  }
  sources->config_ = std::make_shared<const EndpointConfig>(std::move(config));
  sources->RefreshFiles();
  CancelSource limit(CancelToken::Clock::now() + sources->options_.dns_interval);
  sources->ResolveNames(limit.Token());
  return sources;
}

EndpointSources::EndpointSources(EndpointSourcesOptions options,
                                 std::shared_ptr<net::DnsResolver> resolver,
                                 telemetry::Logger logger, const telemetry::Registry& registry)
    : options_(std::move(options)),
      logger_(logger.With({{"component", "endpointset"}})),
      duplicates_(registry.AddCounter(
          "thanos_" + options_.component + "_duplicated_endpoint_addresses_total",
          "The number of times a duplicated endpoint addresses is detected from the different "
          "configs")),
      files_(options_.file_patterns),
      names_(resolver),
      group_names_(resolver) {
  const std::string prefix = "thanos_" + options_.component + "_";
  AddDnsMetrics(names_, registry.WithPrefix(prefix + "endpoints_"), &collectors_);
  AddDnsMetrics(group_names_, registry.WithPrefix(prefix + "endpoint_groups_"), &collectors_);
}

EndpointSources::~EndpointSources() { Stop(); }

void EndpointSources::Start() {
  const auto now = std::chrono::steady_clock::now();
  next_config_ = now + options_.config_reload_interval;
  next_files_ = now + FileInterval();
  next_names_ = now + options_.dns_interval;
  runtime::PeriodicOptions periodic;
  periodic.name = "endpoint-sd";
  periodic.interval = kTick;
  periodic.call_at_start = false;
  thread_ = std::make_unique<runtime::Periodic>(
      periodic, [this](const CancelToken& cancel) { Tick(cancel); });
}

void EndpointSources::Stop() { thread_.reset(); }

std::chrono::milliseconds EndpointSources::FileInterval() const {
  return std::min(options_.file_interval, kFileIntervalMax);
}

void EndpointSources::Tick(const CancelToken& cancel) {
  const auto now = std::chrono::steady_clock::now();
  bool look_up = now >= next_names_;
  if (!options_.config.path.empty() && now >= next_config_) {
    RefreshConfig();
    next_config_ = now + options_.config_reload_interval;
    look_up = true;
  }
  if (!files_.empty() && now >= next_files_) {
    const std::vector<std::string> before = files_.Addresses();
    RefreshFiles();
    next_files_ = now + FileInterval();
    look_up = look_up || before != files_.Addresses();
  }
  if (!look_up) return;
  CancelSource limit(CancelToken::Clock::now() + options_.dns_interval, cancel);
  ResolveNames(limit.Token());
  next_names_ = std::chrono::steady_clock::now() + options_.dns_interval;
}

StatusOr<EndpointConfig> EndpointSources::ReadConfig() const {
  auto text = options_.config.Content();
  if (!text.ok())
    return text.status().WithContext("unable to load config content: " + options_.config.path);
  auto parsed = ParseEndpointConfig(*text);
  if (!parsed.ok()) {
    return parsed.status().WithContext("unable to unmarshal config content: " +
                                       options_.config.path);
  }
  AppendStaticEndpoints(options_.endpoints, &*parsed);
  RETURN_IF_ERROR(ValidateEndpointConfig(*parsed).WithContext("unable to validate endpoints"));
  return parsed;
}

void EndpointSources::RefreshConfig() {
  auto config = ReadConfig();
  if (!config.ok()) {
    logger_.Error("failed to reload endpoint config", {{"err", config.status()}});
    return;
  }
  const std::lock_guard lock(mutex_);
  config_ = std::make_shared<const EndpointConfig>(*std::move(config));
}

void EndpointSources::RefreshFiles() {
  if (const Status status = files_.Refresh(); !status.ok()) {
    logger_.Error("failed to read target groups", {{"err", status}});
  }
}

std::shared_ptr<const EndpointConfig> EndpointSources::Config() const {
  const std::lock_guard lock(mutex_);
  return config_;
}

void EndpointSources::ResolveNames(const CancelToken& cancel) {
  std::vector<std::string> addresses, groups;
  for (const EndpointEntry& entry : Config()->endpoints) {
    if (entry.group) {
      groups.push_back(entry.address);
    } else if (net::IsDynamicAddress(entry.address)) {
      addresses.push_back(entry.address);
    }
  }
  const std::vector<std::string> discovered = files_.Addresses();
  addresses.insert(addresses.end(), discovered.begin(), discovered.end());
  if (const Status status = names_.Resolve(addresses, cancel); !status.ok()) {
    logger_.Error("failed to resolve addresses for endpoints", {{"err", status}});
  }
  if (const Status status = group_names_.Resolve(groups, cancel); !status.ok()) {
    logger_.Error("failed to resolve addresses for endpoint groups", {{"err", status}});
  }
}

std::vector<std::string> EndpointSources::GroupAddresses(const std::string& address) const {
  const bool has_scheme = address.starts_with(kGroupScheme);
  return group_names_.AddressesFor(
      std::string_view(address).substr(has_scheme ? kGroupScheme.size() : 0));
}

std::vector<EndpointSpec> EndpointSources::Specs() {
  const std::shared_ptr<const EndpointConfig> config = Config();
  const net::GrpcClientTls global = GlobalTls(*config, options_.tls);
  std::map<std::string, EndpointSpec> specs;
  const auto add = [&](EndpointSpec spec) {
    const auto [known, added] = specs.try_emplace(spec.address, spec);
    if (added) return;
    logger_.Warn("Duplicate endpoint address is provided", {{"addr", spec.address}});
    duplicates_.Add();
    known->second = std::move(spec);
  };
  for (const EndpointEntry& entry : config->endpoints) {
    if (!entry.group && net::IsDynamicAddress(entry.address)) continue;
    const std::string address =
        (entry.group ? std::string(kGroupScheme) : std::string()) + entry.address;
    add(EndpointSpec{address, entry.strict, entry.group, EndpointTls(entry.client, global)});
  }
  for (const std::string& address : names_.Addresses())
    add(EndpointSpec{address, false, false, global});
  std::vector<EndpointSpec> list;
  for (auto& [address, spec] : specs) list.push_back(std::move(spec));
  return list;
}

}  // namespace aion::fleet
