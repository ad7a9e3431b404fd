#include "net/internal/http_connection.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "net/internal/http_status.h"
#include "net/internal/response_writer.h"

// A request is read whole before a worker sees it, so a slow sender costs a coroutine and no
// thread. While a handler runs the coroutine waits on `wake_`; when that lasts, Watch() starts to
// read ahead, which is how a client's disconnect is noticed. Watch owns the reading side until it
// ends: Fill() then waits for it instead of reading.

namespace aion::net::internal {
namespace {

namespace http = boost::beast::http;
using std::chrono::milliseconds;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr size_t kReadBytes = 16 << 10;
/// A client may send this much of its next requests ahead.
constexpr size_t kReadAheadMax = 64 << 10;
/// How long a handler may take before the client's disconnect is watched for.
constexpr milliseconds kWatchAfter{15};
/// A refused request's bytes are read and dropped for so long, so that the refusal is not lost to a
/// reset.
constexpr milliseconds kLinger{1000};
constexpr size_t kLingerBytes = 16 << 20;
constexpr size_t kGatherMax = 16;
constexpr size_t kWriteBytesMax = 256 << 10;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

using Parser = http::request_parser<http::string_body>;

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

void FillHead(const Parser::value_type& message, Request* request) {
  request->method = View(message.method_string());
  request->target = View(message.target());
  for (const auto& field : message) {
    request->headers.Add(std::string(View(field.name_string())), std::string(View(field.value())));
  }
}

/// Splits the target into decoded path, encoded path and query; absolute-form targets lose scheme
/// and host.
Status SplitTarget(Request* request, std::string* encoded_path) {
  std::string_view target = request->target;
  if (!target.starts_with('/') && target.find("://") != std::string_view::npos) {
    target.remove_prefix(target.find("://") + 3);
    target.remove_prefix(std::min(target.find('/'), target.size()));
  }
  const size_t question = std::min(target.find('?'), target.size());
  *encoded_path = target.substr(0, question);
  if (encoded_path->empty()) *encoded_path = "/";
  ASSIGN_OR_RETURN(request->path, PathUnescape(*encoded_path));
  request->query = ParseQueryLeniently(target.substr(std::min(question + 1, target.size())));
  return OkStatus();
}

}  // namespace

struct HttpConnection::Job {
  Request request;
  std::string allow;
  std::shared_ptr<const Router> router;  // Keeps the route.
  const Router::Route* route = nullptr;
  CancelSource cancel;
  std::shared_ptr<ResponseQueue> queue;
  ResponseTraits traits;
  uint64_t request_bytes = 0;
};

HttpServerCore::HttpServerCore(HttpServerOptions server_options)
    : options(std::move(server_options)),
      workers(options.handler_threads_max, options.handler_queue_max),
      control_workers(2, options.handler_queue_max) {}

std::shared_ptr<const Router> HttpServerCore::CurrentRouter() {
  std::lock_guard lock(mutex);
  return router;
}

HttpConnection::HttpConnection(HttpServerCore* core, std::unique_ptr<Stream> stream,
                               asio::any_io_executor strand, std::string remote_address)
    : core_(core),
      stream_(std::move(stream)),
      strand_(strand),
      remote_address_(std::move(remote_address)),
      wake_(strand) {}

void HttpConnection::Drain() {
  asio::post(strand_, [self = shared_from_this()] {
    self->draining_ = true;
    if (self->idle_) self->stream_->Close();
  });
}

void HttpConnection::Kill() {
  asio::post(strand_, [self = shared_from_this()] {
    self->draining_ = true;
    if (self->job_ != nullptr) {
      self->job_->cancel.Cancel();
      self->job_->queue->Abort();
    }
    self->peer_gone_ = true;
    self->stream_->Close();
    self->wake_.cancel();
  });
}

asio::awaitable<void> HttpConnection::WaitForWake(milliseconds timeout) {
  if (timeout == milliseconds::max()) {
    wake_.expires_at(std::chrono::steady_clock::time_point::max());
  } else {
    wake_.expires_after(timeout);
  }
  co_await wake_.async_wait(kAwait);
}

asio::awaitable<bool> HttpConnection::Fill() {
  const size_t before = in_.size();
  while (watching_ && in_.size() == before && !peer_gone_)
    co_await WaitForWake(milliseconds::max());
  if (peer_gone_) co_return false;
  if (in_.size() > before) co_return true;
  // Idle connections hold no buffer: the read lands on the stack of this frame only while bytes are
  // expected.
  in_.resize(before + kReadBytes);
  const size_t count = co_await stream_->ReadSome(in_.data() + before, kReadBytes);
  in_.resize(before + count);
  co_return count != 0;
}

asio::awaitable<void> HttpConnection::Watch() {
  const std::shared_ptr<HttpConnection> self = shared_from_this();
  std::array<char, 4096> buffer;
  while (job_ != nullptr && in_.size() < kReadAheadMax) {
    const size_t count = co_await stream_->ReadSome(buffer.data(), buffer.size());
    if (count == 0) {
      peer_gone_ = true;
      if (job_ != nullptr) {
        job_->cancel.Cancel();
        job_->queue->Abort();
      }
      break;
    }
    in_.append(buffer.data(), count);
  }
  watching_ = false;
  wake_.cancel();
}

bool HttpConnection::PrepareRoute(Job* job, ReadOutcome* outcome) {
  Request& request = job->request;
  std::string encoded_path;
  if (const Status status = SplitTarget(&request, &encoded_path); !status.ok()) {
    *outcome = {ReadResult::kError, 400, std::string(status.message())};
    return false;
  }
  job->router = core_->CurrentRouter();
  Router::Match match = job->router->Find(request.method, encoded_path);
  job->route = match.route != nullptr ? match.route : &job->router->not_found();
  job->allow = std::move(match.allow);
  request.path_params = std::move(match.path_params);
  request.handler = job->route->name;
  request.remote_address = remote_address_;
  request.cancel = job->cancel.Token();
  return true;
}

asio::awaitable<void> HttpConnection::ReadRequest(Job* job, ReadOutcome* outcome) {
  const HttpServerOptions& options = core_->options;
  if (in_.empty()) {
    stream_->ExpiresAfter(milliseconds(options.idle_timeout_ms));
    const bool more = co_await Fill();
    if (!more) co_return;
  }
  idle_ = false;
  stream_->ExpiresAfter(milliseconds(options.header_timeout_ms));

  Parser parser;
  parser.header_limit(static_cast<uint32_t>(options.header_bytes_max));
  parser.body_limit(boost::none);
  parser.eager(false);
  uint64_t parsed = 0;
  bool routed = false;
  while (!parser.is_done()) {
    boost::beast::error_code error;
    const size_t count = in_.empty() ? 0 : parser.put(asio::buffer(in_), error);
    in_.erase(0, count);
    parsed += count;
    if (error == http::error::need_more) error = {};
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      *outcome = {ReadResult::kError, 431, "request header fields too large"};
      co_return;
    }
    if (error == http::error::body_limit) {
      *outcome = {ReadResult::kError, 413, "http: request body too large"};
      co_return;
    }
    if (error) {
      *outcome = {ReadResult::kError, 400, "400 Bad Request: " + error.message()};
      co_return;
    }
    if (parser.is_header_done() && !routed) {
      routed = true;
      const auto& message = parser.get();
      FillHead(message, &job->request);
      if (!PrepareRoute(job, outcome)) co_return;
      job->traits.keep_alive = message.keep_alive();
      job->traits.http10 = message.version() < 11;
      const uint64_t body_max = job->route->options.body_bytes_max != 0
                                    ? job->route->options.body_bytes_max
                                    : options.body_bytes_max;
      const auto length = parser.content_length();
      if (length && parser.chunked()) {
        *outcome = {ReadResult::kError, 400, "400 Bad Request: both length and chunks"};
        co_return;
      }
      if (length && *length > body_max) {
        *outcome = {ReadResult::kError, 413, "http: request body too large"};
        co_return;
      }
      parser.body_limit(body_max);
      parser.eager(true);
      stream_->ExpiresAfter(milliseconds(options.body_timeout_ms));
      if (in_.empty() && EqualsIgnoreCase(job->request.headers.Get("Expect"), "100-continue")) {
        std::vector<Buffer> pieces;
        pieces.emplace_back(std::string(kContinue));
        const bool written = co_await WriteAll(std::move(pieces));
        if (!written) co_return;
      }
      continue;
    }
    if (parser.is_done()) break;
    if (count != 0 && !in_.empty()) continue;
    // An incomplete head may not outgrow its limit while it waits for its end.
    if (!routed && in_.size() > options.header_bytes_max) {
      *outcome = {ReadResult::kError, 431, "request header fields too large"};
      co_return;
    }
    const bool more = co_await Fill();
    if (!more) co_return;
  }
  job->request.body = std::move(parser.get().body());
  job->request_bytes = parsed;
  outcome->result = ReadResult::kRequest;
}

asio::awaitable<bool> HttpConnection::WriteAll(std::vector<Buffer> pieces) {
  size_t index = 0, offset = 0;
  while (index < pieces.size()) {
    std::array<asio::const_buffer, kGatherMax> buffers;
    size_t count = 0, bytes = 0;
    for (size_t i = index; i < pieces.size() && count < kGatherMax && bytes < kWriteBytesMax; ++i) {
      const std::string_view rest = pieces[i].view().substr(i == index ? offset : 0);
      const size_t size = std::min(rest.size(), kWriteBytesMax - bytes);
      if (size != 0) buffers[count++] = asio::const_buffer(rest.data(), size);
      bytes += size;
    }
    if (count == 0) break;  // Only empty pieces are left.
    stream_->ExpiresAfter(milliseconds(core_->options.write_timeout_ms));
    size_t written = co_await stream_->WriteSome({buffers.data(), count});
    if (written == 0) co_return false;
    while (index < pieces.size() && written >= pieces[index].size() - offset) {
      written -= pieces[index].size() - offset;
      pieces[index++] = Buffer();
      offset = 0;
    }
    offset += written;
  }
  co_return true;
}

asio::awaitable<void> HttpConnection::SendSimple(int code, std::string text) {
  text += "\n";
  std::string answer =
      "HTTP/1.1 " + std::to_string(code) + " " + std::string(ReasonPhrase(code)) +
      "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nDate: " + HttpDate() +
      "\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
  std::vector<Buffer> pieces;
  pieces.emplace_back(std::move(answer));
  co_await WriteAll(std::move(pieces));
}

asio::awaitable<void> HttpConnection::LingerAndClose() {
  stream_->ShutdownSend();
  stream_->ExpiresAfter(kLinger);
  std::array<char, kReadBytes> sink;
  size_t dropped = 0;
  while (dropped < kLingerBytes) {
    const size_t count = co_await stream_->ReadSome(sink.data(), sink.size());
    if (count == 0) break;
    dropped += count;
  }
  stream_->Close();
}

void HttpConnection::RunHandler(HttpServerCore* core, const std::shared_ptr<Job>& job) {
  HttpObserver* observer = core->options.observer.get();
  const auto begin = std::chrono::steady_clock::now();
  if (observer != nullptr) observer->Begin(job->request);
  QueuedResponse response(job->queue, job->traits);
  bool failed = false;
  try {
    if (job->allow.empty()) {
      job->route->handler(job->request, response);
    } else {
      response.headers().Set("Allow", job->allow);
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
    record.request_bytes = job->request_bytes;
    record.response_bytes = response.body_bytes();
    observer->End(job->request, record);
  }
}

asio::awaitable<bool> HttpConnection::Serve(std::shared_ptr<Job> job) {
  const HttpServerOptions& options = core_->options;
  if (draining_) job->traits.keep_alive = false;
  job->traits.head_only = job->request.method == "HEAD";
  job->traits.gzip_bytes_min = options.gzip_bytes_min;
  job->traits.accepts_gzip =
      job->route->options.gzip && job->request.headers.HasToken("Accept-Encoding", "gzip");
  job->queue = std::make_shared<ResponseQueue>(
      options.response_buffer_bytes,
      [self = shared_from_this()] { asio::post(self->strand_, [self] { self->wake_.cancel(); }); });
  job_ = job;
  stream_->ExpiresNever();
  HttpServerCore* const core = core_;
  WorkerPool& pool = job->route->options.control ? core->control_workers : core->workers;
  if (!pool.Submit([core, job] { RunHandler(core, job); })) {
    job_ = nullptr;
    co_await SendSimple(503, "server is overloaded");
    co_return false;
  }
  bool keep_alive = false;
  while (true) {
    ResponseQueue::Taken taken = job->queue->Take();
    if (!taken.pieces.empty()) {
      const bool written = co_await WriteAll(std::move(taken.pieces));
      if (!written) break;
      stream_->ExpiresNever();
    }
    if (taken.finished) {
      keep_alive = taken.keep_alive && !peer_gone_;
      break;
    }
    if (peer_gone_) break;
    if (taken.pieces.empty()) {
      co_await WaitForWake(watching_ ? milliseconds::max() : kWatchAfter);
      const bool timed_out = wake_.expiry() <= std::chrono::steady_clock::now();
      if (timed_out && !watching_ && in_.size() < kReadAheadMax && !peer_gone_) {
        watching_ = true;
        asio::co_spawn(
            strand_, [self = shared_from_this()] { return self->Watch(); }, asio::detached);
      }
    }
  }
  if (!keep_alive) {
    job->cancel.Cancel();
    job->queue->Abort();
  }
  job_ = nullptr;
  co_return keep_alive;
}

asio::awaitable<void> HttpConnection::Run() {
  const std::shared_ptr<HttpConnection> self = shared_from_this();
  try {
    co_await ServeAll();
  } catch (const std::exception&) {
    // Out of memory or descriptors: this connection ends, the server goes on.
  }
  if (job_ != nullptr) {
    job_->cancel.Cancel();
    job_->queue->Abort();
    job_ = nullptr;
  }
  stream_->Close();
  Leave();
}

asio::awaitable<void> HttpConnection::ServeAll() {
  while (!draining_ && !core_->stopping.load()) {
    auto job = std::make_shared<Job>();
    ReadOutcome outcome;
    idle_ = in_.empty();
    co_await ReadRequest(job.get(), &outcome);
    if (outcome.result == ReadResult::kClosed) break;
    if (outcome.result == ReadResult::kError) {
      co_await SendSimple(outcome.error_code, std::move(outcome.error_text));
      co_await LingerAndClose();
      break;
    }
    const bool keep_alive = co_await Serve(std::move(job));
    if (!keep_alive) {
      if (!peer_gone_ && !watching_) co_await LingerAndClose();
      break;
    }
  }
}

void HttpConnection::Leave() {
  std::lock_guard lock(core_->mutex);
  core_->connections.erase(shared_from_this());
  core_->changed.notify_all();
}

asio::awaitable<void> HttpConnection::Refuse() {
  const std::shared_ptr<HttpConnection> self = shared_from_this();
  co_await SendSimple(503, "too many connections");
  co_await LingerAndClose();
  Leave();
}

}  // namespace aion::net::internal
