#include "net/grpc_channel.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/support/async_stream.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "net/internal/grpc_wire.h"

// Every call has a completion queue of its own, which only the calling thread polls: that gives
// each message a deadline (AsyncNext) and needs no thread besides. While the caller works on one
// message, the read of the next is under way.

namespace aion::net {
namespace {

constexpr int kKeepaliveTimeMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 5'000;
constexpr int kReconnectFirstMs = 500;
constexpr int kReconnectMaxMs = 5'000;
/// Status texts of peers come in headers.
constexpr int kHeaderBytesMax = 1 << 20;

void* const kRequestTag = reinterpret_cast<void*>(1);
void* const kReadTag = reinterpret_cast<void*>(2);
void* const kFinishTag = reinterpret_cast<void*>(3);

StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const GrpcClientTls& tls) {
  if (!tls.enabled) return grpc::InsecureChannelCredentials();
  ASSIGN_OR_RETURN(std::string key, internal::ReadPem(tls.key_file));
  ASSIGN_OR_RETURN(std::string certificate, internal::ReadPem(tls.cert_file));
  ASSIGN_OR_RETURN(std::string roots, internal::ReadPem(tls.ca_file));
  if (!tls.skip_verify) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = std::move(roots);
    options.pem_private_key = std::move(key);
    options.pem_cert_chain = std::move(certificate);
    return grpc::SslCredentials(options);
  }
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  if (!certificate.empty()) {
    options.set_certificate_provider(
        std::make_shared<grpc::experimental::StaticDataCertificateProvider>(
            std::string(), std::vector<grpc::experimental::IdentityKeyCertPair>{
                               {std::move(key), std::move(certificate)}}));
    options.watch_identity_key_cert_pairs();
  }
  return grpc::experimental::TlsCredentials(options);
}

grpc::ChannelArguments MakeArguments(const GrpcChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectFirstMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectFirstMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kHeaderBytesMax);
  // Peers are addresses of the fleet: a proxy in the environment is not for them.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!options.user_agent.empty()) arguments.SetUserAgentPrefix(options.user_agent);
  if (options.tls.enabled && !options.tls.server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls.server_name);
  }
  return arguments;
}

/// Counts one call for the observer, whatever way it ends.
class CallRecord {
 public:
  CallRecord(GrpcObserver* observer, const GrpcMethod& method)
      : observer_(observer), method_(method), begin_(std::chrono::steady_clock::now()) {
    if (observer_ != nullptr) observer_->Started(method_);
  }
  void Sent() {
    if (observer_ != nullptr) observer_->MessageSent(method_);
  }
  void Received() {
    if (observer_ != nullptr) observer_->MessageReceived(method_);
  }
  void Ended(StatusCode code) {
    if (observer_ == nullptr || ended_) return;
    ended_ = true;
    const auto elapsed = std::chrono::steady_clock::now() - begin_;
    observer_->Handled(method_, code, std::chrono::duration<double>(elapsed).count());
  }

 private:
  GrpcObserver* const observer_;
  const GrpcMethod& method_;
  const std::chrono::steady_clock::time_point begin_;
  bool ended_ = false;
};

/// One call: context, queue and the operations under way. Used by one thread; TryCancel comes from
/// any.
class Call final : public GrpcStream {
 public:
  Call(std::shared_ptr<grpc::Channel> channel, const std::string& path, const GrpcMethod& method,
       std::shared_ptr<GrpcObserver> observer, const Buffer& request,
       const GrpcCallOptions& options)
      : channel_(std::move(channel)),
        observer_(std::move(observer)),
        cancel_(options.cancel),
        frame_timeout_ms_(options.frame_timeout_ms),
        record_(observer_.get(), method) {
    for (const auto& [key, value] : options.metadata) context_.AddMetadata(key, value);
    SetDeadline(options);
    // Unary methods are called the same way: on the wire they are streams of one.
    const grpc::internal::RpcMethod rpc(path.c_str(), grpc::internal::RpcMethod::SERVER_STREAMING);
    call_.reset(grpc::internal::ClientAsyncReaderFactory<grpc::ByteBuffer>::Create(
        channel_.get(), &queue_, rpc, &context_, internal::GiveBytes(request), true, kRequestTag));
    request_pending_ = true;
    callback_ = cancel_.OnCancel([this] { context_.TryCancel(); });
    record_.Sent();
    StartRead();
  }

  ~Call() override {
    cancel_.RemoveCallback(callback_);
    if (!finished_) {
      record_.Ended(StatusCode::kCancelled);
      Abandon();
    }
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  bool Ready() override {
    if (arrived_) return true;
    void* tag = nullptr;
    bool ok = false;
    while (queue_.AsyncNext(&tag, &ok, std::chrono::system_clock::now()) ==
           grpc::CompletionQueue::GOT_EVENT) {
      if (tag == kRequestTag) request_pending_ = false;
      if (tag == kReadTag) {
        read_pending_ = false;
        arrived_ = ok;
        return true;
      }
    }
    return false;
  }

  StatusOr<bool> Read(Buffer* message) override {
    bool ok = false;
    if (arrived_) {
      ok = *std::exchange(arrived_, std::nullopt);
    } else if (!Await(kReadTag, &ok, frame_timeout_ms_)) {
      Abandon();
      return Fail(
          DeadlineExceededError("no message within " + std::to_string(frame_timeout_ms_) + "ms"));
    }
    if (!ok) {
      Status status = Finish();
      if (!status.ok()) return Fail(std::move(status));
      record_.Ended(StatusCode::kOk);
      return false;
    }
    auto bytes = internal::TakeBytes(&incoming_);
    if (!bytes.ok()) {
      Abandon();
      return Fail(std::move(bytes).status());
    }
    record_.Received();
    *message = *std::move(bytes);
    StartRead();
    return true;
  }

 private:
  void SetDeadline(const GrpcCallOptions& options) {
    auto deadline = std::chrono::steady_clock::time_point::max();
    const auto now = std::chrono::steady_clock::now();
    if (options.timeout_ms > 0) deadline = now + std::chrono::milliseconds(options.timeout_ms);
    if (const auto of_token = cancel_.Deadline()) deadline = std::min(deadline, *of_token);
    if (deadline - now > std::chrono::hours(24 * 365)) return;
    context_.set_deadline(
        std::chrono::system_clock::now() +
        std::chrono::duration_cast<std::chrono::system_clock::duration>(deadline - now));
  }

  void StartRead() {
    call_->Read(&incoming_, kReadTag);
    read_pending_ = true;
  }

  /// Waits for the operation; false when `timeout_ms` (0: none) passes first.
  bool Await(void* wanted, bool* ok, int64_t timeout_ms) {
    while (true) {
      void* tag = nullptr;
      if (timeout_ms > 0) {
        const auto deadline =
            std::chrono::system_clock::now() + std::chrono::milliseconds(timeout_ms);
        if (queue_.AsyncNext(&tag, ok, deadline) != grpc::CompletionQueue::GOT_EVENT) return false;
      } else if (!queue_.Next(&tag, ok)) {
        return false;
      }
      if (tag == kRequestTag) request_pending_ = false;
      if (tag == kReadTag) read_pending_ = false;
      if (tag == wanted) return true;
    }
  }

  /// Stops early. Without the cancellation Finish would wait for a peer that waits for flow
  /// control.
  void Abandon() {
    context_.TryCancel();
    static_cast<void>(Finish());
  }

  /// Collects what is under way and the peer's status.
  Status Finish() {
    finished_ = true;
    bool ok = false;
    if (read_pending_) Await(kReadTag, &ok, 0);
    if (request_pending_) Await(kRequestTag, &ok, 0);
    grpc::Status status;
    call_->Finish(&status, kFinishTag);
    Await(kFinishTag, &ok, 0);
    return internal::FromGrpc(status);
  }

  Status Fail(Status status) {
    if (status.code() == StatusCode::kCancelled && cancel_.IsCancelled()) status = cancel_.Check();
    record_.Ended(status.code());
    return status;
  }

  const std::shared_ptr<grpc::Channel> channel_;
  const std::shared_ptr<GrpcObserver> observer_;
  const CancelToken cancel_;
  const int64_t frame_timeout_ms_;
  CallRecord record_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncReader<grpc::ByteBuffer>> call_;
  grpc::ByteBuffer incoming_;
  uint64_t callback_ = 0;
  bool request_pending_ = false;
  bool read_pending_ = false;
  std::optional<bool> arrived_;  // What Ready() found: a message (true) or the end.
  bool finished_ = false;
};

}  // namespace

class GrpcChannel::Impl {
 public:
  Impl(std::string address, std::shared_ptr<grpc::Channel> channel,
       std::shared_ptr<GrpcObserver> observer)
      : address_(std::move(address)),
        channel_(std::move(channel)),
        observer_(std::move(observer)) {}

  const std::string& address() const { return address_; }

  std::unique_ptr<Call> Start(std::string_view path, bool server_stream, const Buffer& request,
                              const GrpcCallOptions& options) {
    const internal::MethodName& name = Name(path, server_stream);
    return std::make_unique<Call>(channel_, name.path(), name.method(), observer_, request,
                                  options);
  }

 private:
  const internal::MethodName& Name(std::string_view path, bool server_stream) {
    std::lock_guard lock(mutex_);
    auto& name = names_[std::string(path)];
    if (name == nullptr) {
      name = std::make_unique<internal::MethodName>(std::string(path), server_stream);
      if (observer_ != nullptr) observer_->Register(name->method());
    }
    return *name;
  }

  const std::string address_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::shared_ptr<GrpcObserver> observer_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<internal::MethodName>> names_;  // Guarded by mutex_.
};

namespace {

/// gRPC ends the process over a header it cannot send; values may come from anybody's request.
Status CheckMetadata(const GrpcMetadata& metadata) {
  for (const auto& [key, value] : metadata) {
    if (std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; }))
      continue;
    return InternalError("header key \"" + key +
                         "\" contains value with non-printable ASCII characters");
  }
  return OkStatus();
}

class FailedStream final : public GrpcStream {
 public:
  explicit FailedStream(Status status) : status_(std::move(status)) {}
  StatusOr<bool> Read(Buffer*) override { return status_; }
  bool Ready() override { return true; }

 private:
  const Status status_;
};

/// A stream that keeps the channel's method names alive.
class HeldStream final : public GrpcStream {
 public:
  HeldStream(std::shared_ptr<void> channel, std::unique_ptr<GrpcStream> stream)
      : channel_(std::move(channel)), stream_(std::move(stream)) {}
  StatusOr<bool> Read(Buffer* message) override { return stream_->Read(message); }
  bool Ready() override { return stream_->Ready(); }

 private:
  const std::shared_ptr<void> channel_;
  const std::unique_ptr<GrpcStream> stream_;
};

}  // namespace

GrpcChannel::GrpcChannel(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
GrpcChannel::~GrpcChannel() = default;

StatusOr<std::shared_ptr<GrpcChannel>> GrpcChannel::Create(std::string address,
                                                           const GrpcChannelOptions& options) {
  internal::InitGrpc();
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                   MakeCredentials(options.tls));
  auto channel = grpc::CreateCustomChannel(address, credentials, MakeArguments(options));
  auto impl = std::make_shared<Impl>(std::move(address), std::move(channel), options.observer);
  return std::shared_ptr<GrpcChannel>(new GrpcChannel(std::move(impl)));
}

const std::string& GrpcChannel::address() const { return impl_->address(); }

StatusOr<Buffer> GrpcChannel::Unary(std::string_view path, const Buffer& request,
                                    const GrpcCallOptions& options) {
  RETURN_IF_ERROR(options.cancel.Check());
  RETURN_IF_ERROR(CheckMetadata(options.metadata));
  const std::unique_ptr<Call> call = impl_->Start(path, false, request, options);
  Buffer answer, none;
  ASSIGN_OR_RETURN(const bool answered, call->Read(&answer));
  if (!answered) return InternalError("grpc: no answer to a unary call");
  // The peer's status comes after its message.
  ASSIGN_OR_RETURN(const bool more, call->Read(&none));
  if (more) return InternalError("grpc: more than one answer to a unary call");
  return answer;
}

std::unique_ptr<GrpcStream> GrpcChannel::ServerStream(std::string_view path, const Buffer& request,
                                                      const GrpcCallOptions& options) {
  if (Status status = CheckMetadata(options.metadata); !status.ok()) {
    return std::make_unique<FailedStream>(std::move(status));
  }
  return std::make_unique<HeldStream>(impl_, impl_->Start(path, true, request, options));
}

}  // namespace aion::net
