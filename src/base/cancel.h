#pragma once

// CancelToken: how a request's end (client gone, deadline, shutdown) reaches the code that works
// for it.
//
// The owner of a request makes a CancelSource; everything that may take long takes its CancelToken
// by value and asks `Check()` at least every few milliseconds of work, or passes it on. Tokens are
// cheap to copy and thread-safe. A token made from nothing never cancels.

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "base/status.h"

namespace aion {

class CancelToken {
 public:
  using Clock = std::chrono::steady_clock;

  CancelToken() = default;

  /// True once cancelled or past the deadline. Costs an atomic load and, with a deadline, a clock
  /// read.
  bool IsCancelled() const;
  /// OK, or kCancelled / kDeadlineExceeded with a text for the user.
  Status Check() const;
  std::optional<Clock::time_point> Deadline() const;

  /// Runs `callback` once when Cancel() is called (at once if it already was), from the cancelling
  /// thread; deadlines do not run it. Returns an id for RemoveCallback, which waits for a running
  /// callback to end.
  uint64_t OnCancel(std::function<void()> callback) const;
  void RemoveCallback(uint64_t id) const;

 private:
  friend class CancelSource;  // The source and its token are two ends of one state.
  struct State;
  explicit CancelToken(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

class CancelSource {
 public:
  CancelSource();
  /// Cancels by itself when `parent` is cancelled or past its deadline.
  explicit CancelSource(const CancelToken& parent);
  /// Cancels by itself once `deadline` has passed or when `parent` is cancelled.
  explicit CancelSource(CancelToken::Clock::time_point deadline,
                        const CancelToken& parent = CancelToken());
  ~CancelSource();
  CancelSource(const CancelSource&) = delete;
  CancelSource& operator=(const CancelSource&) = delete;

  CancelToken Token() const { return CancelToken(state_); }
  void Cancel();

 private:
  std::shared_ptr<CancelToken::State> state_;
  CancelToken parent_;
  uint64_t parent_callback_ = 0;
};

}  // namespace aion
