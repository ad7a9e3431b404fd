#include "runtime/periodic.h"

#include <pthread.h>

#include "runtime/cancel_wait.h"

namespace aion::runtime {

Periodic::Periodic(PeriodicOptions options, std::function<void(const CancelToken&)> call)
    : options_(std::move(options)), call_(std::move(call)), wake_(options_.call_at_start) {
  thread_ = std::thread([this] { Loop(); });
}

Periodic::~Periodic() { Stop(); }

void Periodic::Stop() {
  stop_.Cancel();
  const std::lock_guard lock(stop_mutex_);
  if (thread_.joinable()) thread_.join();
}

void Periodic::Wake() {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
  }
  changed_.notify_all();
}

void Periodic::Loop() {
  ::pthread_setname_np(::pthread_self(), options_.name.substr(0, 15).c_str());
  const CancelToken stop = stop_.Token();
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const auto woken = [this] { return wake_; };
      if (options_.interval.count() > 0) {
        // A child that ends by itself is the timer.
        const CancelSource timer(CancelToken::Clock::now() + options_.interval, stop);
        (void)WaitUnlessCancelled(lock, changed_, timer.Token(), woken);
      } else {
        (void)WaitUnlessCancelled(lock, changed_, stop, woken);
      }
      wake_ = false;
    }
    if (stop.IsCancelled()) return;
    call_(stop);
  }
}

}  // namespace aion::runtime
