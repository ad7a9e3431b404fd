#pragma once

// EndpointSources: the list of peers to dial, gathered from the endpoint config file, static flags,
// file discovery and DNS, refreshed by a thread of its own. Specs() is what the endpoint set asks
// at every update.
//
//   config file (re-read every reload interval) ─┐
//   flags ───────────────────────────────────────┼─► static and group addresses ──────────────►
//   Specs() file discovery ──┐                           └─► dns+… addresses ─┐
//                    └────────────────────────────────────────────────┴─► DNS, every interval ─►
//                    Specs()
//
// Thread-safe after Create.

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "config/path_or_content.h"
#include "fleet/endpoint.h"
#include "fleet/endpoint_config.h"
#include "fleet/file_discovery.h"
#include "net/dns.h"
#include "runtime/periodic.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aion::fleet {

struct EndpointSourcesOptions {
  config::PathOrContent config;  ///< `endpoint.sd-config`; no environment substitution.
  std::chrono::milliseconds config_reload_interval{300'000};
  StaticEndpoints endpoints;
  std::vector<std::string> file_patterns;  ///< `store.sd-files`
  std::chrono::milliseconds file_interval{
      300'000};  ///< `store.sd-interval`; changes are seen within 5 s anyway.
  std::chrono::milliseconds dns_interval{30'000};
  net::GrpcClientTls tls;           ///< From the flags.
  std::string component = "query";  ///< In metric names.
};

class EndpointSources {
 public:
  /// Reads the config and resolves names once. Errors: those of the config (see
  /// `endpoint_config.h`); names that do not resolve are logged and tried again.
  static StatusOr<std::unique_ptr<EndpointSources>> Create(
      EndpointSourcesOptions options, std::shared_ptr<net::DnsResolver> resolver,
      telemetry::Logger logger, const telemetry::Registry& registry);
  ~EndpointSources();

  void Start();
  void Stop();

  /// Unique by address; of repeated ones the last stays, and they are counted and logged.
  std::vector<EndpointSpec> Specs();
  /// The addresses a group's name (of a spec, "thanos:///dns+x:1") stands for now.
  std::vector<std::string> GroupAddresses(const std::string& address) const;

  /// One look at everything, whatever the intervals. For the thread, and for tests.
  void RefreshConfig();
  void RefreshFiles();
  void ResolveNames(const CancelToken& cancel);

 private:
  EndpointSources(EndpointSourcesOptions options, std::shared_ptr<net::DnsResolver> resolver,
                  telemetry::Logger logger, const telemetry::Registry& registry);
  StatusOr<EndpointConfig> ReadConfig() const;
  std::shared_ptr<const EndpointConfig> Config() const;
  void Tick(const CancelToken& cancel);
  std::chrono::milliseconds FileInterval() const;

  const EndpointSourcesOptions options_;
  const telemetry::Logger logger_;
  telemetry::Counter& duplicates_;
  FileDiscovery files_;
  net::DnsProvider names_;
  net::DnsProvider group_names_;
  std::vector<telemetry::CollectorHandle> collectors_;

  mutable std::mutex mutex_;
  std::shared_ptr<const EndpointConfig> config_;  // Guarded by mutex_.

  std::chrono::steady_clock::time_point next_config_, next_files_, next_names_;  // Of the thread.
  std::unique_ptr<runtime::Periodic> thread_;
};

}  // namespace aion::fleet
