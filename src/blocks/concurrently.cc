#include "blocks/concurrently.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace aion::blocks {

Status RunConcurrently(size_t count, size_t threads, const std::function<Status(size_t)>& body) {
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  size_t failed_index = count;  // Guarded by mutex, as is first_error.
  Status first_error;
  const auto work = [&] {
    while (!failed.load(std::memory_order_relaxed)) {
      const size_t index = next.fetch_add(1);
      if (index >= count) return;
      Status status = body(index);
      if (status.ok()) continue;
      failed = true;
      const std::lock_guard lock(mutex);
      if (index < failed_index) {
        failed_index = index;
        first_error = std::move(status);
      }
    }
  };
  std::vector<std::thread> others;
  try {
    for (size_t i = 1; i < std::min(threads, count); ++i) others.emplace_back(work);
  } catch (const std::system_error&) {
    // The system has no more threads: those there are do it all.
  }
  work();
  for (std::thread& thread : others) thread.join();
  return first_error;
}

}  // namespace aion::blocks
