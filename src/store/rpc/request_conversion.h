#pragma once

// Requests of the Store seam from and to the messages of `wire`, and what travels beside them as
// metadata.

#include "net/grpc_channel.h"
#include "net/grpc_server.h"
#include "store/contract/store.h"
#include "wire/store_messages.h"

namespace aion::store::internal {

wire::SeriesRequest ToWire(const SeriesRequest& request);
wire::LabelNamesRequest ToWire(const LabelNamesRequest& request);
wire::LabelValuesRequest ToWire(const LabelValuesRequest& request);

/// kInvalidArgument for malformed hints.
StatusOr<SeriesRequest> FromWire(const wire::SeriesRequest& request);
StatusOr<LabelNamesRequest> FromWire(const wire::LabelNamesRequest& request);
StatusOr<LabelValuesRequest> FromWire(const wire::LabelValuesRequest& request);

/// Token, tenant and request id.
RequestContext ContextOf(const net::ServerCall& call);
net::GrpcCallOptions CallOptionsOf(const RequestContext& context);

}  // namespace aion::store::internal
