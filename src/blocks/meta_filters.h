#pragma once

// The filters between the blocks in a bucket and the blocks a component works with.
//
// Order for the store: time, label shard, consistency delay, deletion marks, dedup. For the
// compactor the replica label remover stands before dedup and the mark gatherers after it. Each is
// thread-safe for its getters.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/duration.h"
#include "blocks/marks.h"
#include "blocks/meta_fetcher.h"
#include "model/relabel.h"
#include "telemetry/log.h"

namespace aion::blocks {

/// Keeps blocks with max_time >= min() and min_time <= max(). The bounds are asked at every sync:
/// they may slide.
std::shared_ptr<MetaFilter> MakeTimeFilter(std::function<TimestampMs()> min,
                                           std::function<TimestampMs()> max);

/// Keeps blocks whose external labels and `__block_id` are not dropped by, and not all removed by,
/// the rules. `replica_labels` are taken out of the labels before.
std::shared_ptr<MetaFilter> MakeLabelShardFilter(std::vector<model::RelabelRule> rules,
                                                 std::vector<std::string> replica_labels = {});

/// Leaves out blocks uploaded less than `delay_ms` ago, except those made by the compactor or by
/// repairs. `registry` gets the gauge `consistency_delay_seconds`.
std::shared_ptr<MetaFilter> MakeConsistencyDelayFilter(DurationMs delay_ms, const Clock& clock,
                                                       const telemetry::Registry& registry);

/// Gathers deletion marks; leaves out blocks marked longer than `delay_ms` ago.
class DeletionMarkFilter : public MetaFilter {
 public:
  struct Options {
    DurationMs delay_ms = 0;
    size_t concurrency = 32;
  };
  /// `bucket` and `clock` outlive the filter.
  DeletionMarkFilter(objstore::Bucket& bucket, const Options& options, const Clock& clock,
                     telemetry::Logger logger);
  Status Filter(Metas* metas, SyncCounts* counts, const CancelToken& cancel) override;
  /// Of the blocks of the last sync, whether left out or not. A mark is remembered until its block
  /// is gone.
  std::map<Ulid, Mark> Marks() const;

 private:
  objstore::Bucket& bucket_;
  const Options options_;
  const Clock& clock_;
  const telemetry::Logger logger_;
  mutable std::mutex mutex_;
  std::map<Ulid, Mark> marks_;  // Guarded by mutex_.
};

/// Gathers marks of one kind without leaving blocks out.
class MarkGatherer : public MetaFilter {
 public:
  MarkGatherer(objstore::Bucket& bucket, MarkKind kind, size_t concurrency,
               telemetry::Logger logger);
  Status Filter(Metas* metas, SyncCounts* counts, const CancelToken& cancel) override;
  std::map<Ulid, Mark> Marks() const;

 private:
  objstore::Bucket& bucket_;
  const MarkKind kind_;
  const size_t concurrency_;
  const telemetry::Logger logger_;
  mutable std::mutex mutex_;
  std::map<Ulid, Mark> marks_;  // Guarded by mutex_.
};

/// Leaves out blocks whose sources are all sources of another block of the same resolution and
/// labels.
class DedupFilter : public MetaFilter {
 public:
  Status Filter(Metas* metas, SyncCounts* counts, const CancelToken& cancel) override;
  /// Left out by the last sync: what the compactor may mark for deletion.
  std::vector<Ulid> Duplicates() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Ulid> duplicates_;  // Guarded by mutex_.
};

/// Takes replica labels out of the metas. When none is left, the first of them gets the value
/// "deduped".
std::shared_ptr<MetaFilter> MakeReplicaLabelRemover(std::vector<std::string> replica_labels);

}  // namespace aion::blocks
