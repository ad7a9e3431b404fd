#include "net/grpc_server.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <mutex>

#include "net/internal/grpc_server_call.h"
#include "net/internal/grpc_wire.h"
#include "net/internal/worker_pool.h"
#include "net/url.h"

// The callback interface is used, not the synchronous one: it tells of a peer's cancellation
// without being asked. Handlers run on threads of our own, because gRPC's callback threads must
// never block.

namespace aion::net {
namespace {

/// Upstream's keepalive enforcement: more frequent pings close the connection.
constexpr int kPingIntervalMinMs = 10'000;
/// What Stop's grace may be at most, so that time arithmetic stays in range.
constexpr int64_t kGraceMaxMs = int64_t{365} * 24 * 3600 * 1000;
/// Calls that may run at once; services bound their own work long before.
constexpr int kHandlerThreadsMax = 2048;
constexpr size_t kHandlerQueueMax = 65536;

}  // namespace

std::string_view ServerCall::Metadata(std::string_view key) const {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string_view() : std::string_view(found->second);
}

class GrpcServer::Impl final : public grpc::CallbackGenericService {
 public:
  explicit Impl(GrpcServerOptions options)
      : options_(std::move(options)), workers_(kHandlerThreadsMax, kHandlerQueueMax) {
    internal::InitGrpc();
  }
  ~Impl() override { Stop(0); }

  void AddUnary(std::string path, UnaryHandler handler) {
    Add(std::move(path), false,
        [handler = std::move(handler)](const ServerCall& call, const Buffer& request,
                                       GrpcStreamWriter& writer) -> Status {
          ASSIGN_OR_RETURN(Buffer response, handler(call, request));
          // The status follows at once and takes the message along.
          return writer.Write(std::move(response), true);
        });
  }

  void AddServerStream(std::string path, ServerStreamHandler handler) {
    Add(std::move(path), true, std::move(handler));
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
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kPingIntervalMinMs);
    if (options_.connection_age_max_ms > 0) {
      builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                                 ClampMs(options_.connection_age_max_ms));
    }
    if (options_.connection_age_grace_ms > 0) {
      builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                                 ClampMs(options_.connection_age_grace_ms));
    }
    builder.AddListeningPort(internal::ListenAddress(options_.address), credentials, &port_);
    builder.RegisterCallbackGenericService(this);
    if (options_.observer != nullptr) {
      for (const auto& [path, method] : methods_)
        options_.observer->Register(method->name.method());
    }
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      server_.reset();
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
    server_->Shutdown(
        std::chrono::system_clock::now() +
        std::chrono::milliseconds(std::min(std::max<int64_t>(grace_ms, 0), kGraceMaxMs)));
    server_->Wait();
    workers_.Stop();
    server_.reset();
  }

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    const auto found = methods_.find(context->method());
    const internal::ServerMethod* method = found == methods_.end() ? nullptr : found->second.get();
    return internal::StartServerCall(context, method, options_.observer.get(), &workers_);
  }

  const std::string& address() const { return address_; }
  int port() const { return port_; }

 private:
  static int ClampMs(int64_t ms) {
    return static_cast<int>(std::min<int64_t>(ms, std::numeric_limits<int>::max()));
  }

  void Add(std::string path, bool server_stream, ServerStreamHandler handler) {
    CHECK(server_ == nullptr);
    CHECK(path.size() > 2 && path.front() == '/');
    auto method = std::make_unique<internal::ServerMethod>(
        internal::ServerMethod{internal::MethodName(path, server_stream), std::move(handler)});
    CHECK(methods_.emplace(std::move(path), std::move(method)).second);
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
      options.client_certificate_request =
          GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    }
    return grpc::SslServerCredentials(options);
  }

  const GrpcServerOptions options_;
  std::map<std::string, std::unique_ptr<internal::ServerMethod>, std::less<>> methods_;
  internal::WorkerPool workers_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  int port_ = 0;
  std::mutex stop_mutex_;
};

GrpcServer::GrpcServer(GrpcServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
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
