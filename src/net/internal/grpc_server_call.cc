#include "net/internal/grpc_server_call.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

// Threads: gRPC's callback threads run the On… functions and only move state along; the handler's
// worker blocks in Write when the queue is full. The mutex is never held while an operation is
// started, because gRPC may complete it, and call back, at once.

namespace aion::net::internal {
namespace {

/// What a handler may be ahead of its peer.
constexpr size_t kQueueBytesMax = 1 << 20;
constexpr size_t kQueueMessagesMax = 256;
constexpr size_t kHeldBytesMax = 64 << 10;

CancelToken::Clock::time_point SteadyDeadline(std::chrono::system_clock::time_point deadline) {
  const auto now = std::chrono::system_clock::now();
  // "No deadline" is the end of time, which must not overflow.
  if (deadline - now > std::chrono::hours(24 * 365)) return CancelToken::Clock::time_point::max();
  return CancelToken::Clock::now() +
         std::chrono::duration_cast<CancelToken::Clock::duration>(deadline - now);
}

class ServerCallReactor final : public grpc::ServerGenericBidiReactor, public GrpcStreamWriter {
 public:
  ServerCallReactor(grpc::GenericCallbackServerContext* context, const ServerMethod* method,
                    GrpcObserver* observer, WorkerPool* workers)
      : method_(method),
        observer_(observer),
        workers_(workers),
        source_(SteadyDeadline(context->deadline())) {
    if (method_ == nullptr) {
      Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "unknown method " + context->method()));
      return;
    }
    call_.cancel = source_.Token();
    call_.peer = context->peer();
    for (const auto& [key, value] : context->client_metadata()) {
      call_.metadata.emplace(std::string(key.data(), key.size()),
                             std::string(value.data(), value.size()));
    }
    if (observer_ != nullptr) observer_->Started(method_->name.method());
    StartRead(&incoming_);
  }

  // From gRPC's threads.
  void OnReadDone(bool ok) override {
    if (!ok) return Complete(CancelledError("grpc: call without a request"));
    if (!workers_->Submit([this] { Serve(); })) {
      Complete(ResourceExhaustedError("grpc: too many calls are running"));
    }
  }

  void OnWriteDone(bool ok) override {
    std::unique_lock lock(mutex_);
    if (!ok) gone_ = true;
    Step(lock);
  }

  void OnCancel() override {
    source_.Cancel();
    std::lock_guard lock(mutex_);
    gone_ = true;
    room_.notify_all();
  }

  void OnDone() override { delete this; }

  // From the handler's thread.
  Status Write(Buffer message, bool more_follows) override {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
      return gone_ || !writing_ || queue_.empty() ||
             (queued_bytes_ + message.size() <= kQueueBytesMax &&
              queue_.size() < kQueueMessagesMax);
    });
    if (gone_) return CancelledError("grpc: peer is gone");
    queued_bytes_ += message.size();
    queue_.push_back({std::move(message), more_follows});
    if (observer_ != nullptr) observer_->MessageSent(method_->name.method());
    if (!writing_) Step(lock);
    return OkStatus();
  }

 private:
  struct Message {
    Buffer bytes;
    bool more_follows = false;
  };

  void Serve() {
    Status status;
    auto request = TakeBytes(&incoming_);
    if (!request.ok()) {
      status = request.status();
    } else {
      if (observer_ != nullptr) observer_->MessageReceived(method_->name.method());
      status = RunHandler(*request);
    }
    Complete(std::move(status));
  }

  Status RunHandler(const Buffer& request) {
    try {
      return method_->handler(call_, request, *this);
    } catch (const std::exception& error) {
      if (observer_ != nullptr) observer_->PanicRecovered();
      return InternalError(std::string("recovered from panic: ") + error.what());
    }
  }

  /// The last thing done with this object outside gRPC: it may be gone when the function returns.
  void Complete(Status status) {
    if (observer_ != nullptr) {
      const auto elapsed = std::chrono::steady_clock::now() - begin_;
      observer_->Handled(method_->name.method(), status.code(),
                         std::chrono::duration<double>(elapsed).count());
    }
    std::unique_lock lock(mutex_);
    completed_ = true;
    status_ = std::move(status);
    if (!writing_) Step(lock);
  }

  /// Starts what is next: a message, or the end. Requires: no write is under way.
  void Step(std::unique_lock<std::mutex>& lock) {
    writing_ = false;
    if (gone_) {
      queue_.clear();
      queued_bytes_ = 0;
    }
    room_.notify_all();
    if (!queue_.empty()) {
      if (!Held()) SendFront(lock);
      return;
    }
    if (!completed_ || finished_) return;
    finished_ = true;
    const grpc::Status status = ToGrpc(status_);
    lock.unlock();
    Finish(status);
  }

  /// A small message that more follow waits for the next one or for the status, to leave together
  /// with it.
  bool Held() const {
    return queue_.size() == 1 && queue_.front().more_follows && queued_bytes_ <= kHeldBytesMax &&
           !completed_;
  }

  void SendFront(std::unique_lock<std::mutex>& lock) {
    const Message message = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= message.bytes.size();
    writing_ = true;
    outgoing_ = GiveBytes(message.bytes);
    const bool last = completed_ && queue_.empty();
    const bool next_goes = !queue_.empty() && !Held();
    grpc::WriteOptions options;
    // The first message goes with the headers, and gRPC 1.51 does not send headers with a hint
    // before something else makes it write: the call would stand still.
    if (!last && headers_sent_ && message.bytes.size() <= kHeldBytesMax &&
        (message.more_follows || next_goes)) {
      options.set_buffer_hint();
    }
    headers_sent_ = true;
    finished_ = finished_ || last;
    const grpc::Status status = last ? ToGrpc(status_) : grpc::Status::OK;
    lock.unlock();
    if (last) {
      StartWriteAndFinish(&outgoing_, options, status);
    } else {
      StartWrite(&outgoing_, options);
    }
  }

  const ServerMethod* const method_;
  GrpcObserver* const observer_;
  WorkerPool* const workers_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  CancelSource source_;
  ServerCall call_;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;

  std::mutex mutex_;
  std::condition_variable room_;
  // Guarded by mutex_:
  std::deque<Message> queue_;
  size_t queued_bytes_ = 0;
  bool writing_ = false;
  bool headers_sent_ = false;
  bool gone_ = false;
  bool completed_ = false;
  bool finished_ = false;
  Status status_;
};

}  // namespace

grpc::ServerGenericBidiReactor* StartServerCall(grpc::GenericCallbackServerContext* context,
                                                const ServerMethod* method, GrpcObserver* observer,
                                                WorkerPool* workers) {
  return new ServerCallReactor(context, method, observer, workers);
}

}  // namespace aion::net::internal
