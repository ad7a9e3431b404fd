#pragma once

// FrameQueue: the bounded hand-over of frames from a member's thread to the merge. One producer,
// one consumer.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "base/cancel.h"
#include "store/contract/store.h"

namespace aion::store::internal {

class FrameQueue {
 public:
  explicit FrameQueue(size_t frames_max) : frames_max_(frames_max) {}

  /// Waits for room; false when the consumer closed the queue.
  bool Push(SeriesFrame frame);
  /// The producer got something that it keeps to itself so far: the time a consumer waits begins
  /// anew.
  void Touch();
  /// The producer is done, with the status of its stream.
  void Finish(Status status);
  /// The consumer wants no more: a waiting producer is let go.
  void Close();

  using Clock = CancelToken::Clock;
  enum class Outcome { kFrame, kEmpty, kEnd, kTimeout };
  /// Without waiting: kFrame, kEnd or kEmpty.
  Outcome TryPop(SeriesFrame* frame);
  /// Waits until the producer has been silent for `timeout` (zero: for ever) or `deadline` is
  /// there: kFrame, kEnd or kTimeout.
  Outcome Pop(SeriesFrame* frame, std::chrono::milliseconds timeout,
              std::optional<Clock::time_point> deadline);
  /// Requires: the last outcome was kEnd.
  const Status& status() const { return status_; }

 private:
  // Require mutex_:
  bool IsReady() const { return finished_ || !frames_.empty(); }
  Outcome Take(SeriesFrame* frame);

  const size_t frames_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::deque<SeriesFrame> frames_;
  bool finished_ = false;
  bool closed_ = false;
  Clock::time_point heard_ = Clock::now();  // Of the producer, last.
  Status status_;
};

}  // namespace aion::store::internal
