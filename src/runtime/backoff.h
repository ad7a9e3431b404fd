#pragma once

// Retries: how long to wait before trying again, and the loop around it.
//
// Waits grow by a factor up to a ceiling and are shortened at random, so that many clients of one
// failed server do not come back at once.

#include <chrono>
#include <functional>

#include "base/cancel.h"
#include "base/random.h"
#include "base/status.h"

namespace aion::runtime {

struct BackoffPolicy {
  std::chrono::milliseconds initial{100};
  std::chrono::milliseconds ceiling{10'000};
  double factor = 2;
  /// The part of each wait that is random: 0 waits exactly, 0.5 between half and the whole.
  double jitter = 0.5;
  /// Tries in all; 0 tries until the request ends.
  int attempts_max = 0;
};

/// The sequence of waits. Not thread-safe.
class Backoff {
 public:
  explicit Backoff(const BackoffPolicy& policy, Random random = Random::FromSystem());
  std::chrono::milliseconds Next();
  /// Starts over, after a success.
  void Reset() { next_ms_ = static_cast<double>(policy_.initial.count()); }

 private:
  const BackoffPolicy policy_;
  Random random_;
  double next_ms_;
};

/// Sleeps; the token's Status when the request ends first.
Status SleepFor(std::chrono::milliseconds duration, const CancelToken& cancel);

/// Whether trying again may help: kUnavailable, kAborted, kResourceExhausted, kUnknown, and a
/// deadline of the attempt's own.
bool IsRetriable(const Status& status);

/// Calls `attempt` until it is OK, fails for good (by `retriable`), or the attempts or the request
/// end: then the last attempt's error.
Status Retry(const BackoffPolicy& policy, const CancelToken& cancel,
             const std::function<Status()>& attempt,
             const std::function<bool(const Status&)>& retriable = IsRetriable);

}  // namespace aion::runtime
