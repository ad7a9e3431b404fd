#pragma once

// Prober: whether a component is healthy (its HTTP server listens) and ready (it may take
// requests).
//
// The state feeds `/-/healthy` and `/-/ready`, the gRPC health service and the gauge
// `thanos_status{check,component}`; changes are logged. Thread-safe.

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aion::telemetry {

class Prober {
 public:
  /// `registry` already carries the prefix `thanos_`.
  Prober(std::string_view component, Logger logger, const Registry& registry);

  void SetReady();
  void SetNotReady(const Status& reason);
  void SetHealthy();
  void SetNotHealthy(const Status& reason);

  bool IsReady() const { return ready_.load(std::memory_order_acquire); }
  bool IsHealthy() const { return healthy_.load(std::memory_order_acquire); }

  /// Runs `callback` at every change of readiness, and once now, on the thread that changes it.
  /// Requires: `callback` does not call the prober.
  void OnReadyChange(std::function<void(bool ready)> callback);

 private:
  const Logger logger_;
  Gauge& ready_gauge_;
  Gauge& healthy_gauge_;
  std::atomic<bool> ready_{false};
  std::atomic<bool> healthy_{false};
  std::mutex mutex_;
  bool reported_not_ready_ = false;                   // Guarded by mutex_.
  std::vector<std::function<void(bool)>> callbacks_;  // Guarded by mutex_.
};

}  // namespace aion::telemetry
