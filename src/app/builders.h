#pragma once

// What several components are built from: buckets, clients and selections, from flags.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/status_api.h"
#include "app/host.h"
#include "base/cancel.h"
#include "base/duration.h"
#include "config/flag_values.h"
#include "fleet/endpoint_set.h"
#include "fleet/endpoint_sources.h"
#include "model/labels.h"
#include "model/relabel.h"
#include "objstore/bucket.h"
#include "store/contract/store.h"

namespace aion::app {

/// The bucket of `--objstore.config(-file)` with its metrics; null when none is configured and none
/// is required.
StatusOr<std::unique_ptr<objstore::Bucket>> BuildBucket(const config::FlagValues& flags,
                                                        const Host& host, bool required);

/// `--selector.relabel-config(-file)`: keep, drop and hashmod only.
StatusOr<std::vector<model::RelabelRule>> BuildSelector(const config::FlagValues& flags);

/// The Store as a component offers it: within `--store.limits.*`, and counted.
std::shared_ptr<store::Store> Guard(std::shared_ptr<store::Store> store,
                                    const config::FlagValues& flags, const Host& host);

/// `name="value"` flags. Errors carry upstream's texts.
StatusOr<model::Labels> ParseLabelFlags(const std::vector<std::string>& values);

/// kFailedPrecondition naming the first of `names` that was given: flags of the table that a
/// component cannot honour yet.
Status RefuseFlags(const config::FlagValues& flags, std::initializer_list<const char*> names);

/// Repeated and comma-separated values as one list without empties.
std::vector<std::string> SplitCommas(const std::vector<std::string>& values);

/// How the endpoint set reaches its peers: channels, StoreAPI clients and the small APIs' clients.
fleet::EndpointSet::Dial MakeDialer(const Host& host,
                                    std::shared_ptr<fleet::EndpointSources> sources,
                                    std::string user_agent, DurationMs frame_timeout_ms);

/// What the status API tells of the process.
api::StatusApi StatusOf(const config::FlagValues& flags, bool cors);

/// Something that happens once, and whoever waits for it. Thread-safe.
class Event {
 public:
  void Set();
  /// OK once set, else the token's Status.
  Status Wait(const CancelToken& stop);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;  // Guarded by mutex_.
};

/// Blocks until the token is cancelled, or for so long.
void WaitForCancel(const CancelToken& stop);
void WaitFor(DurationMs duration_ms, const CancelToken& stop);

/// `thanos-query/0.43.0` and the like.
std::string UserAgent(std::string_view component);

}  // namespace aion::app
