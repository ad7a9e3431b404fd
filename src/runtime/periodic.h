#pragma once

// Periodic: a background thread that calls a function at once and then every interval, until
// stopped.
//
// Wake() makes the next call come now. Calls never overlap. The function gets a token that is
// cancelled by Stop(), which waits for a running call. Stop() and Wake() are thread-safe.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/cancel.h"

namespace aion::runtime {

struct PeriodicOptions {
  std::string name = "periodic";  ///< Of the thread, 15 bytes at most.
  /// The time from the end of a call to the start of the next. 0: only Wake() makes calls.
  std::chrono::milliseconds interval{0};
  bool call_at_start = true;
};

class Periodic {
 public:
  Periodic(PeriodicOptions options, std::function<void(const CancelToken&)> call);
  /// Stops.
  ~Periodic();
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  /// Requires: not called from within the call itself.
  void Stop();
  void Wake();

 private:
  void Loop();

  const PeriodicOptions options_;
  const std::function<void(const CancelToken&)> call_;
  CancelSource stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wake_;              // Guarded by mutex_.
  std::mutex stop_mutex_;  // Held over the join.
  std::thread thread_;
};

}  // namespace aion::runtime
