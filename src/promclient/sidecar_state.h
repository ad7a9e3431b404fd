#pragma once

// SidecarState: what a sidecar knows of its Prometheus now: external labels, the range of its data,
// its version, whether it is up. Refreshed by whoever runs the heartbeat; read by everyone else as
// a snapshot.
//
//   flags check (uploads only) → version → range and labels   each retried until it works:
//   WaitForPrometheus then every get_config_interval: range and labels          Refresh
//
// A failed refresh leaves the last knowledge in place with `up` false. Thread-safe; Wait and
// Refresh belong to one thread.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/status.h"
#include "model/labels.h"
#include "promclient/prometheus.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aion::promclient {

/// What the uploads need of Prometheus' flags.
struct FlagsRequirement {
  std::string tsdb_path = "./data";
  std::string shipper_meta_file_name = "thanos.shipper.json";
  bool ignore_unequal_block_size = false;
};
/// Upstream's checks: kFailedPrecondition with its text when compaction may race the shipper; texts
/// worth a warning are appended to `warnings`.
Status CheckFlags(const PrometheusFlags& flags, const FlagsRequirement& requirement,
                  std::vector<std::string>* warnings);

/// OK when `tsdb_path`/wal is a directory; else upstream's doubt whether this is Prometheus' data
/// directory at all.
Status CheckWalDirectory(const std::string& tsdb_path);

struct SidecarSnapshot {
  model::Labels external_labels;
  TimestampMs min_time = kTimestampMin;  ///< Of the data, clamped to `--min-time`.
  TimestampMs max_time = kTimestampMax;
  std::string version;  ///< "0" for a very old one, "" while unknown.
  bool up = false;      ///< The last heartbeat worked.
  bool known = false;   ///< Labels and range were learnt at least once.

  /// Label APIs take matchers from 2.24 on.
  bool LabelCallsTakeMatchers() const { return IsVersionAtLeast(version, 2, 24); }
};

struct SidecarStateOptions {
  std::chrono::milliseconds get_config_interval{30'000};
  std::chrono::milliseconds get_config_timeout{30'000};
  /// `--min-time`, evaluated at each use since it may be relative.
  std::function<TimestampMs()> min_time = [] { return kTimestampMin; };
  /// Set when blocks are uploaded.
  std::optional<FlagsRequirement> flags;
};

class SidecarState {
 public:
  /// `registry` is unprefixed: the gauge is `thanos_sidecar_prometheus_up`.
  SidecarState(SidecarStateOptions options, std::shared_ptr<PrometheusClient> client,
               telemetry::Logger logger, const telemetry::Registry& registry);

  /// Blocks until Prometheus told everything. kFailedPrecondition when it has no external labels
  /// (final), the token's Status when that ends first.
  Status WaitForPrometheus(const CancelToken& cancel);
  /// One heartbeat.
  Status Refresh(const CancelToken& cancel);
  /// WaitForPrometheus, then heartbeats until `cancel`; `on_heartbeat` sees the outcome of each,
  /// the first included.
  Status Run(const CancelToken& cancel, const std::function<void(const Status&)>& on_heartbeat);

  SidecarSnapshot Get() const;

 private:
  Status RetryForever(std::string_view failure, const CancelToken& cancel,
                      const std::function<Status(const CancelToken&)>& attempt);
  Status ValidateFlags(const CancelToken& cancel);
  Status UpdateVersion(const CancelToken& cancel);
  Status UpdateRangeAndLabels(const CancelToken& cancel);

  const SidecarStateOptions options_;
  const std::shared_ptr<PrometheusClient> client_;
  const telemetry::Logger logger_;
  telemetry::Gauge& up_metric_;
  bool warned_of_missing_range_ = false;

  mutable std::mutex mutex_;
  SidecarSnapshot snapshot_;                 // Guarded by mutex_.
  TimestampMs lowest_time_ = kTimestampMin;  // Guarded by mutex_; unclamped.
};

}  // namespace aion::promclient
