#pragma once

// ThreadPool: the compute threads of the process, as many as there are cores.
//
// Pools never wait: a task must not block on I/O, a queue, a gate or a lock that is held over any
// of these. The one wait allowed is forking work with TaskGroup or ParallelFor and joining it: the
// joining thread runs the group's own tasks meanwhile, so nested groups cannot starve each other.
// Tasks must not throw. All of this is thread-safe.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"
#include "runtime/task.h"

namespace aion::runtime {

class ThreadPool {
 public:
  /// 0 threads: only the joining threads of groups work, one task after another. `name` (15 bytes
  /// at most) is what the threads are called in the system's lists.
  explicit ThreadPool(size_t threads, const std::string& name = "compute");
  /// As many threads as this process may use cores.
  static size_t CoreCount();
  /// Runs what was submitted, then ends the threads.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Runs `task` soon, in order of submission. Requires: the pool has threads.
  void Submit(Task task);
  size_t thread_count() const { return threads_.size(); }
  /// Tasks submitted and not yet begun.
  size_t QueueSize() const;

 private:
  void Work(const std::string& name);

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;  // Guarded by mutex_.
  bool ending_ = false;     // Guarded by mutex_.
  std::vector<std::thread> threads_;
};

/// Fork and join: tasks added by Run() are done by the pool and by the thread in Wait().
/// One thread owns a group; tasks of the group may add to it too.
class TaskGroup {
 public:
  /// A null pool makes Wait() run everything.
  explicit TaskGroup(ThreadPool* pool);
  /// Waits.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  void Run(Task task);
  /// Returns when every task added so far is done; the group may be used again.
  void Wait();

 private:
  struct State;
  ThreadPool* const pool_;
  const std::shared_ptr<State> state_;
};

/// Calls `body(i)` for every i in [0, count), on the pool and the calling thread, and returns when
/// all are done. Indexes are begun in order, each exactly once. A null pool means the calling
/// thread.
void ParallelFor(ThreadPool* pool, size_t count, const std::function<void(size_t)>& body);

/// The same for work that may fail: the error of the lowest failing index, whatever the timing.
/// Indexes after a failed one may be left out.
Status ParallelTry(ThreadPool* pool, size_t count, const std::function<Status(size_t)>& body);

}  // namespace aion::runtime
