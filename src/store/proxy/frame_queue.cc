#include "store/proxy/frame_queue.h"

#include <algorithm>

namespace aion::store::internal {

bool FrameQueue::Push(SeriesFrame frame) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || frames_.size() < frames_max_; });
  if (closed_) return false;
  frames_.push_back(std::move(frame));
  heard_ = Clock::now();
  changed_.notify_all();
  return true;
}

void FrameQueue::Touch() {
  std::lock_guard lock(mutex_);
  heard_ = Clock::now();
}

void FrameQueue::Finish(Status status) {
  std::lock_guard lock(mutex_);
  finished_ = true;
  status_ = std::move(status);
  changed_.notify_all();
}

void FrameQueue::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  frames_.clear();
  changed_.notify_all();
}

FrameQueue::Outcome FrameQueue::TryPop(SeriesFrame* frame) {
  std::lock_guard lock(mutex_);
  return IsReady() ? Take(frame) : Outcome::kEmpty;
}

FrameQueue::Outcome FrameQueue::Pop(SeriesFrame* frame, std::chrono::milliseconds timeout,
                                    std::optional<Clock::time_point> deadline) {
  std::unique_lock lock(mutex_);
  while (!IsReady()) {
    auto until = deadline.value_or(Clock::time_point::max());
    if (timeout.count() > 0) until = std::min(until, heard_ + timeout);
    if (until == Clock::time_point::max()) {
      changed_.wait(lock);
    } else if (Clock::now() >= until) {
      return Outcome::kTimeout;
    } else {
      changed_.wait_until(lock, until);
    }
  }
  return Take(frame);
}

FrameQueue::Outcome FrameQueue::Take(SeriesFrame* frame) {
  if (frames_.empty()) return Outcome::kEnd;
  *frame = std::move(frames_.front());
  frames_.pop_front();
  changed_.notify_all();
  return Outcome::kFrame;
}

}  // namespace aion::store::internal
