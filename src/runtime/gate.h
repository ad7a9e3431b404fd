#pragma once

// Gate: at most so many of an expensive thing at once; the rest wait their turn, first come first
// served.
//
// Enter() gives a Permit that leaves the gate when it is destroyed. Thread-safe. With a registry
// the gate counts itself as upstream's do: `<prefix>gate_queries_max`, `_in_flight`, `_total` and
// `_duration_seconds` (the time spent waiting).

#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <string_view>

#include "base/cancel.h"
#include "base/status.h"
#include "telemetry/metrics.h"

namespace aion::runtime {

class Gate {
 public:
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      if (this != &other) {
        Release();
        gate_ = std::exchange(other.gate_, nullptr);
      }
      return *this;
    }
    ~Permit() { Release(); }
    void Release() {
      if (gate_ != nullptr) std::exchange(gate_, nullptr)->Leave();
    }

   private:
    friend class Gate;  // A permit is the gate's other half.
    explicit Permit(Gate* gate) : gate_(gate) {}
    Gate* gate_ = nullptr;
  };

  /// 0 means no limit.
  explicit Gate(uint64_t max) : max_(max) {}
  /// `registry` carries the prefix; names are `gate_<things>_*`.
  Gate(uint64_t max, const telemetry::Registry& registry, std::string_view things = "queries");
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Waits for a place, unless the request ends first. The gate must outlive the permit.
  StatusOr<Permit> Enter(const CancelToken& cancel);

  uint64_t max() const { return max_; }
  uint64_t InFlight() const;

 private:
  struct Metrics {
    telemetry::Gauge* in_flight = nullptr;
    telemetry::Counter* total = nullptr;
    telemetry::Histogram* wait_seconds = nullptr;
  };
  struct Waiter {
    bool admitted = false;
  };

  void Leave();

  const uint64_t max_;
  Metrics metrics_;  // Constant after construction.
  mutable std::mutex mutex_;
  std::condition_variable admitted_;
  uint64_t in_flight_ = 0;      // Guarded by mutex_.
  std::list<Waiter*> waiters_;  // Guarded by mutex_; the head is admitted next.
};

}  // namespace aion::runtime
