#include "store/bucket/bucket_store.h"

#include <algorithm>

#include "blocks/block_files.h"
#include "blocks/concurrently.h"
#include "store/bucket/request_state.h"

namespace aion::store {

BucketStore::BucketStore(objstore::Bucket& bucket, blocks::MetaFetcher& fetcher, BucketStoreOptions options,
                         const telemetry::Registry& registry, telemetry::Logger logger)
    : bucket_(bucket),
      fetcher_(fetcher),
      options_(std::move(options)),
      logger_(std::move(logger)),
      metrics_(registry),
      cache_(options_.index_cache, registry),
      gate_(options_.series_concurrency_max, registry.WithPrefix("thanos_bucket_store_series_")),
      io_(std::make_unique<runtime::ThreadPool>(std::max<size_t>(1, options_.io_threads), "store-io")) {}

BucketStore::~BucketStore() { StopSyncing(); }

void BucketStore::StartSyncing() {
  syncing_ = std::make_unique<runtime::Periodic>(
      runtime::PeriodicOptions{.name = "store-sync", .interval = options_.sync_interval, .call_at_start = false},
      [this](const CancelToken& cancel) {
        if (const Status status = Sync(cancel); !status.ok()) {
          logger_.Warn("syncing blocks failed", {{"err", status}});
        }
        if (options_.lazy_headers) ReleaseIdleHeaders();
      });
}

void BucketStore::StopSyncing() { syncing_.reset(); }

void BucketStore::OnSync(std::function<void(const blocks::Metas&, const Status&)> callback) {
  const std::lock_guard lock(mutex_);
  on_sync_ = std::move(callback);
}

Status BucketStore::InitialSync(const CancelToken& cancel) {
  if (const Status status = Sync(cancel); !status.ok()) return status.WithContext("sync block");
  RemoveStaleDirectories();
  return OkStatus();
}

Status BucketStore::Sync(const CancelToken& cancel) {
  const std::lock_guard one_at_a_time(sync_mutex_);
  StatusOr<blocks::MetaView> view = fetcher_.Fetch(cancel);
  Status status = view.ok() ? view->incomplete : view.status();
  if (view.ok()) {
    // An incomplete view adds what it has and drops nothing.
    const Status loaded = LoadBlocks(view->metas, cancel);
    if (status.ok() && loaded.ok()) DropBlocks(view->metas);
    if (status.ok()) status = loaded;
    PublishBlocks();
  }
  std::function<void(const blocks::Metas&, const Status&)> on_sync;
  {
    const std::lock_guard lock(mutex_);
    on_sync = on_sync_;
  }
  if (on_sync) on_sync(LoadedMetas(), status);
  return status;
}

Status BucketStore::LoadBlocks(const blocks::Metas& metas, const CancelToken& cancel) {
  std::vector<std::shared_ptr<const tsdb::BlockMeta>> missing;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, meta] : metas) {
      if (blocks_.count(id) == 0) missing.push_back(meta);
    }
    std::erase_if(failed_, [&](const auto& entry) { return metas.count(entry.first) == 0; });
  }
  return blocks::RunConcurrently(missing.size(), options_.block_sync_concurrency, [&](size_t i) {
    RETURN_IF_ERROR(cancel.Check());
    const Status status = LoadBlock(missing[i], cancel);
    const std::lock_guard lock(mutex_);
    if (status.ok()) {
      failed_.erase(missing[i]->ulid);
    } else {
      failed_[missing[i]->ulid] = status;
    }
    return OkStatus();
  });
}

Status BucketStore::LoadBlock(const std::shared_ptr<const tsdb::BlockMeta>& meta, const CancelToken& cancel) {
  const auto start = std::chrono::steady_clock::now();
  metrics_.block_loads.Add();
  const std::string id = meta->ulid.ToString();
  auto block = std::make_shared<const LoadedBlock>(
      meta, LoadedBlock::Source{.bucket = &bucket_,
                                .cache = {.directory = options_.data_directory,
                                          .on_built = [this](double seconds) { metrics_.header_build_seconds.Observe(seconds); }},
                                .options = options_.header,
                                .estimates = options_.estimates,
                                .on_open = [this](const Status& status, double seconds) { HeaderOpened(status, seconds); }});
  if (!options_.lazy_headers) {
    if (const auto header = block->Header(cancel); !header.ok()) {
      metrics_.block_load_failures.Add();
      logger_.Warn("loading block failed", {{"id", id}, {"err", header.status()}});
      if (!options_.data_directory.empty()) (void)Env::Posix().RemoveAll(JoinPath(options_.data_directory, id));
      return header.status();
    }
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  metrics_.block_load_seconds.Observe(elapsed.count());
  metrics_.last_loaded.Set(static_cast<double>(Clock::System().NowMs()) / 1000);
  logger_.Info("loaded new block", {{"elapsed", elapsed.count()}, {"id", id}});
  const std::lock_guard lock(mutex_);
  blocks_.emplace(meta->ulid, std::move(block));
  return OkStatus();
}

void BucketStore::HeaderOpened(const Status& status, double seconds) {
  metrics_.header_load_seconds.Observe(seconds);
  if (!options_.lazy_headers) return;
  metrics_.lazy_header_loads.Add();
  if (!status.ok()) metrics_.lazy_header_load_failures.Add();
}

void BucketStore::DropBlocks(const blocks::Metas& metas) {
  std::vector<Ulid> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, block] : blocks_) {
      if (metas.count(id) == 0) gone.push_back(id);
    }
    for (const Ulid& id : gone) blocks_.erase(id);
  }
  for (const Ulid& id : gone) {
    metrics_.block_drops.Add();
    logger_.Info("dropped outdated block", {{"block", id.ToString()}});
    if (options_.data_directory.empty()) continue;
    const Status removed = Env::Posix().RemoveAll(JoinPath(options_.data_directory, id.ToString()));
    if (!removed.ok()) {
      metrics_.block_drop_failures.Add();
      logger_.Warn("drop of outdated block failed", {{"block", id.ToString()}, {"err", removed}});
    }
  }
}

void BucketStore::PublishBlocks() {
  const std::lock_guard lock(mutex_);
  block_set_ = std::make_shared<const BlockSet>(blocks_);
  metrics_.blocks_loaded.Set(static_cast<double>(blocks_.size()));
}

void BucketStore::RemoveStaleDirectories() {
  if (options_.data_directory.empty()) return;
  const auto names = Env::Posix().List(options_.data_directory);
  if (!names.ok()) return;
  const blocks::Metas loaded = LoadedMetas();
  for (const std::string& name : *names) {
    const auto id = blocks::BlockOfDirectory(name);
    if (!id || loaded.count(*id) != 0) continue;
    const Status removed = Env::Posix().RemoveAll(JoinPath(options_.data_directory, name));
    if (!removed.ok()) logger_.Warn("failed to remove block which is not needed", {{"err", removed}});
  }
}

void BucketStore::ReleaseIdleHeaders() {
  const int64_t idle_since = Clock::System().NowMs() - options_.lazy_header_idle.count();
  std::vector<BlockPtr> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, block] : blocks_) all.push_back(block);
  }
  for (const BlockPtr& block : all) {
    if (block->ReleaseIdleHeader(idle_since)) metrics_.lazy_header_unloads.Add();
  }
}

std::shared_ptr<const BlockSet> BucketStore::Blocks() const {
  const std::lock_guard lock(mutex_);
  return block_set_;
}

std::map<Ulid, Status> BucketStore::FailedBlocks() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

blocks::Metas BucketStore::LoadedMetas() const {
  blocks::Metas metas;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, block] : blocks_) {
    // Shares the block's ownership: the meta lives in it.
    metas.emplace(id, std::shared_ptr<const tsdb::BlockMeta>(block, &block->meta()));
  }
  return metas;
}

model::QueryRange BucketStore::Clamp(model::QueryRange range) const {
  if (options_.min_time) range.min = std::max(range.min, options_.min_time());
  if (options_.max_time) range.max = std::min(range.max, options_.max_time());
  return range;
}

StoreInfo BucketStore::Info() const {
  const auto blocks = Blocks();
  const model::QueryRange range = Clamp(blocks->TimeRange());
  StoreInfo info;
  info.min_time = range.min;
  info.max_time = range.max;
  info.label_sets = blocks->LabelSets();
  info.tsdb_infos = blocks->TsdbInfos();
  info.supports_sharding = true;
  info.supports_without_replica_labels = true;
  return info;
}

std::shared_ptr<BucketStore::RequestState> BucketStore::NewRequest(const RequestContext& context) {
  const std::string_view tenant = context.tenant;
  return std::make_shared<RequestState>(
      context.cancel, RequestLimits{{options_.series_max, &metrics_.queries_dropped.With({"series", tenant})},
                                    {options_.chunks_max, &metrics_.queries_dropped.With({"chunks", tenant})},
                                    {options_.bytes_max, &metrics_.queries_dropped.With({"bytes", tenant})}});
}

BlockRequest BucketStore::BlockRequestOf(const std::shared_ptr<RequestState>& state, const RequestContext& context) {
  const std::string_view tenant = context.tenant;
  return {.cancel = state->cancel.Token(),
          .cache = &cache_,
          .stats = &state->stats,
          .limits = &state->limits,
          .io = io_.get(),
          .accountant = context.accountant,
          .tenant = context.tenant,
          .postings_seconds = &metrics_.postings_fetch_seconds.With({tenant}),
          .series_seconds = &metrics_.series_fetch_seconds.With({tenant}),
          .chunks_seconds = &metrics_.chunks_fetch_seconds.With({tenant})};
}

Status BucketStore::LoadTables(const std::vector<SelectedBlock>& selected, const SeriesTableSpec& spec,
                               const BlockRequest& request, std::vector<ChunkSource>* sources) {
  sources->resize(selected.size());
  return runtime::ParallelTry(io_.get(), selected.size(), [&](size_t i) -> Status {
    SeriesTableSpec own = spec;
    own.matchers = selected[i].matchers;
    auto table = LoadSeriesTable(*selected[i].block, own, request);
    if (!table.ok()) return table.status().WithContext("fetch series for block " + selected[i].block->name());
    (*sources)[i] = {selected[i].block, *std::move(table)};
    return OkStatus();
  });
}

namespace {

/// Aggregates that a downsampled chunk can hold, each once.
std::vector<series::Aggregate> WantedAggregates(const std::vector<series::Aggregate>& asked) {
  std::vector<series::Aggregate> wanted;
  for (const series::Aggregate aggregate : asked) {
    if (aggregate == series::Aggregate::kRaw) continue;
    if (std::find(wanted.begin(), wanted.end(), aggregate) == wanted.end()) wanted.push_back(aggregate);
  }
  return wanted;
}

}  // namespace

StatusOr<std::unique_ptr<SeriesStream>> BucketStore::Series(const SeriesRequest& request,
                                                            const RequestContext& context) {
  auto permit = gate_.Enter(context.cancel);
  if (!permit.ok()) return permit.status().WithContext("failed to wait for turn");
  const std::shared_ptr<RequestState> state = NewRequest(context);
  state->permit = *std::move(permit);

  const auto start = std::chrono::steady_clock::now();
  const model::QueryRange range = Clamp(request.range);
  auto selected = Blocks()->Select(range, request.matchers, request.block_matchers, request.max_resolution_window_ms);
  if (options_.own_matchers_required) {
    std::erase_if(selected, [](const SelectedBlock& block) { return block.matchers.empty(); });
  }
  SeriesTableSpec spec{.removed_labels = request.without_replica_labels, .range = range};
  std::sort(spec.removed_labels.begin(), spec.removed_labels.end());

  auto sources = std::make_shared<ChunkSources>();
  sources->owner = state;
  sources->request = BlockRequestOf(state, context);
  sources->aggregates = WantedAggregates(request.aggregates);
  RETURN_IF_ERROR(LoadTables(selected, spec, sources->request, &sources->sources));
  std::vector<std::string> queried;
  for (const SelectedBlock& block : selected) {
    queried.push_back(block.block->name());
    if (block.block->resolution_ms() != 0) {
      sources->parts_per_chunk = std::max<size_t>(1, sources->aggregates.size());
    }
  }
  state->stats.blocks_queried = selected.size();
  state->stats.prepare_seconds = std::chrono::steady_clock::now() - start;

  SeriesStreamOptions options{.range = range,
                              .skip_chunks = request.skip_chunks,
                              .limit = request.limit,
                              .shard = request.shard,
                              .accountant = context.accountant,
                              .sent_chunk_bytes = &metrics_.sent_chunk_bytes.With({std::string_view(context.tenant)})};
  if (options_.series_hints) options.hints = QueriedBlocksHints("SeriesResponseHints", queried);
  return MakeBucketSeriesStream(std::move(sources), std::move(options),
                                [this, state, tenant = context.tenant](const StreamSummary& summary) {
                                  state->cancel.Cancel();
                                  state->stats.result_series = summary.series;
                                  state->stats.merge_seconds = summary.merge_seconds;
                                  metrics_.ObserveSeries(state->stats, tenant);
                                });
}

}  // namespace aion::store
