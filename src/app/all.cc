#include "app/components.h"

namespace aion::app {

Status BuildAll(const config::FlagValues& flags, Host& host) {
  const auto store_ready = std::make_shared<Event>();
  ASSIGN_OR_RETURN(BucketStoreParts store, AddBucketStore(flags, host, [store_ready] {
                     store_ready->Set();
                     return OkStatus();
                   }));
  std::vector<fleet::LocalEndpoint> locals;
  locals.push_back(std::move(store.endpoint));
  // --selector.relabel-config selects blocks here, by the store gateway.
  RETURN_IF_ERROR(AddQuerier(flags, host, store::TsdbSelector({}), std::move(locals), store_ready));
  store.blocks->AddRoutes(&host.router());
  return OkStatus();
}

}  // namespace aion::app
