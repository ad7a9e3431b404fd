#include "net/internal/curl_transfer.h"

#include <algorithm>
#include <string>

namespace aion::net::internal {

void CurlTransfer::BeginBody() {
  if (body_begun) return;
  body_begun = true;
  streaming = sink != nullptr && (wants ? wants(response) : response.code / 100 == 2);
  if (!streaming && sink == nullptr && request.response_bytes_expected != 0) {
    response.body.reserve(std::min(request.response_bytes_expected, request.response_bytes_max));
  }
}

uint64_t CurlTransfer::BodyLimit() const {
  return sink != nullptr && !streaming
             ? std::min<uint64_t>(kErrorBodyMax, request.response_bytes_max)
             : request.response_bytes_max;
}

size_t OnCurlHeader(char* data, size_t, size_t size, void* context) {
  auto* transfer = static_cast<CurlTransfer*>(context);
  transfer->head_begun = true;
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    // A new head: after 100 Continue or a redirect.
    transfer->response.headers = Headers();
    const size_t space = std::min(line.find(' '), line.size());
    transfer->response.code =
        std::atoi(std::string(line.substr(std::min(space + 1, line.size()), 3)).c_str());
    return size;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  transfer->response.headers.Add(std::string(line.substr(0, colon)), std::string(value));
  return size;
}

size_t OnCurlBody(char* data, size_t, size_t size, void* context) {
  auto* transfer = static_cast<CurlTransfer*>(context);
  transfer->BeginBody();
  transfer->received += size;
  if (transfer->received > transfer->BodyLimit()) {
    transfer->failure = ResourceExhaustedError("answer is over the limit of bytes: " +
                                               std::to_string(transfer->BodyLimit()));
    return 0;
  }
  if (!transfer->streaming) {
    transfer->response.body.append(data, size);
    return size;
  }
  transfer->failure = (*transfer->sink)(std::string_view(data, size));
  return transfer->failure.ok() ? size : 0;
}

size_t OnCurlUpload(char* out, size_t, size_t size, void* context) {
  auto* transfer = static_cast<CurlTransfer*>(context);
  if (transfer->request.body_source == nullptr) {
    const std::string_view rest = transfer->request.body.substr(transfer->body_at, size);
    rest.copy(out, rest.size());
    transfer->body_at += rest.size();
    return rest.size();
  }
  auto count = transfer->request.body_source(out, size);
  if (count.ok()) return *count;
  transfer->failure = count.status();
  return CURL_READFUNC_ABORT;
}

int OnCurlRewind(void* context, curl_off_t offset, int origin) {
  auto* transfer = static_cast<CurlTransfer*>(context);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  if (transfer->request.body_source == nullptr) {
    transfer->body_at = 0;
    return CURL_SEEKFUNC_OK;
  }
  if (transfer->request.body_rewind == nullptr) return CURL_SEEKFUNC_CANTSEEK;
  transfer->failure = transfer->request.body_rewind();
  return transfer->failure.ok() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

Status FromCurl(CURLcode code, const char* detail) {
  const std::string text = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return DeadlineExceededError(text);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return InvalidArgumentError(text);
    case CURLE_TOO_MANY_REDIRECTS:
      return FailedPreconditionError(text);
    case CURLE_OUT_OF_MEMORY:
      return ResourceExhaustedError(text);
    default:
      return UnavailableError(text);
  }
}

}  // namespace aion::net::internal
