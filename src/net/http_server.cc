#include "net/http_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <thread>

#include "net/internal/http_connection.h"

namespace aion::net {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr int kListenBacklog = 4096;
/// How long accepting pauses when the process is out of descriptors.
constexpr std::chrono::milliseconds kAcceptPause{50};

Status BindError(std::string_view address, const boost::system::error_code& error) {
  std::string text = "listen tcp " + std::string(address) + ": " + error.message();
  return error == asio::error::access_denied ? PermissionDeniedError(std::move(text))
                                             : UnavailableError(std::move(text));
}

StatusOr<tcp::acceptor> Bind(asio::io_context& context, const std::string& address) {
  ASSIGN_OR_RETURN(const HostPort parts, SplitHostPort(address));
  // The resolver would take a number modulo 65536.
  const bool number = parts.port.find_first_not_of("0123456789") == std::string::npos;
  if (number && (parts.port.size() > 5 || (parts.port.size() == 5 && parts.port > "65535"))) {
    return InvalidArgumentError("listen tcp " + address + ": invalid port");
  }
  boost::system::error_code error;
  tcp::endpoint endpoint;
  if (parts.host.empty()) {
    ASSIGN_OR_RETURN(const HostPort any, SplitHostPort("[::]:" + parts.port));
    tcp::resolver resolver(context);
    const auto found = resolver.resolve(any.host, any.port, tcp::resolver::passive, error);
    if (error || found.empty()) return BindError(address, error);
    endpoint = found.begin()->endpoint();
  } else {
    tcp::resolver resolver(context);
    const auto found = resolver.resolve(parts.host, parts.port, tcp::resolver::passive, error);
    if (error || found.empty()) return BindError(address, error);
    endpoint = found.begin()->endpoint();
  }
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  if (error && parts.host.empty()) {
    // A machine without IPv6: all interfaces are the IPv4 ones.
    endpoint = tcp::endpoint(tcp::v4(), endpoint.port());
    acceptor.open(endpoint.protocol(), error);
  }
  if (error) return BindError(address, error);
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (endpoint.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  acceptor.bind(endpoint, error);
  if (error) return BindError(address, error);
  acceptor.listen(kListenBacklog, error);
  if (error) return BindError(address, error);
  return acceptor;
}

std::string EndpointText(const tcp::endpoint& endpoint) {
  return JoinHostPort(endpoint.address().to_string(), std::to_string(endpoint.port()));
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(Router router, HttpServerOptions options)
      : core_(std::move(options)), context_(core_.options.io_threads), acceptor_(context_) {
    core_.router = std::make_shared<const Router>(std::move(router));
  }

  Status Start() {
    ASSIGN_OR_RETURN(acceptor_, Bind(context_, core_.options.address));
    boost::system::error_code error;
    const tcp::endpoint bound = acceptor_.local_endpoint(error);
    if (error) return BindError(core_.options.address, error);
    address_ = EndpointText(bound);
    port_ = bound.port();
    asio::co_spawn(context_, [this] { return Accept(); }, asio::detached);
    for (int i = 0; i < std::max(1, core_.options.io_threads); ++i) {
      threads_.emplace_back([this] { context_.run(); });
    }
    return OkStatus();
  }

  void Stop(int64_t grace_ms) {
    std::lock_guard stop_lock(stop_mutex_);
    if (threads_.empty()) return;
    core_.stopping = true;
    asio::post(context_, [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
    });
    EachConnection([](internal::HttpConnection& connection) { connection.Drain(); });
    {
      std::unique_lock lock(core_.mutex);
      core_.changed.wait_for(lock, std::chrono::milliseconds(grace_ms),
                             [&] { return core_.connections.empty(); });
    }
    EachConnection([](internal::HttpConnection& connection) { connection.Kill(); });
    core_.workers.Stop();
    core_.control_workers.Stop();
    {
      std::unique_lock lock(core_.mutex);
      core_.changed.wait(lock, [&] { return core_.connections.empty(); });
    }
    work_.reset();
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  const std::string& address() const { return address_; }
  int port() const { return port_; }

  void SetRouter(Router router) {
    auto shared = std::make_shared<const Router>(std::move(router));
    std::lock_guard lock(core_.mutex);
    core_.router.swap(shared);
  }

 private:
  asio::awaitable<void> Accept() {
    while (acceptor_.is_open()) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::make_strand(context_), kAwait);
      if (error == asio::error::operation_aborted || !acceptor_.is_open()) break;
      if (error) {
        asio::steady_timer pause(context_, kAcceptPause);
        co_await pause.async_wait(kAwait);
        continue;
      }
      Admit(std::move(socket));
    }
  }

  void Admit(tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const tcp::endpoint remote = socket.remote_endpoint(ignored);
    const asio::any_io_executor strand = socket.get_executor();
    auto connection = std::make_shared<internal::HttpConnection>(
        &core_, internal::MakePlainStream(std::move(socket)), strand, EndpointText(remote));
    bool room = false;
    {
      std::lock_guard lock(core_.mutex);
      if (core_.stopping) return;
      room = core_.connections.size() < core_.options.connections_max;
      core_.connections.insert(connection);
    }
    asio::co_spawn(
        strand, [connection, room] { return room ? connection->Run() : connection->Refuse(); },
        asio::detached);
  }

  template <typename F>
  void EachConnection(F&& action) {
    std::vector<std::shared_ptr<internal::HttpConnection>> all;
    {
      std::lock_guard lock(core_.mutex);
      all.assign(core_.connections.begin(), core_.connections.end());
    }
    for (const auto& connection : all) action(*connection);
  }

  internal::HttpServerCore core_;
  asio::io_context context_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{
      context_.get_executor()};
  tcp::acceptor acceptor_;
  std::vector<std::thread> threads_;
  std::string address_;
  int port_ = 0;
  std::mutex stop_mutex_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { Stop(0); }

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(Router router, HttpServerOptions options) {
  auto impl = std::make_unique<Impl>(std::move(router), std::move(options));
  RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

const std::string& HttpServer::address() const { return impl_->address(); }
int HttpServer::port() const { return impl_->port(); }
void HttpServer::SetRouter(Router router) { impl_->SetRouter(std::move(router)); }
void HttpServer::Stop(int64_t grace_ms) { impl_->Stop(grace_ms); }

}  // namespace aion::net
