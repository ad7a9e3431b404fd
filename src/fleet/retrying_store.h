#pragma once

// RetryingStore: a Store that stands for several interchangeable servers. A call that fails as
// unavailable before it has given anything is tried again, which picks the next server.

#include <memory>

#include "store/contract/store.h"

namespace aion::fleet {

/// Tries of a call to a group, the first included: upstream's service config.
inline constexpr int kGroupAttempts = 4;

/// `inner` picks a server at each call. Thread-safe.
std::shared_ptr<store::Store> MakeRetryingStore(std::shared_ptr<store::Store> inner);

}  // namespace aion::fleet
