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
#include "net/internal/http_job.h"
#include "net/internal/response_queue.h"
#include "net/internal/stream.h"
#include "net/internal/worker_pool.h"

namespace aion::net::internal {

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
  enum class ReadResult { kRequest, kClosed, kError };
  struct ReadOutcome {
    ReadResult result = ReadResult::kClosed;
    int error_code = 0;  ///< HTTP code of the answer when kError.
    std::string error_text;
  };

  asio::awaitable<void> ServeAll();
  // In http_request_read.cc.
  asio::awaitable<bool> AwaitRequest();
  asio::awaitable<bool> Fill();
  asio::awaitable<void> ReadRequest(HttpJob* job, ReadOutcome* outcome);
  bool PrepareRoute(HttpJob* job, ReadOutcome* outcome);

  asio::awaitable<bool> WriteAll(std::vector<Buffer> pieces);
  asio::awaitable<void> SendSimple(int code, std::string text);
  asio::awaitable<bool> Serve(std::shared_ptr<HttpJob> job);
  asio::awaitable<void> Watch();
  asio::awaitable<void> WaitForWake(std::chrono::milliseconds timeout);
  asio::awaitable<void> LingerAndClose();
  void Leave();

  HttpServerCore* const core_;
  const std::unique_ptr<Stream> stream_;
  const asio::any_io_executor strand_;
  const std::string remote_address_;

  // All below: on the strand only.
  asio::steady_timer wake_;
  std::string in_;                // Bytes read and not yet parsed.
  std::shared_ptr<HttpJob> job_;  // The running request.
  bool idle_ = true;
  bool draining_ = false;
  bool watching_ = false;  // Watch() owns the reading side.
  bool peer_gone_ = false;
};

}  // namespace aion::net::internal
