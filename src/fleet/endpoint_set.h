#pragma once

// EndpointSet: the peers of a querier (or ruler) and their health. Every few seconds it asks each
// peer's Info on a bounded number of threads of its own, and publishes a new snapshot.
//
//   Specs() ──► known? ──no──► dial ──► Info ok, or strict ──► member
//                 └──yes──► Info ok: fresh knowledge          not ok: kept for the status page, not
//                 queried (strict: is)
//   members whose spec is gone, or that were last well over `unhealthy_timeout` ago (never strict
//   ones), are dropped
//
// Thread-safe. Snapshots are cheap to take and never change.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/status.h"
#include "fleet/endpoint.h"
#include "runtime/periodic.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aion::fleet {

struct EndpointSetOptions {
  std::chrono::milliseconds info_timeout{
      5'000};  ///< Of each Info call, and the time between updates.
  std::chrono::milliseconds unhealthy_timeout{300'000};
  size_t update_threads_max = 32;
  /// `query.conn-metric.label`: of external_labels, store_type, ip_port.
  std::vector<std::string> metric_labels = {"external_labels", "store_type"};
};

/// A peer in this process.
struct LocalEndpoint {
  std::string name;  ///< Stands where an address stands elsewhere: "local-store".
  EndpointClients clients;
};

class EndpointSet {
 public:
  using Specs = std::function<std::vector<EndpointSpec>()>;
  /// Makes the clients of a peer; must not block. An error is logged and the peer tried again at
  /// the next update.
  using Dial = std::function<StatusOr<EndpointClients>(const EndpointSpec&)>;

  EndpointSet(EndpointSetOptions options, Specs specs, Dial dial, std::vector<LocalEndpoint> locals,
              telemetry::Logger logger, const telemetry::Registry& registry,
              const Clock& clock = Clock::System());
  ~EndpointSet();

  /// Updates at once and then every `info_timeout`, until Stop.
  void Start();
  void Stop();
  /// One round; ends at the latest after `info_timeout`. Calls must not overlap.
  void Update(const CancelToken& cancel);
  /// Blocks until a first round has ended, or the token does.
  Status WaitForFirstUpdate(const CancelToken& cancel) const;

  /// The endpoints to query now, by address.
  EndpointList Snapshot() const;
  /// Every endpoint not yet given up, by name.
  std::vector<EndpointStatus> Statuses() const;

 private:
  struct Member;
  using Members = std::map<std::string, std::shared_ptr<Member>>;

  Members GatherMembers();
  std::shared_ptr<Member> MakeMember(const EndpointSpec& spec, EndpointClients clients,
                                     bool local) const;
  void Check(Member& member, const CancelToken& cancel) const;
  bool IsTimedOut(const Member& member, TimestampMs now) const;
  void LogChanges(const Members& before, const Members& after) const;
  void WarnOfDuplicates(const EndpointList& endpoints) const;
  void EmitConnections(const telemetry::Registry::Emit& emit) const;

  const EndpointSetOptions options_;
  const Specs specs_;
  const Dial dial_;
  const std::vector<LocalEndpoint> locals_;
  const telemetry::Logger logger_;
  const Clock& clock_;

  Members members_;  // Of the updating thread.

  mutable std::mutex mutex_;
  mutable std::condition_variable updated_;
  bool has_updated_ = false;              // Guarded by mutex_.
  EndpointList snapshot_;                 // Guarded by mutex_.
  std::vector<EndpointStatus> statuses_;  // Guarded by mutex_.

  telemetry::CollectorHandle connections_metric_;
  std::unique_ptr<runtime::Periodic> thread_;
};

}  // namespace aion::fleet
