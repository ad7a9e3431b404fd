#pragma once

// gRPC client plumbing: unary and server-streaming calls by method name, over bytes.
//
// A GrpcChannel is one logical connection to one address; it connects lazily, reconnects by itself
// and is thread-safe. Calls block and end at once when their token is cancelled. Every failure is a
// Status with the peer's gRPC code.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/cancel.h"
#include "base/status.h"
#include "net/grpc_observer.h"
#include "net/grpc_server.h"
#include "net/tls.h"

namespace aion::net {

struct GrpcChannelOptions {
  GrpcClientTls tls;
  std::string user_agent;  ///< "thanos-query/0.43.0"
  std::shared_ptr<GrpcObserver> observer;
};

struct GrpcCallOptions {
  CancelToken cancel;
  GrpcMetadata metadata;
  int64_t timeout_ms = 0;  ///< For the whole call; 0: only the token's deadline.
  int64_t frame_timeout_ms =
      0;  ///< For each message of a stream; 0: none. kDeadlineExceeded when it passes.
};

/// Messages of one server-streaming call. Used by one thread. Destroying it early cancels the call.
class GrpcStream {
 public:
  virtual ~GrpcStream() = default;
  /// False at the end of a good stream; an error otherwise, after which Read is not called again.
  virtual StatusOr<bool> Read(Buffer* message) = 0;
  /// True when the next Read will not wait. Never blocks.
  virtual bool Ready() = 0;
};

class GrpcChannel {
 public:
  /// Never blocks: connection trouble shows in the calls. kInvalidArgument for unreadable TLS
  /// files.
  static StatusOr<std::shared_ptr<GrpcChannel>> Create(std::string address,
                                                       const GrpcChannelOptions& options);
  ~GrpcChannel();

  const std::string& address() const;
  StatusOr<Buffer> Unary(std::string_view path, const Buffer& request,
                         const GrpcCallOptions& options);
  std::unique_ptr<GrpcStream> ServerStream(std::string_view path, const Buffer& request,
                                           const GrpcCallOptions& options);

 private:
  class Impl;
  explicit GrpcChannel(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace aion::net
