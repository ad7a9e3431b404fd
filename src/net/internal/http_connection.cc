#include "net/internal/http_connection.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/internal/http_status.h"
#include "net/internal/response_writer.h"

// While a handler runs the coroutine waits on `wake_`; when that lasts, Watch() starts to read
// ahead, which is how a client's disconnect is noticed. Watch owns the reading side until it ends:
// Fill() then waits for it instead of reading.

namespace aion::net::internal {
namespace {

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
}  // namespace

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

asio::awaitable<bool> HttpConnection::Serve(std::shared_ptr<HttpJob> job) {
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
  if (!pool.Submit([core, job] { RunHttpJob(*core, *job); })) {
    job_ = nullptr;
    co_await SendSimple(503, "server is overloaded");
    co_return false;
  }
  bool keep_alive = false;
  while (true) {
    ResponseQueue::Taken taken = job->queue->Take();
    const bool must_wait = taken.pieces.empty();  // Asked before the pieces are moved away.
    if (!must_wait) {
      const bool written = co_await WriteAll(std::move(taken.pieces));
      if (!written) break;
      stream_->ExpiresNever();
    }
    if (taken.finished) {
      keep_alive = taken.keep_alive && !peer_gone_;
      break;
    }
    if (peer_gone_) break;
    if (must_wait) {
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
    const bool begun = co_await AwaitRequest();
    if (!begun) break;
    auto job = std::make_shared<HttpJob>();
    ReadOutcome outcome;
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
