#pragma once

// GrpcObserver sees the calls of a gRPC server or client: where the grpc_server_* and grpc_client_*
// metrics hang.

#include <string_view>

#include "base/status.h"

namespace aion::net {

/// A method as metrics name it. The views live as long as the server or channel.
struct GrpcMethod {
  std::string_view service;  ///< "thanos.Store"
  std::string_view method;   ///< "Series"
  bool server_stream = false;

  std::string_view type() const { return server_stream ? "server_stream" : "unary"; }
};

/// Called from several threads.
class GrpcObserver {
 public:
  virtual ~GrpcObserver() = default;
  /// Once for each method before serving, so that metrics exist from the start.
  virtual void Register(const GrpcMethod& method) = 0;
  virtual void Started(const GrpcMethod& method) = 0;
  virtual void MessageReceived(const GrpcMethod& method) = 0;
  virtual void MessageSent(const GrpcMethod& method) = 0;
  virtual void Handled(const GrpcMethod& method, StatusCode code, double seconds) = 0;
  virtual void PanicRecovered() = 0;
};

}  // namespace aion::net
