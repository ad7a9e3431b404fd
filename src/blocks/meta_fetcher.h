#pragma once

// Meta fetching: which blocks are in a bucket, and what their meta.json says.
//
//   BaseMetaFetcher  lists blocks and reads their metas, with an in-memory and a disk cache
//        └── MetaFetcher (one or more)  passes the view through filters, counts states, keeps the
//        metrics
//
// A meta once read is kept as long as the block is listed: objects are immutable. Thread-safe;
// concurrent calls of one fetcher run one after the other. Bucket calls run on threads of the
// fetcher's own, as many as the options say.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/env.h"
#include "base/status.h"
#include "blocks/meta_view.h"
#include "objstore/bucket.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aion::blocks {

/// `--block-discovery-strategy`: an Exists call a block, or one recursive listing (which also
/// notices changed metas).
enum class DiscoveryStrategy : uint8_t { kConcurrent, kRecursive };

struct MetaFetcherOptions {
  /// `<data-dir>`: metas are kept in `<directory>/meta-syncer/<ulid>/meta.json`. Empty: no disk
  /// cache.
  std::string directory;
  size_t concurrency = 32;  ///< `--block-meta-fetch-concurrency`.
  DiscoveryStrategy strategy = DiscoveryStrategy::kConcurrent;
  Env* env = nullptr;  ///< Null: Env::Posix().
};

class BaseMetaFetcher {
 public:
  /// `registry` carries the prefix. `bucket` outlives the fetcher.
  BaseMetaFetcher(objstore::Bucket& bucket, MetaFetcherOptions options,
                  const telemetry::Registry& registry, telemetry::Logger logger);

  /// The unfiltered view. Fails only when the bucket cannot be listed.
  StatusOr<MetaView> Fetch(const CancelToken& cancel);

 private:
  struct Listed {
    Ulid block;
    std::optional<int64_t> modified_ms;
    bool has_meta = true;
  };
  struct Cached {
    std::shared_ptr<const tsdb::BlockMeta> meta;
    std::optional<int64_t> modified_ms;
  };

  StatusOr<std::vector<Listed>> List(const CancelToken& cancel);
  StatusOr<std::vector<Listed>> ListRecursively(const CancelToken& cancel);
  StatusOr<std::shared_ptr<const tsdb::BlockMeta>> Load(const Listed& listed,
                                                        const CancelToken& cancel);
  StatusOr<std::shared_ptr<const tsdb::BlockMeta>> LoadFromBucket(const Ulid& block,
                                                                  const CancelToken& cancel);
  std::shared_ptr<const tsdb::BlockMeta> LoadFromDisk(const Ulid& block);
  void SaveToDisk(const Ulid& block, const tsdb::BlockMeta& meta);
  void ForgetUnlisted(const MetaView& view);
  std::string CacheDirectory(const Ulid& block) const;

  // Constant after construction.
  objstore::Bucket& bucket_;
  const MetaFetcherOptions options_;
  Env& env_;
  const telemetry::Logger logger_;
  telemetry::Counter& syncs_;
  telemetry::Counter& cache_busts_;

  std::mutex mutex_;               // Held over a fetch.
  std::map<Ulid, Cached> cached_;  // Guarded by mutex_; only read while the fetch's threads run.
};

/// Takes blocks out of a view, or changes their metas.
class MetaFilter {
 public:
  virtual ~MetaFilter() = default;
  /// Calls of one filter never overlap.
  virtual Status Filter(Metas* metas, SyncCounts* counts, const CancelToken& cancel) = 0;
};

class MetaFetcher {
 public:
  /// Filters are applied in order and shared with whoever asks them afterwards (for marks, say).
  MetaFetcher(std::shared_ptr<BaseMetaFetcher> base,
              std::vector<std::shared_ptr<MetaFilter>> filters,
              const telemetry::Registry& registry);

  StatusOr<MetaView> Fetch(const CancelToken& cancel);
  /// Of the last fetch.
  SyncCounts LastCounts() const;

 private:
  StatusOr<MetaView> FetchAndFilter(SyncCounts* counts, const CancelToken& cancel);
  void Publish(const SyncCounts& counts);

  const std::shared_ptr<BaseMetaFetcher> base_;
  const std::vector<std::shared_ptr<MetaFilter>> filters_;
  telemetry::Counter& syncs_;
  telemetry::Counter& sync_failures_;
  telemetry::Histogram& sync_seconds_;
  std::array<telemetry::Gauge*, kBlockStateCount> states_{};
  telemetry::Gauge* replica_labels_removed_ = nullptr;
  std::mutex fetch_mutex_;
  mutable std::mutex mutex_;
  SyncCounts last_counts_;  // Guarded by mutex_.
};

}  // namespace aion::blocks
