#pragma once

// HTTP client: blocking calls over pooled connections, with cancellation, deadlines and limits.
//
// One HttpClient holds the settings of one kind of peer (auth, TLS, proxy, User-Agent) and a pool
// of idle connections by host. Thread-safe: each call takes a connection of its own. A call ends
// within about 50 ms of its CancelToken. Statuses say that no complete answer came: kUnavailable
// (connect, reset, TLS), kDeadlineExceeded, kCancelled, kResourceExhausted (answer over its limit),
// kInvalidArgument (bad URL). An HTTP error code is an answer, not a Status.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/status.h"
#include "net/http_client_config.h"
#include "net/http_headers.h"

namespace aion::net {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  /// Must live until the call returns.
  std::string_view body;
  /// Instead of `body`: pulls up to `size` bytes into `out`, 0 at the end. Retries of a reused
  /// connection need `body_rewind`, called before the body is read again.
  std::function<StatusOr<size_t>(char* out, size_t size)> body_source;
  std::function<Status()> body_rewind;
  std::optional<uint64_t> body_source_bytes;
  int64_t timeout_ms = 0;  ///< For the whole call; 0: none but the token's deadline.
  uint64_t response_bytes_max = 1 << 30;
  uint64_t response_bytes_expected = 0;  ///< Reserved up front when known.
  bool follow_redirects = true;          ///< At most 10.
  bool accept_gzip = true;  ///< Asks for gzip and unpacks it; off for ranges of objects.
};

struct HttpResponse {
  int code = 0;
  Headers headers;
  std::string body;
};

/// Called with each piece of the body as it comes; an error stops the call and is returned by it.
using BodySink = std::function<Status(std::string_view piece)>;
/// Called once with code and headers, before the first piece; false lets the body be gathered in
/// HttpResponse.body.
using WantsStream = std::function<bool(const HttpResponse& head)>;

class HttpClient {
 public:
  /// Reads credential and certificate files at every use, so that rotated files are picked up.
  explicit HttpClient(HttpClientConfig config, std::string user_agent = "Aion");
  ~HttpClient();

  StatusOr<HttpResponse> Do(const HttpRequest& request, const CancelToken& cancel);
  /// Streams the body of 2xx answers into `sink`; the body of others is returned (up to 1 MiB).
  /// `wants` decides otherwise where given.
  StatusOr<HttpResponse> DoStream(const HttpRequest& request, const BodySink& sink,
                                  const CancelToken& cancel, const WantsStream& wants = nullptr);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aion::net
