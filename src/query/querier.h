#pragma once

// StoreQueryable: the engine's Queryable over a Store, for one query request.
//
// A Select becomes one Series call: aggregates and resolution by the selector's innermost function,
// replica labels left out when deduplicating. Frames become batches as they arrive, so decoding
// starts with the first one. Batches own the pages of their series and are safe to decode from
// several threads; each thread keeps its own scratch memory. Thread-safe.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/gate.h"
#include "series/dedup.h"
#include "series/queryable.h"
#include "store/contract/store.h"

namespace aion::query {

struct QuerierOptions {
  /// Takes effect only with replica labels.
  bool deduplicate = true;
  std::vector<std::string> replica_labels;
  series::DedupFunction dedup_function = series::DedupFunction::kPenalty;
  /// The coarsest resolution downsampled data may have; 0 for raw data only.
  DurationMs max_source_resolution_ms = 0;
  store::PartialResponse partial_response = store::PartialResponse::kWarn;
  std::vector<std::vector<model::Matcher>> store_matchers;
  store::ShardInfo shard;
  /// Series a message the stores are asked for.
  int64_t response_batch_size = 64;

  bool DedupActive() const { return deduplicate && !replica_labels.empty(); }
};

/// The request's resolution, capped for functions that need two samples in their range.
DurationMs EffectiveResolutionMs(DurationMs max_source_resolution_ms,
                                 const series::SelectHints& hints);

/// What one Select read, told when its series set is destroyed.
struct SelectStats {
  uint64_t series = 0;
  uint64_t samples = 0;  ///< Of all chunks, those of replicas included.
  double seconds = 0;    ///< Spent waiting for the stores.
};
using SelectObserver = std::function<void(const SelectStats&)>;

class StoreQueryable : public series::Queryable {
 public:
  /// `select_gate` bounds the Selects under way at one time; not owned, may be null.
  StoreQueryable(std::shared_ptr<store::Store> store, QuerierOptions options,
                 runtime::Gate* select_gate, SelectObserver observer = nullptr);

  StatusOr<std::unique_ptr<series::SeriesSet>> Select(
      const series::SelectRequest& request, const series::RequestContext& context) override;

 private:
  std::shared_ptr<store::Store> store_;
  QuerierOptions options_;
  runtime::Gate* select_gate_;
  SelectObserver observer_;
};

}  // namespace aion::query
