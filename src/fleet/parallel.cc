#include "fleet/parallel.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace aion::fleet {

void RunInParallel(size_t count, size_t threads_max, const std::function<void(size_t)>& body) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) body(i);
  };
  std::vector<std::thread> threads;
  const size_t extra = std::min(count, threads_max);
  try {
    for (size_t i = 1; i < extra; ++i) threads.emplace_back(work);
  } catch (const std::system_error&) {
    // The system has no more threads: those there are do it all.
  }
  work();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace aion::fleet
