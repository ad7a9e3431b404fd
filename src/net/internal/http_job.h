#pragma once

// HttpServerCore: what the connections of one server share. HttpJob: one request on its way through
// a worker.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "net/http_server.h"
#include "net/internal/response_queue.h"
#include "net/internal/response_writer.h"
#include "net/internal/worker_pool.h"

namespace aion::net::internal {

class HttpConnection;

/// Outlives the connections.
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

/// Kept alive by the connection and by the worker.
struct HttpJob {
  Request request;
  std::string allow;                     ///< Not empty: the path exists and the method does not.
  std::shared_ptr<const Router> router;  ///< Keeps the route.
  const Router::Route* route = nullptr;
  CancelSource cancel;
  std::shared_ptr<ResponseQueue> queue;
  ResponseTraits traits;
  uint64_t request_bytes = 0;
};

/// Runs the handler and completes the answer. On a worker.
void RunHttpJob(HttpServerCore& core, HttpJob& job);

}  // namespace aion::net::internal
