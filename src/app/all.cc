#include "app/components.h"

namespace aion::app {

Status BuildAll(const config::FlagValues& flags, Host& host) {
  const auto store_ready = std::make_shared<Event>();
  ASSIGN_OR_RETURN(fleet::LocalEndpoint store, AddBucketStore(flags, host, [store_ready] {
                     store_ready->Set();
                     return OkStatus();
                   }));
  std::vector<fleet::LocalEndpoint> locals;
  locals.push_back(std::move(store));
  // --selector.relabel-config selects blocks here, by the store gateway.
  return AddQuerier(flags, host, store::TsdbSelector({}), std::move(locals), store_ready);
}

}  // namespace aion::app
