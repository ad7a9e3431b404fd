#pragma once

// WaitUnlessCancelled: a condition variable's wait that also ends when a request is cancelled or
// its deadline passes. What the queues, gates and sleeps of this room are made of.

#include <condition_variable>
#include <mutex>

#include "base/cancel.h"

namespace aion::runtime {

/// Waits until `ready()` (called with the lock held) or the end of the request, whichever is first.
/// OK when ready, else the token's Status. The lock is held again on return.
/// Requires: whoever makes ready() true notifies `condition`.
template <typename Ready>
Status WaitUnlessCancelled(std::unique_lock<std::mutex>& lock, std::condition_variable& condition,
                           const CancelToken& cancel, Ready ready) {
  if (ready()) return OkStatus();
  // The callback takes the lock, so that no wake-up falls between a check and its wait. It is added
  // and removed without the lock: both may wait for a cancelling thread.
  lock.unlock();
  std::mutex& mutex = *lock.mutex();
  const uint64_t id = cancel.OnCancel([&mutex, &condition] {
    {
      const std::lock_guard hold(mutex);
    }
    condition.notify_all();
  });
  lock.lock();
  const auto done = [&] { return ready() || cancel.IsCancelled(); };
  if (const auto deadline = cancel.Deadline()) {
    condition.wait_until(lock, *deadline, done);
  } else {
    condition.wait(lock, done);
  }
  lock.unlock();
  cancel.RemoveCallback(id);
  lock.lock();
  return ready() ? OkStatus() : cancel.Check();
}

}  // namespace aion::runtime
