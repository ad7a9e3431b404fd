#pragma once

// CurlTransfer: one running call of the HTTP client, and the callbacks curl feeds it through. Used
// by one thread. For .cc files of this room only.

#include <curl/curl.h>

#include <cstdint>

#include "base/status.h"
#include "net/http_client.h"

namespace aion::net::internal {

/// An answer that is not streamed although a stream was asked for is an error page: no more of it
/// is kept.
inline constexpr uint64_t kErrorBodyMax = 1 << 20;

struct CurlTransfer {
  const HttpRequest& request;
  const BodySink* sink;  ///< Null: the body is gathered.
  const WantsStream& wants;
  HttpResponse response;
  Status failure;  ///< Ours, when a callback stopped the call.
  uint64_t received = 0;
  size_t body_at = 0;  ///< Of request.body, for uploads.
  bool body_begun = false;
  bool streaming = false;
  bool head_begun = false;

  void BeginBody();
  uint64_t BodyLimit() const;
};

// curl's callbacks; `context` is the CurlTransfer.
size_t OnCurlHeader(char* data, size_t, size_t size, void* context);
size_t OnCurlBody(char* data, size_t, size_t size, void* context);
size_t OnCurlUpload(char* out, size_t, size_t size, void* context);
int OnCurlRewind(void* context, curl_off_t offset, int origin);

/// `detail` is curl's own text, "" when there is none.
Status FromCurl(CURLcode code, const char* detail);

}  // namespace aion::net::internal
