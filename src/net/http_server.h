#pragma once

// HTTP/1.1 server. Handlers are plain blocking functions on a bounded pool of threads; connections
// are held by a few reactor threads and cost no thread while idle, however slowly they send.
//
// Flow: socket → request read whole within limits → Router finds the route → handler runs on a
// worker with a Request and a ResponseWriter → the answer leaves through a bounded buffer, so that
// a slow client blocks its handler and nothing else. Request.cancel is cancelled when the client
// disconnects or the server stops. Keep-alive, pipelining, chunked bodies both ways, Expect:
// 100-continue, HEAD, gzip answers. TLS and HTTP/2 are not here. HttpServer is thread-safe; a
// ResponseWriter belongs to its handler's thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/cancel.h"
#include "base/status.h"
#include "net/http_headers.h"
#include "net/url.h"

namespace aion::net {

struct Request {
  std::string method;  ///< As sent: "GET".
  std::string target;  ///< As sent: "/a%20b?x=1".
  std::string path;    ///< Decoded, route prefix included.
  Params query;        ///< Of the target; malformed pairs are left out.
  Headers headers;
  std::string body;
  std::string remote_address;  ///< "10.0.0.1:4711".
  Params path_params;          ///< ":name" and "*name" of the route, decoded.
  std::string handler;         ///< The route's name: the `handler` label of metrics.
  CancelToken cancel;
};

/// Query and, for form-encoded POST/PUT/PATCH, body parameters; the body's come first as in Go's
/// Request.Form. kInvalidArgument for malformed encodings.
StatusOr<Params> FormParams(const Request& request);

/// The answer of one request. Either Send once, or Write as often as wanted; returning without
/// either sends an empty 200 (or the status set).
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;
  /// Of the answer; changes after the first Write or Send have no effect.
  virtual Headers& headers() = 0;
  virtual void SetStatus(int code) = 0;
  /// Sends the whole answer. The body is moved, never copied, and gzipped when the client accepts
  /// that.
  virtual void Send(std::string body) = 0;
  /// The same from several pieces, written as they lie.
  virtual void Send(std::vector<Buffer> pieces) = 0;
  /// Streams: blocks while the connection's buffer is full. kCancelled once the client is gone.
  virtual Status Write(std::string_view bytes) = 0;
  /// Pushes out what Write gathered.
  virtual Status Flush() = 0;
  /// True once the first Write or Send has happened.
  virtual bool started() const = 0;
};

using Handler = std::function<void(const Request&, ResponseWriter&)>;

/// Sends a text/plain answer with a trailing newline, as Go's http.Error.
void SendError(ResponseWriter& response, int code, std::string_view text);
void SendText(ResponseWriter& response, int code, std::string_view content_type, std::string body);
void SendRedirect(ResponseWriter& response, int code, std::string_view location);

struct RouteOptions {
  /// Runs on the two threads kept for probes, metrics and the like, which queries cannot occupy.
  bool control = false;
  /// 0: the server's default.
  uint64_t body_bytes_max = 0;
  bool gzip = true;
};

/// Routes by method and path pattern: "/api/v1/label/:name/values", "/static/*path". Fixed segments
/// win over ":name", which wins over "*name". Built first, then immutable and thread-safe.
class Router {
 public:
  /// `prefix` ("" or "/thanos") stands before every pattern.
  explicit Router(std::string prefix = "");
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// `method` "*" takes every method. HEAD falls back to GET. `name` is the `handler` label of
  /// metrics.
  void Handle(std::string_view method, std::string_view pattern, std::string name, Handler handler,
              RouteOptions options = {});
  /// For paths no route takes; the default answers 404 as Go does.
  void SetNotFound(Handler handler);
  const std::string& prefix() const { return prefix_; }
  /// The prefix of the patterns added from now on.
  void SetPrefix(std::string prefix);

  struct Route {
    std::string name;
    Handler handler;
    RouteOptions options;
  };
  struct Match {
    const Route* route = nullptr;  ///< Null: nothing matches.
    Params path_params;
    std::string allow;  ///< Methods of the path when only the method did not match, "GET, POST".
  };
  /// `path` is the encoded path of the target, without the query.
  Match Find(std::string_view method, std::string_view path) const;
  const Route& not_found() const;

 private:
  struct Node;
  struct Search;
  std::string prefix_;
  std::unique_ptr<Node> root_;
  Route not_found_;
};

/// Sees every request; called from several threads.
class HttpObserver {
 public:
  struct Record {
    int code = 0;
    double duration_seconds = 0;
    uint64_t request_bytes = 0;   ///< Head and body.
    uint64_t response_bytes = 0;  ///< Body as sent.
  };
  virtual ~HttpObserver() = default;
  virtual void Begin(const Request& request) = 0;
  virtual void End(const Request& request, const Record& record) = 0;
};

struct HttpServerOptions {
  std::string address =
      "0.0.0.0:10902";  ///< host:port, ":port" for all interfaces; port 0 takes a free one.
  int io_threads = 2;
  int handler_threads_max = 64;         ///< Started as needed; requests beyond wait in the queue.
  size_t handler_queue_max = 4096;      ///< Beyond it: 503.
  size_t connections_max = 16384;       ///< Beyond it: 503 and close.
  size_t header_bytes_max = 64 << 10;   ///< Beyond it: 431.
  uint64_t body_bytes_max = 256 << 20;  ///< Beyond it: 413.
  int header_timeout_ms = 10'000;       ///< From the first byte to the end of the headers.
  int body_timeout_ms = 300'000;
  int idle_timeout_ms = 180'000;           ///< Between requests.
  int write_timeout_ms = 120'000;          ///< For each piece of up to 256 KiB.
  size_t response_buffer_bytes = 1 << 20;  ///< What a handler may be ahead of its client.
  size_t gzip_bytes_min = 1 << 10;         ///< Smaller answers are never compressed.
  std::shared_ptr<HttpObserver> observer;
  /// Sees, and may change, each request before its handler does; called from several threads.
  std::function<void(Request&)> prepare;
};

class HttpServer {
 public:
  /// Binds and serves. kUnavailable / kPermissionDenied / kInvalidArgument naming the address when
  /// it cannot bind.
  static StatusOr<std::unique_ptr<HttpServer>> Start(Router router, HttpServerOptions options);
  /// Stops without grace.
  ~HttpServer();

  /// The bound address, "127.0.0.1:34567".
  const std::string& address() const;
  int port() const;
  /// Replaces the routes for requests that begin after it.
  void SetRouter(Router router);
  /// Closes the listener and idle connections, lets running requests end for `grace_ms`, cancels
  /// the rest and waits for their handlers. Idempotent.
  void Stop(int64_t grace_ms);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace aion::net
