#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/internal/http_connection.h"

// Reading of requests. A request is read whole before a worker sees it, so a slow sender costs a
// coroutine and no thread. This is the only file that includes Beast's parser.

namespace aion::net::internal {
namespace {

namespace http = boost::beast::http;
using std::chrono::milliseconds;

constexpr size_t kReadBytes = 16 << 10;
/// What an idle connection holds ready for its next request.
constexpr size_t kIdleReadBytes = 2 << 10;
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

asio::awaitable<bool> HttpConnection::AwaitRequest() {
  idle_ = in_.empty();
  if (idle_) {
    if (in_.capacity() > kIdleReadBytes) in_ = std::string();
    stream_->ExpiresAfter(milliseconds(core_->options.idle_timeout_ms));
    const bool begun = co_await Fill();
    if (!begun) co_return false;
  }
  idle_ = false;
  co_return true;
}

asio::awaitable<bool> HttpConnection::Fill() {
  const size_t before = in_.size();
  while (watching_ && in_.size() == before && !peer_gone_)
    co_await WaitForWake(milliseconds::max());
  if (peer_gone_) co_return false;
  if (in_.size() > before) co_return true;
  const size_t room = idle_ ? kIdleReadBytes : kReadBytes;
  in_.resize(before + room);
  const size_t count = co_await stream_->ReadSome(in_.data() + before, room);
  in_.resize(before + count);
  co_return count != 0;
}

bool HttpConnection::PrepareRoute(HttpJob* job, ReadOutcome* outcome) {
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

asio::awaitable<void> HttpConnection::ReadRequest(HttpJob* job, ReadOutcome* outcome) {
  const HttpServerOptions& options = core_->options;
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

}  // namespace aion::net::internal
