#pragma once

// GrpcDial: makes the clients of a peer from its spec: one channel for an address; for a group one
// channel for each address its name stands for now, used in turn.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fleet/endpoint_set.h"
#include "net/grpc_observer.h"

namespace aion::fleet {

struct GrpcDialOptions {
  std::string user_agent;
  std::shared_ptr<net::GrpcObserver> observer;
  /// Of each message of Series: `store.response-timeout`; 0: none.
  int64_t frame_timeout_ms = 0;
  /// Addresses of a group; thread-safe and cheap. See EndpointSources::GroupAddresses.
  std::function<std::vector<std::string>(const std::string& group)> group_addresses;
};

EndpointSet::Dial MakeGrpcDial(GrpcDialOptions options);

}  // namespace aion::fleet
