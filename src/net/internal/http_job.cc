#include "net/internal/http_job.h"

#include <chrono>

namespace aion::net::internal {

HttpServerCore::HttpServerCore(HttpServerOptions server_options)
    : options(std::move(server_options)),
      workers(options.handler_threads_max, options.handler_queue_max),
      control_workers(2, options.handler_queue_max) {}

std::shared_ptr<const Router> HttpServerCore::CurrentRouter() {
  std::lock_guard lock(mutex);
  return router;
}

void RunHttpJob(HttpServerCore& core, HttpJob& job) {
  HttpObserver* observer = core.options.observer.get();
  const auto begin = std::chrono::steady_clock::now();
  if (core.options.prepare) core.options.prepare(job.request);
  if (observer != nullptr) observer->Begin(job.request);
  QueuedResponse response(job.queue, job.traits);
  bool failed = false;
  try {
    if (job.allow.empty()) {
      job.route->handler(job.request, response);
    } else {
      response.headers().Set("Allow", job.allow);
      SendError(response, 405, "Method Not Allowed");
    }
  } catch (...) {
    // A handler of ours must not throw; whatever did is this request's failure and nobody else's.
    failed = true;
    if (!response.started()) response.SetStatus(500);
  }
  response.Finish(failed);
  if (observer != nullptr) {
    HttpObserver::Record record;
    record.code = response.code();
    record.duration_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    record.request_bytes = job.request_bytes;
    record.response_bytes = response.body_bytes();
    observer->End(job.request, record);
  }
}

}  // namespace aion::net::internal
