#include "net/grpc_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/method_handler.h>
#include <grpcpp/support/sync_stream.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "net/internal/grpc_wire.h"
#include "net/url.h"

// Methods are registered the way generated code does it, with two message types of our own that are nothing but bytes.
// Synchronous gRPC gives no callback when a peer goes away, so one thread asks every running call every 20 ms.

namespace aion::net::internal {

struct InMessage {
  Buffer bytes;
};
struct OutMessage {
  Buffer bytes;
};

}  // namespace aion::net::internal

namespace grpc {

template <>
class SerializationTraits<aion::net::internal::InMessage> {
 public:
  static Status Deserialize(ByteBuffer* bytes, aion::net::internal::InMessage* message) {
    auto taken = aion::net::internal::TakeBytes(bytes);
    if (!taken.ok()) return aion::net::internal::ToGrpc(taken.status());
    message->bytes = *std::move(taken);
    return Status::OK;
  }
};

template <>
class SerializationTraits<aion::net::internal::OutMessage> {
 public:
  static Status Serialize(const aion::net::internal::OutMessage& message, ByteBuffer* bytes, bool* own) {
    *bytes = aion::net::internal::GiveBytes(message.bytes);
    *own = true;
    return Status::OK;
  }
};

}  // namespace grpc

namespace aion::net {
namespace {

using internal::InMessage;
using internal::OutMessage;

constexpr std::chrono::milliseconds kCancelPoll{20};
/// Upstream's keepalive enforcement: more frequent pings close the connection.
constexpr int kPingIntervalMinMs = 10'000;
/// Of what Stop's grace may be at most, so that time arithmetic stays in range.
constexpr int64_t kGraceMaxMs = int64_t{365} * 24 * 3600 * 1000;

CancelToken::Clock::time_point SteadyDeadline(std::chrono::system_clock::time_point deadline) {
  const auto now = std::chrono::system_clock::now();
  // "No deadline" is the end of time, which must not overflow.
  if (deadline - now > std::chrono::hours(24 * 365)) return CancelToken::Clock::time_point::max();
  return CancelToken::Clock::now() +
         std::chrono::duration_cast<CancelToken::Clock::duration>(deadline - now);
}

/// Turns the cancellation of running calls into that of their tokens.
class CancelWatch {
 public:
  CancelWatch() : thread_([this] { Run(); }) {}
  ~CancelWatch() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  void Add(grpc::ServerContext* context, std::shared_ptr<CancelSource> source) {
    {
      std::lock_guard lock(mutex_);
      calls_.emplace(context, std::move(source));
      if (calls_.size() > 1) return;
    }
    changed_.notify_all();
  }
  void Remove(grpc::ServerContext* context) {
    std::lock_guard lock(mutex_);
    calls_.erase(context);
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
      if (calls_.empty()) {
        changed_.wait(lock, [&] { return stopped_ || !calls_.empty(); });
      } else {
        changed_.wait_for(lock, kCancelPoll, [&] { return stopped_; });
      }
      std::vector<std::shared_ptr<CancelSource>> gone;
      for (const auto& [context, source] : calls_) {
        if (context->IsCancelled()) gone.push_back(source);
      }
      lock.unlock();
      for (const auto& source : gone) source->Cancel();
      gone.clear();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<grpc::ServerContext*, std::shared_ptr<CancelSource>> calls_;  // Guarded by mutex_.
  bool stopped_ = false;                                                           // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace

std::string_view ServerCall::Metadata(std::string_view key) const {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string_view() : std::string_view(found->second);
}

class GrpcServer::Impl final : public grpc::Service {
 public:
  explicit Impl(GrpcServerOptions options) : options_(std::move(options)) { internal::InitGrpc(); }
  ~Impl() override { Stop(0); }

  void AddUnary(std::string path, UnaryHandler handler) {
    const GrpcMethod& method = AddName(std::move(path), false);
    auto run = [this, &method, handler = std::move(handler)](Impl*, grpc::ServerContext* context, const InMessage* in,
                                                             OutMessage* out) {
      return Run(method, context, in->bytes, [&](const ServerCall& call) -> Status {
        ASSIGN_OR_RETURN(out->bytes, handler(call, in->bytes));
        if (options_.observer != nullptr) options_.observer->MessageSent(method);
        return OkStatus();
      });
    };
    AddMethod(new grpc::internal::RpcServiceMethod(
        names_.back()->path().c_str(), grpc::internal::RpcMethod::NORMAL_RPC,
        new grpc::internal::RpcMethodHandler<Impl, InMessage, OutMessage, InMessage, OutMessage>(std::move(run), this)));
  }

  void AddServerStream(std::string path, ServerStreamHandler handler) {
    const GrpcMethod& method = AddName(std::move(path), true);
    auto run = [this, &method, handler = std::move(handler)](Impl*, grpc::ServerContext* context, const InMessage* in,
                                                             grpc::ServerWriter<OutMessage>* out) {
      return Run(method, context, in->bytes, [&](const ServerCall& call) {
        Writer writer(out, options_.observer.get(), method);
        return handler(call, in->bytes, writer);
      });
    };
    AddMethod(new grpc::internal::RpcServiceMethod(
        names_.back()->path().c_str(), grpc::internal::RpcMethod::SERVER_STREAMING,
        new grpc::internal::ServerStreamingHandler<Impl, InMessage, OutMessage>(std::move(run), this)));
  }

  Status Start() {
    grpc::EnableDefaultHealthCheckService(true);
    ASSIGN_OR_RETURN(const HostPort parts, SplitHostPort(options_.address));
    ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ServerCredentials> credentials, Credentials());
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(-1);
    builder.SetMaxSendMessageSize(-1);
    // Two servers must not share a port by accident.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingIntervalMinMs);
    if (options_.connection_age_max_ms > 0) {
      builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, ClampMs(options_.connection_age_max_ms));
    }
    if (options_.connection_age_grace_ms > 0) {
      builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, ClampMs(options_.connection_age_grace_ms));
    }
    builder.AddListeningPort(internal::ListenAddress(options_.address), credentials, &port_);
    builder.RegisterService(this);
    if (options_.observer != nullptr) {
      for (const auto& name : names_) options_.observer->Register(name->method());
    }
    watch_ = std::make_unique<CancelWatch>();
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      server_.reset();
      watch_.reset();
      return UnavailableError("listen tcp " + options_.address + ": cannot bind");
    }
    address_ = JoinHostPort(parts.host.empty() ? "0.0.0.0" : parts.host, std::to_string(port_));
    SetServing(false);
    return OkStatus();
  }

  void SetServing(bool serving) {
    if (server_ == nullptr || server_->GetHealthCheckService() == nullptr) return;
    server_->GetHealthCheckService()->SetServingStatus(serving);
  }

  void Stop(int64_t grace_ms) {
    std::lock_guard lock(stop_mutex_);
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now() +
                      std::chrono::milliseconds(std::min(std::max<int64_t>(grace_ms, 0), kGraceMaxMs)));
    server_->Wait();
    server_.reset();
    watch_.reset();
  }

  const std::string& address() const { return address_; }
  int port() const { return port_; }

 private:
  class Writer final : public GrpcStreamWriter {
   public:
    Writer(grpc::ServerWriter<OutMessage>* out, GrpcObserver* observer, const GrpcMethod& method)
        : out_(out), observer_(observer), method_(method) {}
    Status Write(Buffer message, bool more_follows) override {
      grpc::WriteOptions options;
      if (more_follows) options.set_buffer_hint();
      if (!out_->Write(OutMessage{std::move(message)}, options)) return CancelledError("grpc: peer is gone");
      if (observer_ != nullptr) observer_->MessageSent(method_);
      return OkStatus();
    }

   private:
    grpc::ServerWriter<OutMessage>* const out_;
    GrpcObserver* const observer_;
    const GrpcMethod& method_;
  };

  static int ClampMs(int64_t ms) {
    return static_cast<int>(std::min<int64_t>(ms, std::numeric_limits<int>::max()));
  }

  const GrpcMethod& AddName(std::string path, bool server_stream) {
    CHECK(server_ == nullptr);
    CHECK(path.size() > 2 && path.front() == '/');
    names_.push_back(std::make_unique<internal::MethodName>(std::move(path), server_stream));
    return names_.back()->method();
  }

  template <typename F>
  grpc::Status Run(const GrpcMethod& method, grpc::ServerContext* context, const Buffer&, F&& body) {
    GrpcObserver* const observer = options_.observer.get();
    const auto begin = std::chrono::steady_clock::now();
    if (observer != nullptr) {
      observer->Started(method);
      observer->MessageReceived(method);
    }
    auto source = std::make_shared<CancelSource>(SteadyDeadline(context->deadline()));
    ServerCall call{source->Token(), {}, context->peer()};
    for (const auto& [key, value] : context->client_metadata()) {
      call.metadata.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
    }
    watch_->Add(context, source);
    Status status;
    try {
      status = body(call);
    } catch (const std::exception& error) {
      if (observer != nullptr) observer->PanicRecovered();
      status = InternalError(std::string("recovered from panic: ") + error.what());
    }
    watch_->Remove(context);
    if (observer != nullptr) {
      observer->Handled(method, status.code(),
                        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    return internal::ToGrpc(status);
  }

  StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials() const {
    const GrpcServerTls& tls = options_.tls;
    if (!tls.enabled()) return grpc::InsecureServerCredentials();
    grpc::SslServerCredentialsOptions options;
    ASSIGN_OR_RETURN(std::string key, internal::ReadPem(tls.key_file));
    ASSIGN_OR_RETURN(std::string certificate, internal::ReadPem(tls.cert_file));
    ASSIGN_OR_RETURN(options.pem_root_certs, internal::ReadPem(tls.client_ca_file));
    options.pem_key_cert_pairs.push_back({std::move(key), std::move(certificate)});
    if (!tls.client_ca_file.empty()) {
      options.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    }
    return grpc::SslServerCredentials(options);
  }

  const GrpcServerOptions options_;
  std::vector<std::unique_ptr<internal::MethodName>> names_;
  std::unique_ptr<CancelWatch> watch_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  int port_ = 0;
  std::mutex stop_mutex_;
};

GrpcServer::GrpcServer(GrpcServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
GrpcServer::~GrpcServer() = default;

void GrpcServer::AddUnary(std::string path, UnaryHandler handler) {
  impl_->AddUnary(std::move(path), std::move(handler));
}
void GrpcServer::AddServerStream(std::string path, ServerStreamHandler handler) {
  impl_->AddServerStream(std::move(path), std::move(handler));
}
Status GrpcServer::Start() { return impl_->Start(); }
const std::string& GrpcServer::address() const { return impl_->address(); }
int GrpcServer::port() const { return impl_->port(); }
void GrpcServer::SetServing(bool serving) { impl_->SetServing(serving); }
void GrpcServer::Stop(int64_t grace_ms) { impl_->Stop(grace_ms); }

}  // namespace aion::net
