#pragma once

// WorkerPool: the threads handlers run on. Threads start as they are needed, up to a limit; tasks
// beyond wait in a bounded queue. Thread-safe.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace aion::net::internal {

class WorkerPool {
 public:
  WorkerPool(int threads_max, size_t queue_max)
      : threads_max_(threads_max), queue_max_(queue_max) {}
  ~WorkerPool() { Stop(); }

  /// False when the queue is full or the pool is stopped.
  bool Submit(std::function<void()> task);
  /// Runs what is queued, waits for every thread. Idempotent.
  void Stop();

 private:
  /// Requires: mutex_ is held. False when there is not a single thread.
  bool AddThread();
  void Run();

  const int threads_max_;
  const size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;  // Guarded by mutex_, as all below.
  std::vector<std::thread> threads_;
  int idle_ = 0;
  bool stopped_ = false;
};

}  // namespace aion::net::internal
