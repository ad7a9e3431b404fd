#pragma once

// Clients of the small APIs over gRPC. Warnings a peer sends in its stream end up in the answer's
// warnings. Thread-safe.

#include <functional>
#include <memory>

#include "fleet/endpoint.h"
#include "net/grpc_channel.h"
#include "store/rpc/store_client.h"

namespace aion::fleet {

/// The channel for the next call: always the same one, or a group's servers in turn. Null when
/// there is none now.
using store::ChannelPicker;

/// Everything but `store`, which `store/rpc` makes. `channel` is set to the picker. A call that
/// fails as unavailable before anything came is tried up to `attempts` times in all.
EndpointClients MakeRpcClients(ChannelPicker picker, int attempts = 1);

/// Tenant and request id as metadata, and the token.
net::GrpcCallOptions CallOptionsOf(const store::RequestContext& context);

}  // namespace aion::fleet
