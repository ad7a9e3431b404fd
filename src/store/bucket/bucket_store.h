#pragma once

// BucketStore: the store gateway. Answers the StoreAPI from the blocks of a bucket.
//
//   meta fetcher ──▶ Sync(): load new blocks (index-header), drop gone ones ──▶ BlockSet
//   Series: select blocks ─▶ postings ─▶ series tables (all blocks at once) ─▶ merge ─▶ windows of
//   chunks ─▶ frames
//
// A block that cannot be loaded is reported by name and left out until a later sync can; the others
// serve. A block dropped while requests read it stays usable to them as long as the bucket has it.
// Any error of a block fails the request: whether a partial answer will do is the caller's to say.
// Thread-safe. Streams must be destroyed before the store. Reads run on threads of the store's own.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "blocks/index_header.h"
#include "blocks/meta_fetcher.h"
#include "cache/lru_cache.h"
#include "objstore/bucket.h"
#include "runtime/gate.h"
#include "runtime/periodic.h"
#include "runtime/thread_pool.h"
#include "store/bucket/block_set.h"
#include "store/bucket/chunk_window.h"
#include "store/bucket/index_cache.h"
#include "store/bucket/series_table.h"
#include "store/bucket/store_metrics.h"
#include "store/contract/store.h"
#include "telemetry/log.h"

namespace aion::store {

struct BucketStoreOptions {
  /// `--data-dir`: index-headers are kept here. Empty: in memory (`--no-cache-index-header`).
  std::string data_directory;
  size_t block_sync_concurrency = 20;  ///< `--block-sync-concurrency`, at least 1.
  std::chrono::milliseconds sync_interval{15 * 60 * 1000};  ///< `--sync-block-duration`.
  cache::LruCacheOptions index_cache;                       ///< `--index-cache-size`.
  uint64_t series_max = 0;  ///< `--store.limits.request-series` and its older name; 0: no limit.
  uint64_t chunks_max = 0;  ///< `--store.limits.request-samples` / 120.
  uint64_t bytes_max = 0;   ///< `--store.grpc.downloaded-bytes-limit`.
  uint64_t series_concurrency_max = 20;  ///< `--store.grpc.series-max-concurrency`; 0: no limit.
  SizeEstimates estimates;
  blocks::IndexHeaderOptions header;
  /// `--store.enable-index-header-lazy-reader`: headers are opened by the first request and closed
  /// when idle.
  bool lazy_headers = false;
  std::chrono::milliseconds lazy_header_idle{5 * 60 * 1000};
  /// `--min-time`, `--max-time`; asked at every request. Unset: no bound.
  std::function<TimestampMs()> min_time;
  std::function<TimestampMs()> max_time;
  size_t io_threads = 32;  ///< Reads of the bucket at once, over all requests.
  /// Compat: upstream's store gateway finds no series in a block whose external labels decide all
  /// matchers
  /// (`{cluster="eu1"}` alone gives nothing). False answers with all series of the block.
  bool own_matchers_required = true;
  /// Name the queried blocks in a hints frame of Series, as upstream does only when asked by its
  /// tests.
  bool series_hints = false;
};

class BucketStore final : public Store {
 public:
  /// `bucket` and `fetcher` outlive the store. `registry` has no prefix.
  BucketStore(objstore::Bucket& bucket, blocks::MetaFetcher& fetcher, BucketStoreOptions options,
              const telemetry::Registry& registry, telemetry::Logger logger);
  ~BucketStore() override;

  /// The first sync, which also deletes local directories of blocks that are gone. Then the store
  /// is ready.
  Status InitialSync(const CancelToken& cancel);
  /// Brings the loaded blocks in line with the bucket. With an incomplete view nothing is dropped.
  Status Sync(const CancelToken& cancel);
  /// Syncs every `sync_interval` on a thread of its own, the first time after one interval.
  void StartSyncing();
  void StopSyncing();
  /// Called after each sync with the metas that are loaded, or the sync's error: for the blocks
  /// page.
  void OnSync(std::function<void(const blocks::Metas&, const Status&)> callback);

  /// Blocks the last syncs could not load, with what is wrong with them.
  std::map<Ulid, Status> FailedBlocks() const;
  blocks::Metas LoadedMetas() const;

  std::string Name() const override { return "store " + bucket_.Name(); }
  StoreInfo Info() const override;
  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest& request,
                                                 const RequestContext& context) override;
  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest& request,
                                      const RequestContext& context) override;
  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest& request,
                                       const RequestContext& context) override;

 private:
  struct RequestState;
  struct LabelQuery;

  Status LoadBlocks(const blocks::Metas& metas, const CancelToken& cancel);
  Status LoadBlock(const std::shared_ptr<const tsdb::BlockMeta>& meta, const CancelToken& cancel);
  void HeaderOpened(const Status& status, double seconds);
  void DropBlocks(const blocks::Metas& metas);
  void PublishBlocks();
  void RemoveStaleDirectories();
  void ReleaseIdleHeaders();
  std::shared_ptr<const BlockSet> Blocks() const;

  model::QueryRange Clamp(model::QueryRange range) const;
  std::shared_ptr<RequestState> NewRequest(const RequestContext& context);
  BlockRequest BlockRequestOf(const std::shared_ptr<RequestState>& state,
                              const RequestContext& context);
  Status LoadTables(const std::vector<SelectedBlock>& selected, const SeriesTableSpec& spec,
                    const BlockRequest& request, std::vector<ChunkSource>* sources);
  StatusOr<LabelsResponse> QueryLabels(const LabelQuery& query, const LabelNamesRequest& request,
                                       const RequestContext& context);

  objstore::Bucket& bucket_;
  blocks::MetaFetcher& fetcher_;
  const BucketStoreOptions options_;
  const telemetry::Logger logger_;
  StoreMetrics metrics_;
  IndexCache cache_;
  runtime::Gate gate_;

  std::mutex sync_mutex_;  // Held over a sync.
  mutable std::mutex mutex_;
  std::map<Ulid, BlockPtr> blocks_;  // Guarded by mutex_, as all below.
  std::map<Ulid, Status> failed_;
  std::shared_ptr<const BlockSet> block_set_ = std::make_shared<BlockSet>();
  std::function<void(const blocks::Metas&, const Status&)> on_sync_;

  std::unique_ptr<runtime::ThreadPool> io_;
  std::unique_ptr<runtime::Periodic> syncing_;
};

}  // namespace aion::store
