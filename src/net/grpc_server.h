#pragma once

// gRPC server plumbing: methods by name, over bytes. Services are built from it in a few lines
// (`net/grpc_typed.h` adds the message types), so that no other room sees a grpc header.
//
// Each call runs on a thread of the server's own and may block. Messages may be of any size;
// requests compressed with "snappy" (framed), gzip or deflate are accepted. ServerCall.cancel is
// cancelled when the peer goes, its deadline passes or the server stops. An exception in a handler
// becomes kInternal. Serves grpc.health.v1.Health. Server reflection is not offered: there are no
// descriptors.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/cancel.h"
#include "base/status.h"
#include "net/grpc_observer.h"
#include "net/tls.h"

namespace aion::net {

/// Metadata keys are lower case.
using GrpcMetadata = std::multimap<std::string, std::string, std::less<>>;

inline constexpr std::string_view kTenantMetadataKey = "thanos-tenant";
inline constexpr std::string_view kRequestIdMetadataKey = "request-id";

struct ServerCall {
  CancelToken cancel;
  GrpcMetadata metadata;
  std::string peer;  ///< "ipv4:10.0.0.1:4711"

  /// The first value of the key, or "". `key` is lower case.
  std::string_view Metadata(std::string_view key) const;
};

class GrpcStreamWriter {
 public:
  virtual ~GrpcStreamWriter() = default;
  /// Blocks for flow control. `more_follows` lets small messages share packets: true for all but
  /// the last of a burst. kCancelled when the peer is gone; the handler then returns that.
  virtual Status Write(Buffer message, bool more_follows = false) = 0;
};

using UnaryHandler = std::function<StatusOr<Buffer>(const ServerCall& call, const Buffer& request)>;
using ServerStreamHandler =
    std::function<Status(const ServerCall& call, const Buffer& request, GrpcStreamWriter& writer)>;

struct GrpcServerOptions {
  std::string address = "0.0.0.0:10901";      ///< host:port; port 0 takes a free one.
  int64_t connection_age_max_ms = 3'600'000;  ///< 0: no limit.
  int64_t connection_age_grace_ms = 0;        ///< 0: no limit.
  GrpcServerTls tls;
  std::shared_ptr<GrpcObserver> observer;
};

class GrpcServer {
 public:
  explicit GrpcServer(GrpcServerOptions options);
  ~GrpcServer();

  /// `path` is "/thanos.Store/Series". Requires: before Start; each path once.
  void AddUnary(std::string path, UnaryHandler handler);
  void AddServerStream(std::string path, ServerStreamHandler handler);

  /// kUnavailable naming the address when it cannot be bound; kInvalidArgument for unreadable TLS
  /// files.
  Status Start();
  /// The bound address.
  const std::string& address() const;
  int port() const;
  /// What the health service answers; false until first set.
  void SetServing(bool serving);
  /// Lets running calls end for `grace_ms`, then cancels them; returns when all handlers have
  /// returned. Idempotent.
  void Stop(int64_t grace_ms);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aion::net
