#pragma once

// One call of the gRPC server: reads the request, runs the handler on a worker, sends its messages
// through a bounded queue. For the .cc files of the gRPC plumbing only.

#include <grpcpp/generic/async_generic_service.h>

#include "net/grpc_server.h"
#include "net/internal/grpc_wire.h"
#include "net/internal/worker_pool.h"

namespace aion::net::internal {

struct ServerMethod {
  MethodName name;
  ServerStreamHandler handler;  ///< Unary methods write once.
};

/// Answers the call; `method` null is kUnimplemented. The call deletes itself when done.
grpc::ServerGenericBidiReactor* StartServerCall(grpc::GenericCallbackServerContext* context,
                                                const ServerMethod* method, GrpcObserver* observer,
                                                WorkerPool* workers);

}  // namespace aion::net::internal
