#include "runtime/backoff.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "runtime/cancel_wait.h"

namespace aion::runtime {

Backoff::Backoff(const BackoffPolicy& policy, Random random)
    : policy_(policy), random_(random), next_ms_(static_cast<double>(policy.initial.count())) {}

std::chrono::milliseconds Backoff::Next() {
  const double ceiling = static_cast<double>(policy_.ceiling.count());
  const double whole = std::min(next_ms_, ceiling);
  next_ms_ = std::min(whole * policy_.factor, ceiling);
  const double wait = whole * (1 - policy_.jitter * random_.Unit());
  return std::chrono::milliseconds(static_cast<int64_t>(wait));
}

Status SleepFor(std::chrono::milliseconds duration, const CancelToken& cancel) {
  RETURN_IF_ERROR(cancel.Check());
  // A child that ends by itself makes the wait; only the parent's end is an error.
  std::mutex mutex;
  std::condition_variable never;
  const CancelSource timer(CancelToken::Clock::now() + duration, cancel);
  std::unique_lock lock(mutex);
  (void)WaitUnlessCancelled(lock, never, timer.Token(), [] { return false; });
  return cancel.Check();
}

bool IsRetriable(const Status& status) {
  switch (status.code()) {
    case StatusCode::kUnavailable:
    case StatusCode::kAborted:
    case StatusCode::kResourceExhausted:
    case StatusCode::kUnknown:
    case StatusCode::kDeadlineExceeded:
      return true;
    default:
      return false;
  }
}

Status Retry(const BackoffPolicy& policy, const CancelToken& cancel,
             const std::function<Status()>& attempt,
             const std::function<bool(const Status&)>& retriable) {
  RETURN_IF_ERROR(cancel.Check());
  Backoff backoff(policy);
  for (int attempts = 1;; ++attempts) {
    Status status = attempt();
    const bool last = policy.attempts_max > 0 && attempts >= policy.attempts_max;
    if (status.ok() || last || !retriable(status)) return status;
    if (!SleepFor(backoff.Next(), cancel).ok()) return status;
  }
}

}  // namespace aion::runtime
