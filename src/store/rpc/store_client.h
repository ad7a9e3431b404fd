#pragma once

// StoreClient: a thanos.Store peer as a Store.
//
// Series are pulled message by message; messages that have already arrived are gathered into one
// frame. Frames hold the messages' bytes themselves and charge them to the query. The peer's order
// is not checked here (the proxy does); labels within a series are. Every failure carries the
// peer's code and names it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "net/grpc_channel.h"
#include "store/contract/store.h"

namespace aion::store {

/// The channel for the next call; null when there is none now (the call is then kUnavailable).
using ChannelPicker = std::function<std::shared_ptr<net::GrpcChannel>()>;

struct StoreClientOptions {
  std::string name;              ///< Of the Store and in errors: the address.
  int64_t frame_timeout_ms = 0;  ///< For each message of Series; 0: none.
  /// What the Store announces: the endpoint set knows it from Info. Null: everything, no labels.
  std::function<StoreInfo()> info;
};

std::shared_ptr<Store> MakeStoreClient(ChannelPicker picker, StoreClientOptions options);
std::shared_ptr<Store> MakeStoreClient(std::shared_ptr<net::GrpcChannel> channel,
                                       StoreClientOptions options);

}  // namespace aion::store
