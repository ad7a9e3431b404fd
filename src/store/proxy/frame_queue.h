#pragma once

// FrameQueue: the bounded hand-over of frames from a member's thread to the merge. One producer, one consumer.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "store/contract/store.h"

namespace aion::store::internal {

class FrameQueue {
 public:
  explicit FrameQueue(size_t frames_max) : frames_max_(frames_max) {}

  /// Waits for room; false when the consumer closed the queue.
  bool Push(SeriesFrame frame);
  /// The producer is done, with the status of its stream.
  void Finish(Status status);
  /// The consumer wants no more: a waiting producer is let go.
  void Close();

  enum class Outcome { kFrame, kEmpty, kEnd, kTimeout };
  /// Without waiting: kFrame, kEnd or kEmpty.
  Outcome TryPop(SeriesFrame* frame) { return Take(frame, std::chrono::milliseconds(0), false); }
  /// Waits up to `timeout` (zero: for ever): kFrame, kEnd or kTimeout.
  Outcome Pop(SeriesFrame* frame, std::chrono::milliseconds timeout) { return Take(frame, timeout, true); }
  /// Requires: the last outcome was kEnd.
  const Status& status() const { return status_; }

 private:
  Outcome Take(SeriesFrame* frame, std::chrono::milliseconds timeout, bool wait);

  const size_t frames_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::deque<SeriesFrame> frames_;
  bool finished_ = false;
  bool closed_ = false;
  Status status_;
};

}  // namespace aion::store::internal
