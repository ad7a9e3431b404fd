#include "runtime/thread_pool.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>

#include "base/check.h"

namespace aion::runtime {

ThreadPool::ThreadPool(size_t threads, const std::string& name) {
  threads_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this, name] { Work(name); });
}

size_t ThreadPool::CoreCount() {
  // What the scheduler grants, not what the machine has: containers pin processes.
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0) {
    return static_cast<size_t>(CPU_COUNT(&set));
  }
  return std::max<size_t>(1, std::thread::hardware_concurrency());
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::Submit(Task task) {
  CHECK(!threads_.empty());
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
}

size_t ThreadPool::QueueSize() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void ThreadPool::Work(const std::string& name) {
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    {
      Task task = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      task();
    }  // What the task owns goes before the lock is taken again.
    lock.lock();
  }
}

// The group's tasks wait in its own queue. For each of them the pool gets a ticket, which takes one
// task of the group if any is left: tickets may come late, when the waiting thread has done the
// work already.
struct TaskGroup::State {
  std::mutex mutex;
  std::condition_variable done;
  std::deque<Task> queue;  // Guarded by mutex, as all below.
  size_t running = 0;

  /// False when there was nothing to run.
  bool RunOne() {
    std::unique_lock lock(mutex);
    if (queue.empty()) return false;
    Task task = std::move(queue.front());
    queue.pop_front();
    ++running;
    lock.unlock();
    task();
    task = Task();
    lock.lock();
    if (--running == 0 && queue.empty()) done.notify_all();
    return true;
  }
};

TaskGroup::TaskGroup(ThreadPool* pool)
    : pool_(pool != nullptr && pool->thread_count() > 0 ? pool : nullptr),
      state_(std::make_shared<State>()) {}

TaskGroup::~TaskGroup() { Wait(); }

void TaskGroup::Run(Task task) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->queue.push_back(std::move(task));
  }
  if (pool_ != nullptr) pool_->Submit([state = state_] { state->RunOne(); });
}

void TaskGroup::Wait() {
  while (true) {
    while (state_->RunOne()) {
    }
    std::unique_lock lock(state_->mutex);
    state_->done.wait(lock, [this] { return state_->running == 0 || !state_->queue.empty(); });
    if (state_->queue.empty()) return;
  }
}

namespace {

/// The indexes of one ParallelFor, handed out in order to whoever asks.
struct IndexRange {
  IndexRange(size_t n, const std::function<void(size_t)>& f) : count(n), body(f) {}

  const size_t count;
  const std::function<void(size_t)>& body;  // Valid while the caller waits.
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::condition_variable done;
  size_t finished = 0;  // Guarded by mutex.

  void Work() {
    size_t finished_here = 0;
    // A late ticket finds no index, and then must not touch the body.
    for (size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) {
      body(i);
      ++finished_here;
    }
    if (finished_here == 0) return;
    const std::lock_guard lock(mutex);
    finished += finished_here;
    if (finished == count) done.notify_all();
  }
};

}  // namespace

void ParallelFor(ThreadPool* pool, size_t count, const std::function<void(size_t)>& body) {
  if (pool == nullptr || pool->thread_count() == 0 || count < 2) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  const auto range = std::make_shared<IndexRange>(count, body);
  // One index is for this thread.
  const size_t tickets = std::min(pool->thread_count(), count - 1);
  for (size_t i = 0; i < tickets; ++i) pool->Submit([range] { range->Work(); });
  range->Work();
  std::unique_lock lock(range->mutex);
  range->done.wait(lock, [&] { return range->finished == count; });
}

Status ParallelTry(ThreadPool* pool, size_t count, const std::function<Status(size_t)>& body) {
  std::mutex mutex;
  size_t failed_index = count;
  Status failure;
  std::atomic<size_t> stop_after{count};
  ParallelFor(pool, count, [&](size_t i) {
    if (i > stop_after.load(std::memory_order_relaxed)) return;
    Status status = body(i);
    if (status.ok()) return;
    const std::lock_guard lock(mutex);
    if (i >= failed_index) return;
    failed_index = i;
    failure = std::move(status);
    stop_after.store(i, std::memory_order_relaxed);
  });
  return failure;
}

}  // namespace aion::runtime
