#pragma once

// The components as compositions: each Build function takes the flags of its command and adds what
// it is made of to a Host, reading from top to bottom. Nothing here computes; nothing here loops
// over data.

#include <memory>
#include <vector>

#include "api/blocks_api.h"
#include "app/builders.h"
#include "app/host.h"
#include "base/status.h"
#include "config/flag_values.h"
#include "fleet/endpoint_set.h"
#include "store/proxy/tsdb_selector.h"

namespace aion::app {

Status BuildSidecar(const config::FlagValues& flags, Host& host);
Status BuildStore(const config::FlagValues& flags, Host& host);
Status BuildQuery(const config::FlagValues& flags, Host& host);
/// Store and query in one process.
Status BuildAll(const config::FlagValues& flags, Host& host);

/// The parts BuildAll composes.
struct BucketStoreParts {
  fleet::LocalEndpoint endpoint;
  /// Knows the loaded blocks; owned by the host. Its routes are still to be added.
  api::BlocksApi* blocks = nullptr;
};
/// The store gateway; it turns ready by itself, and calls `on_ready` once then; an error of that
/// ends the process.
StatusOr<BucketStoreParts> AddBucketStore(const config::FlagValues& flags, Host& host,
                                          std::function<Status()> on_ready);
/// The querier over the flags' endpoints and `locals`. It looks for its peers once `locals_ready`
/// (may be null) is set, and serves gRPC and reports ready after the first look.
Status AddQuerier(const config::FlagValues& flags, Host& host, const store::TsdbSelector& selector,
                  std::vector<fleet::LocalEndpoint> locals, std::shared_ptr<Event> locals_ready);

}  // namespace aion::app
