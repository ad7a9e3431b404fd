#pragma once

// What one request to the store gateway owns while it and its reads run. Internal to the store.

#include <utility>

#include "base/cancel.h"
#include "runtime/gate.h"
#include "store/bucket/bucket_store.h"
#include "store/bucket/hints.h"
#include "store/bucket/request_limits.h"
#include "store/bucket/series_stream.h"
#include "store/bucket/store_metrics.h"

namespace aion::store {

struct BucketStore::RequestState {
  RequestState(const CancelToken& parent, const RequestLimits& max)
      : cancel(parent), limits{max.series, max.chunks, max.bytes} {}

  CancelSource cancel;  // Ends the reads when the stream goes.
  RequestStats stats;
  RequestLimits limits;
  runtime::Gate::Permit permit;
};

}  // namespace aion::store
