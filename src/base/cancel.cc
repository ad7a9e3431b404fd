#include "base/cancel.h"

#include <algorithm>
#include <condition_variable>
#include <thread>

namespace aion {

struct CancelToken::State {
  std::atomic<bool> cancelled{false};
  std::optional<Clock::time_point> deadline;  // Constant after construction.
  std::mutex mutex;
  std::condition_variable callback_ended;
  uint64_t next_id = 1;                                 // Guarded by mutex.
  std::map<uint64_t, std::function<void()>> callbacks;  // Guarded by mutex.
  uint64_t running_id = 0;                              // Guarded by mutex.
  std::thread::id running_thread;                       // Guarded by mutex.
};

bool CancelToken::IsCancelled() const {
  if (state_ == nullptr) return false;
  if (state_->cancelled.load(std::memory_order_relaxed)) return true;
  return state_->deadline && Clock::now() >= *state_->deadline;
}

Status CancelToken::Check() const {
  if (!IsCancelled()) return OkStatus();
  if (state_->cancelled.load(std::memory_order_relaxed)) return CancelledError("context canceled");
  return DeadlineExceededError("context deadline exceeded");
}

std::optional<CancelToken::Clock::time_point> CancelToken::Deadline() const {
  return state_ == nullptr ? std::nullopt : state_->deadline;
}

uint64_t CancelToken::OnCancel(std::function<void()> callback) const {
  if (state_ == nullptr) return 0;
  std::unique_lock lock(state_->mutex);
  if (!state_->cancelled.load(std::memory_order_relaxed)) {
    state_->callbacks.emplace(state_->next_id, std::move(callback));
    return state_->next_id++;
  }
  lock.unlock();
  callback();
  return 0;
}

void CancelToken::RemoveCallback(uint64_t id) const {
  if (state_ == nullptr || id == 0) return;
  std::unique_lock lock(state_->mutex);
  if (state_->callbacks.erase(id) != 0) return;
  // It may be running now. A callback that removes itself must not wait for itself.
  if (state_->running_thread == std::this_thread::get_id()) return;
  state_->callback_ended.wait(lock, [&] { return state_->running_id != id; });
}

CancelSource::CancelSource() : state_(std::make_shared<CancelToken::State>()) {}

CancelSource::CancelSource(const CancelToken& parent) : CancelSource() {
  state_->deadline = parent.Deadline();
  parent_ = parent;
  parent_callback_ = parent_.OnCancel([this] { Cancel(); });
}

CancelSource::CancelSource(CancelToken::Clock::time_point deadline, const CancelToken& parent)
    : CancelSource() {
  const auto parent_deadline = parent.Deadline();
  state_->deadline = parent_deadline ? std::min(deadline, *parent_deadline) : deadline;
  parent_ = parent;
  parent_callback_ = parent_.OnCancel([this] { Cancel(); });
}

CancelSource::~CancelSource() { parent_.RemoveCallback(parent_callback_); }

void CancelSource::Cancel() {
  // A callback may drop the last other reference to the state, or this source itself.
  const std::shared_ptr<CancelToken::State> state = state_;
  std::unique_lock lock(state->mutex);
  if (state->cancelled.exchange(true)) return;
  state->running_thread = std::this_thread::get_id();
  while (!state->callbacks.empty()) {
    const auto callback = state->callbacks.extract(state->callbacks.begin());
    state->running_id = callback.key();
    // Without the lock: callbacks may cancel children, add and remove callbacks.
    lock.unlock();
    callback.mapped()();
    lock.lock();
    state->running_id = 0;
    state->callback_ended.notify_all();
  }
  state->running_thread = {};
}

}  // namespace aion
