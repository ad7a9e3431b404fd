#pragma once

// Task: a function without arguments, run once. Unlike std::function it takes functions that can
// only be moved (those that own buffers, promises, permits).

#include <memory>
#include <type_traits>
#include <utility>

namespace aion::runtime {

class Task {
 public:
  Task() = default;
  template <typename F, typename = std::enable_if_t<!std::is_same_v<std::decay_t<F>, Task>>>
  Task(F&& function)  // NOLINT
      : body_(std::make_unique<Body<std::decay_t<F>>>(std::forward<F>(function))) {}

  explicit operator bool() const { return body_ != nullptr; }
  /// Requires: not empty.
  void operator()() { body_->Run(); }

 private:
  struct AnyBody {
    virtual ~AnyBody() = default;
    virtual void Run() = 0;
  };
  template <typename F>
  struct Body : AnyBody {
    explicit Body(F f) : function(std::move(f)) {}
    void Run() override { function(); }
    F function;
  };
  std::unique_ptr<AnyBody> body_;
};

}  // namespace aion::runtime
