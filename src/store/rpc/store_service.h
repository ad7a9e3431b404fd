#pragma once

// StoreService: serves any Store as thanos.Store over gRPC.
//
// Series are streamed in messages of one series, or of `response_batch_size` when the peer asks for
// batches and they are allowed; small messages share packets. The peer's cancellation and deadline
// reach the Store through its context, with the tenant and the request id of the metadata.

#include "net/grpc_server.h"
#include "store/contract/store.h"

namespace aion::store {

struct StoreServiceOptions {
  /// Series a message may hold at most, whatever the peer asks.
  int64_t response_batch_size_max = 4096;
};

/// Adds /thanos.Store/{Series,LabelNames,LabelValues}. Requires: before the server starts; `store`
/// outlives it.
void RegisterStore(net::GrpcServer& server, Store& store, const StoreServiceOptions& options = {});

}  // namespace aion::store
