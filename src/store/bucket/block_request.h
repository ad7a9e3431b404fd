#pragma once

// What one request brings along to every block it reads. Not owned; everything outlives the
// request's reads.

#include <string>

#include "base/accountant.h"
#include "base/cancel.h"
#include "runtime/thread_pool.h"
#include "store/bucket/index_cache.h"
#include "store/bucket/request_limits.h"
#include "store/bucket/store_metrics.h"

namespace aion::store {

struct BlockRequest {
  CancelToken cancel;
  IndexCache* cache = nullptr;
  RequestStats* stats = nullptr;
  RequestLimits* limits = nullptr;
  runtime::ThreadPool* io = nullptr;       ///< Threads for blocking reads.
  MemoryAccountant* accountant = nullptr;  ///< Null for no accounting.
  std::string tenant;
  /// Time of each fetch; null for none.
  telemetry::Histogram* postings_seconds = nullptr;
  telemetry::Histogram* series_seconds = nullptr;
  telemetry::Histogram* chunks_seconds = nullptr;
};

}  // namespace aion::store
