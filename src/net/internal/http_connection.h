#pragma once

// HttpConnection: one client connection as a coroutine on its strand: read a request within limits,
// hand it to a worker, write the answer, again. Shared state between the connections of a server is
// in HttpServerCore.

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "net/http_server.h"
#include "net/internal/response_queue.h"
#include "net/internal/stream.h"
#include "net/internal/worker_pool.h"

namespace aion::net::internal {

class HttpConnection;

/// What the connections of one server share. Outlives them.
struct HttpServerCore {
  explicit HttpServerCore(HttpServerOptions server_options);

  std::shared_ptr<const Router> CurrentRouter();

  const HttpServerOptions options;
  WorkerPool workers;
  WorkerPool control_workers;
  std::atomic<bool> stopping{false};

  std::mutex mutex;
  std::condition_variable changed;
  std::shared_ptr<const Router> router;  // Guarded by mutex, as all below.
  std::unordered_set<std::shared_ptr<HttpConnection>> connections;
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpServerCore* core, std::unique_ptr<Stream> stream, asio::any_io_executor strand,
                 std::string remote_address);

  /// The connection's life; it leaves core->connections at the end.
  asio::awaitable<void> Run();
  /// Says 503 and closes.
  asio::awaitable<void> Refuse();

  // From any thread: both act on the strand.
  /// Ends the connection now when idle, after the running request otherwise.
  void Drain();
  /// Cancels the running request and closes.
  void Kill();

 private:
  struct Job;
  enum class ReadResult { kRequest, kClosed, kError };
  struct ReadOutcome {
    ReadResult result = ReadResult::kClosed;
    int error_code = 0;  ///< HTTP code of the answer when kError.
    std::string error_text;
  };

  asio::awaitable<void> ServeAll();
  asio::awaitable<bool> Fill();
  asio::awaitable<void> ReadRequest(Job* job, ReadOutcome* outcome);
  asio::awaitable<bool> WriteAll(std::vector<Buffer> pieces);
  asio::awaitable<void> SendSimple(int code, std::string text);
  asio::awaitable<bool> Serve(std::shared_ptr<Job> job);
  asio::awaitable<void> Watch();
  asio::awaitable<void> WaitForWake(std::chrono::milliseconds timeout);
  asio::awaitable<void> LingerAndClose();
  void Leave();
  bool PrepareRoute(Job* job, ReadOutcome* outcome);
  static void RunHandler(HttpServerCore* core, const std::shared_ptr<Job>& job);

  HttpServerCore* const core_;
  const std::unique_ptr<Stream> stream_;
  const asio::any_io_executor strand_;
  const std::string remote_address_;

  // All below: on the strand only.
  asio::steady_timer wake_;
  std::string in_;            // Bytes read and not yet parsed.
  std::shared_ptr<Job> job_;  // The running request.
  bool idle_ = true;
  bool draining_ = false;
  bool watching_ = false;  // Watch() owns the reading side.
  bool peer_gone_ = false;
};

}  // namespace aion::net::internal
