#include "fleet/parallel.h"

#include <algorithm>
#include <atomic>
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
  for (size_t i = 1; i < extra; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace aion::fleet
