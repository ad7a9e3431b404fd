#include "store/proxy/frame_queue.h"

namespace aion::store::internal {

bool FrameQueue::Push(SeriesFrame frame) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || frames_.size() < frames_max_; });
  if (closed_) return false;
  frames_.push_back(std::move(frame));
  changed_.notify_all();
  return true;
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

FrameQueue::Outcome FrameQueue::Take(SeriesFrame* frame, std::chrono::milliseconds timeout, bool wait) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return finished_ || !frames_.empty(); };
  if (!ready()) {
    if (!wait) return Outcome::kEmpty;
    if (timeout.count() == 0) {
      changed_.wait(lock, ready);
    } else if (!changed_.wait_for(lock, timeout, ready)) {
      return Outcome::kTimeout;
    }
  }
  if (frames_.empty()) return Outcome::kEnd;
  *frame = std::move(frames_.front());
  frames_.pop_front();
  changed_.notify_all();
  return Outcome::kFrame;
}

}  // namespace aion::store::internal
