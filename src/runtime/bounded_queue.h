#pragma once

// BoundedQueue: how one thread hands a stream of items to another with back-pressure.
//
// The producer Push()es and at last Close()s, with an error if it failed; the consumer Pop()s until
// the end, and Abandon()s the queue when it wants no more, which fails the producer. Items carry a
// cost (1, or their bytes); the queue holds `capacity` of cost, and always at least one item, so an
// item larger than the capacity passes. Any number of threads on both sides. Items leave in order.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/cancel.h"
#include "base/status.h"
#include "runtime/cancel_wait.h"

namespace aion::runtime {

template <typename T>
class BoundedQueue {
 public:
  /// Requires: capacity > 0.
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) { CHECK(capacity > 0); }

  /// Waits for room. kCancelled when the consumer has abandoned the queue or it is closed already,
  /// else the token's Status; the item is dropped then.
  Status Push(T item, const CancelToken& cancel, size_t cost = 1) {
    std::unique_lock lock(mutex_);
    RETURN_IF_ERROR(
        WaitUnlessCancelled(lock, room_, cancel, [&] { return closed_ || HasRoom(cost); }));
    if (closed_) return CancelledError("queue: closed");
    Add(std::move(item), cost);
    return OkStatus();
  }

  /// Takes `item` only if there is room now.
  bool TryPush(T& item, size_t cost = 1) {
    const std::lock_guard lock(mutex_);
    if (closed_ || !HasRoom(cost)) return false;
    Add(std::move(item), cost);
    return true;
  }

  /// Waits for an item. Nullopt at the end of a queue closed without an error; the error given to
  /// Close() after the items before it; the token's Status when the request ends first.
  StatusOr<std::optional<T>> Pop(const CancelToken& cancel) {
    std::unique_lock lock(mutex_);
    RETURN_IF_ERROR(WaitUnlessCancelled(lock, items_ready_, cancel,
                                        [&] { return closed_ || !items_.empty(); }));
    if (!items_.empty()) return std::optional<T>(Take());
    if (!end_.ok()) return end_;
    return std::optional<T>();
  }

  /// Nullopt when there is no item now.
  std::optional<T> TryPop() {
    const std::lock_guard lock(mutex_);
    if (items_.empty()) return std::nullopt;
    return Take();
  }

  /// No more items come. The first call counts.
  void Close(Status end = OkStatus()) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;
      closed_ = true;
      end_ = std::move(end);
    }
    items_ready_.notify_all();
    room_.notify_all();
  }

  /// The consumer wants no more: drops what is queued and fails all further pushes.
  void Abandon() {
    std::deque<Entry> dropped;  // Destroyed without the lock.
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      dropped.swap(items_);
      used_ = 0;
    }
    items_ready_.notify_all();
    room_.notify_all();
  }

  size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  struct Entry {
    T item;
    size_t cost;
  };

  bool HasRoom(size_t cost) const {
    return items_.empty() || (used_ <= capacity_ && cost <= capacity_ - used_);
  }
  void Add(T item, size_t cost) {
    items_.push_back({std::move(item), cost});
    used_ += cost;
    items_ready_.notify_one();
  }
  T Take() {
    T item = std::move(items_.front().item);
    used_ -= items_.front().cost;
    items_.pop_front();
    room_.notify_all();
    return item;
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable items_ready_;
  std::condition_variable room_;
  std::deque<Entry> items_;  // Guarded by mutex_, as all below.
  size_t used_ = 0;
  bool closed_ = false;
  Status end_;
};

}  // namespace aion::runtime
