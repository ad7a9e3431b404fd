#include "net/internal/response_queue.h"

#include <utility>

namespace aion::net::internal {
namespace {

Status ClientGone() { return CancelledError("http: client disconnected"); }

}  // namespace

void ResponseQueue::WakeLocked(std::unique_lock<std::mutex>& lock) {
  const bool wake = std::exchange(waiting_, false);
  lock.unlock();
  if (wake) wake_();
}

Status ResponseQueue::Push(Buffer piece) {
  std::unique_lock lock(mutex_);
  space_.wait(lock, [&] { return aborted_ || bytes_ == 0 || bytes_ + piece.size() <= bytes_max_; });
  if (aborted_) return ClientGone();
  bytes_ += piece.size();
  pieces_.push_back(std::move(piece));
  WakeLocked(lock);
  return OkStatus();
}

Status ResponseQueue::PushAll(std::vector<Buffer> pieces) {
  std::unique_lock lock(mutex_);
  if (aborted_) return ClientGone();
  for (Buffer& piece : pieces) {
    bytes_ += piece.size();
    pieces_.push_back(std::move(piece));
  }
  // Finish follows at once and wakes; waking here too would only cost a second switch.
  return OkStatus();
}

void ResponseQueue::Finish(bool keep_alive) {
  std::unique_lock lock(mutex_);
  finished_ = true;
  keep_alive_ = keep_alive;
  WakeLocked(lock);
}

ResponseQueue::Taken ResponseQueue::Take() {
  std::lock_guard lock(mutex_);
  Taken taken{std::exchange(pieces_, {}), finished_, keep_alive_};
  bytes_ = 0;
  waiting_ = taken.pieces.empty() && !finished_;
  space_.notify_one();
  return taken;
}

void ResponseQueue::Abort() {
  std::lock_guard lock(mutex_);
  aborted_ = true;
  pieces_.clear();
  space_.notify_all();
}

}  // namespace aion::net::internal
