#pragma once

// GuardedStore: what every server puts around its Store: limits on the series and samples of one
// Series call, and an observer of how many were sent. Thread-safe when the Store and the observer
// are.
//
// Samples are counted as chunks of 120, which is what a chunk holds at most; a chunk's aggregates
// count as one.

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "store/contract/store.h"

namespace aion::store {

inline constexpr uint64_t kSamplesPerChunkMax = 120;

/// `store.limits.request-series` and `-samples`; 0: no limit.
struct SelectLimits {
  uint64_t series_max = 0;
  uint64_t samples_max = 0;
};

struct StoreObserver {
  /// A Series call has begun (thanos_store_server_pending_series_requests); on_done ends it.
  std::function<void()> on_begin;
  /// A Series call was ended by a limit: "series" or "chunks" (the label of
  /// thanos_store_selects_dropped_total).
  std::function<void(std::string_view reason)> on_dropped;
  /// A Series call has ended, well or not (thanos_store_server_series_requested and
  /// …chunks_requested).
  std::function<void(uint64_t series, uint64_t chunks)> on_done;
};

/// Calls over a limit fail with kResourceExhausted `failed to send series: limit N violated (got
/// M)`.
std::shared_ptr<Store> MakeGuardedStore(std::shared_ptr<Store> store, SelectLimits limits,
                                        StoreObserver observer);

}  // namespace aion::store
