#pragma once

// LimitedStore: a Store whose Series calls fail once they returned more than they may: `--store.limits.*` of components
// that are no store gateway. Samples are counted as chunks of 120. Thread-safe.

#include <memory>

#include "store/contract/store.h"

namespace aion::store {

struct StoreLimits {
  uint64_t series_max = 0;   ///< 0: no limit.
  uint64_t samples_max = 0;  ///< 0: no limit.
};

/// `inner` itself when there is no limit. A call over a limit ends with kResourceExhausted
/// `failed to send series: limit 10 violated (got 11)`.
std::shared_ptr<Store> MakeLimitedStore(std::shared_ptr<Store> inner, const StoreLimits& limits);

}  // namespace aion::store
