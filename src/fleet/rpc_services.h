#pragma once

// Services of the small APIs: hangs contract objects into a gRPC server, with upstream's method
// names. Requires: before the server starts; the objects outlive it.

#include "fleet/contract/exemplars.h"
#include "fleet/contract/info.h"
#include "fleet/contract/metadata.h"
#include "fleet/contract/rules.h"
#include "fleet/contract/targets.h"
#include "fleet/contract/tsdb_status.h"
#include "net/grpc_server.h"

namespace aion::fleet {

void RegisterInfo(net::GrpcServer& server, InfoApi& api);
void RegisterRules(net::GrpcServer& server, RulesApi& api);
void RegisterTargets(net::GrpcServer& server, TargetsApi& api);
void RegisterMetadata(net::GrpcServer& server, MetadataApi& api);
void RegisterExemplars(net::GrpcServer& server, ExemplarsApi& api);
void RegisterStatus(net::GrpcServer& server, StatusApi& api);

/// The token, tenant and request id of a call.
store::RequestContext ContextOf(const net::ServerCall& call);

}  // namespace aion::fleet
