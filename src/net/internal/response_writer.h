#pragma once

// The ResponseWriter of a live request: composes head, framing and compression and pushes the
// result into the connection's ResponseQueue.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "net/internal/response_queue.h"

namespace aion::net::internal {

class GzipStream;

struct ResponseTraits {
  bool head_only = false;  ///< HEAD: no body is sent.
  bool http10 = false;     ///< No chunked framing: a streamed answer ends with the connection.
  bool accepts_gzip = false;
  bool keep_alive = true;
  size_t gzip_bytes_min = 1024;
};

/// "Wed, 21 Oct 2015 07:28:00 GMT", now.
std::string HttpDate();

class QueuedResponse final : public ResponseWriter {
 public:
  QueuedResponse(std::shared_ptr<ResponseQueue> queue, ResponseTraits traits);
  ~QueuedResponse() override;

  Headers& headers() override { return headers_; }
  void SetStatus(int code) override { code_ = code; }
  void Send(std::string body) override;
  void Send(std::vector<Buffer> pieces) override;
  Status Write(std::string_view bytes) override;
  Status Flush() override;
  bool started() const override { return state_ != State::kNew; }

  /// Completes the answer after the handler returned; `failed` breaks the connection off instead.
  void Finish(bool failed);
  int code() const { return code_; }
  uint64_t body_bytes() const { return body_bytes_; }

 private:
  enum class State { kNew, kStreaming, kSent };
  bool MayCompress() const;
  std::string Head();
  void SendWhole(std::vector<Buffer> pieces, uint64_t size);
  void BeginStream();
  Status PushChunk();
  void Append(std::string_view bytes);

  const std::shared_ptr<ResponseQueue> queue_;
  ResponseTraits traits_;
  Headers headers_;
  int code_ = 200;
  State state_ = State::kNew;
  bool chunked_ = false;
  std::unique_ptr<GzipStream> gzip_;
  std::string chunk_;  // Gathered bytes behind the room for a chunk's size line.
  uint64_t body_bytes_ = 0;
};

}  // namespace aion::net::internal
