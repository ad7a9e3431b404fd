#include "runtime/run_group.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace aion::runtime {

void RunGroup::Add(std::string name, std::function<Status()> execute,
                   std::function<void(const Status&)> interrupt) {
  actors_.push_back({std::move(name), std::move(execute), std::move(interrupt)});
}

Status RunGroup::Run() {
  if (actors_.empty()) return OkStatus();
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<Status> first;  // Guarded by mutex.

  std::vector<std::thread> threads;
  threads.reserve(actors_.size());
  for (const Actor& actor : actors_) {
    threads.emplace_back([&] {
      ::pthread_setname_np(::pthread_self(), actor.name.substr(0, 15).c_str());
      Status status = actor.execute();
      const std::lock_guard lock(mutex);
      if (!first) first = std::move(status);
      ended.notify_one();
    });
  }
  Status result;
  {
    std::unique_lock lock(mutex);
    ended.wait(lock, [&] { return first.has_value(); });
    result = *first;
  }
  for (size_t i = actors_.size(); i-- > 0;) actors_[i].interrupt(result);
  for (std::thread& thread : threads) thread.join();
  return result;
}

}  // namespace aion::runtime
