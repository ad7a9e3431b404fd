#pragma once

// ResponseQueue: the bounded buffer between a handler's thread, which pushes pieces of the answer,
// and the connection, which writes them to its socket. A slow client fills it and blocks the
// handler. Thread-safe, one of each side.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "base/buffer.h"
#include "base/status.h"

namespace aion::net::internal {

class ResponseQueue {
 public:
  /// `wake` tells the connection that there is something to take; it must not block.
  ResponseQueue(size_t bytes_max, std::function<void()> wake)
      : bytes_max_(bytes_max), wake_(std::move(wake)) {}

  // The handler's side.
  /// Blocks while the buffer is full (one piece of any size always fits an empty buffer).
  /// kCancelled after Abort.
  Status Push(Buffer piece);
  /// Pushes without waiting: for answers that are in memory anyway.
  Status PushAll(std::vector<Buffer> pieces);
  /// The answer is complete; `keep_alive` says whether the connection may go on.
  void Finish(bool keep_alive);

  // The connection's side.
  struct Taken {
    std::vector<Buffer> pieces;
    bool finished = false;  ///< Nothing follows these pieces.
    bool keep_alive = false;
  };
  /// Everything there is. When that is nothing, `wake` will be called once there is more.
  Taken Take();
  /// The client is gone: unblocks and fails the handler.
  void Abort();

 private:
  void WakeLocked(std::unique_lock<std::mutex>& lock);

  const size_t bytes_max_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable space_;
  std::vector<Buffer> pieces_;  // Guarded by mutex_, as all below.
  size_t bytes_ = 0;
  bool waiting_ = false;
  bool finished_ = false;
  bool keep_alive_ = false;
  bool aborted_ = false;
};

}  // namespace aion::net::internal
