#pragma once

// Where the servers' and clients' traffic becomes metrics: upstream's `http_*`, `grpc_server_*` and
// `grpc_client_*` families. The objects are thread-safe and keep the registry's storage alive.

#include <memory>
#include <string>

#include "net/grpc_observer.h"
#include "net/http_server.h"
#include "telemetry/metrics.h"

namespace aion::app {

/// `tenant_header` empty: no `tenant` label.
std::shared_ptr<net::HttpObserver> MakeHttpObserver(const telemetry::Registry& registry,
                                                    std::string tenant_header,
                                                    std::string default_tenant);

enum class GrpcSide { kServer, kClient };
std::shared_ptr<net::GrpcObserver> MakeGrpcObserver(const telemetry::Registry& registry,
                                                    GrpcSide side);

}  // namespace aion::app
