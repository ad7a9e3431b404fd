#include "runtime/gate.h"

#include <chrono>
#include <string>

#include "runtime/cancel_wait.h"

namespace aion::runtime {

Gate::Gate(uint64_t max, const telemetry::Registry& registry, std::string_view things) : max_(max) {
  const std::string what(things);
  const std::string prefix = "gate_" + what + "_";
  registry.AddGauge(prefix + "max", "Maximum number of concurrent " + what + ".")
      .Set(static_cast<double>(max));
  metrics_.in_flight = &registry.AddGauge(prefix + "in_flight",
                                          "Number of " + what + " that are currently in flight.");
  metrics_.total = &registry.AddCounter(prefix + "total", "Total number of " + what + ".");
  metrics_.wait_seconds = &registry.AddHistogram(
      prefix + "duration_seconds", "How many seconds it took for " + what + " to wait at the gate.",
      {0.01, 0.1, 0.3, 0.6, 1, 3, 6, 9, 20, 30, 60, 90, 120, 240, 360, 720});
}

StatusOr<Gate::Permit> Gate::Enter(const CancelToken& cancel) {
  RETURN_IF_ERROR(cancel.Check());
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  if (max_ == 0 || (in_flight_ < max_ && waiters_.empty())) {
    ++in_flight_;
  } else {
    // Leave() hands its place to the head of the line: nobody slips in before.
    Waiter waiter;
    const auto place = waiters_.insert(waiters_.end(), &waiter);
    const Status waited =
        WaitUnlessCancelled(lock, admitted_, cancel, [&] { return waiter.admitted; });
    if (!waiter.admitted) {
      waiters_.erase(place);
      return waited;
    }
  }
  lock.unlock();
  if (metrics_.total != nullptr) {
    metrics_.in_flight->Add();
    metrics_.total->Add();
    metrics_.wait_seconds->Observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return Permit(this);
}

void Gate::Leave() {
  if (metrics_.in_flight != nullptr) metrics_.in_flight->Sub();
  const std::lock_guard lock(mutex_);
  if (waiters_.empty()) {
    --in_flight_;
    return;
  }
  waiters_.front()->admitted = true;
  waiters_.pop_front();
  admitted_.notify_all();
}

uint64_t Gate::InFlight() const {
  const std::lock_guard lock(mutex_);
  return in_flight_;
}

}  // namespace aion::runtime
