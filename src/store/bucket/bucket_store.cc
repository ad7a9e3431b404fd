#include "store/bucket/bucket_store.h"

#include <algorithm>

#include "store/bucket/request_state.h"

namespace aion::store {

BucketStore::BucketStore(objstore::Bucket& bucket, blocks::MetaFetcher& fetcher,
                         BucketStoreOptions options, const telemetry::Registry& registry,
                         telemetry::Logger logger)
    : bucket_(bucket),
      fetcher_(fetcher),
      options_(std::move(options)),
      logger_(std::move(logger)),
      metrics_(registry),
      cache_(options_.index_cache, registry),
      gate_(options_.series_concurrency_max, registry.WithPrefix("thanos_bucket_store_series_")),
      io_(std::make_unique<runtime::ThreadPool>(std::max<size_t>(1, options_.io_threads),
                                                "store-io")) {}

BucketStore::~BucketStore() { StopSyncing(); }

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
      context.cancel,
      RequestLimits{{options_.series_max, &metrics_.queries_dropped.With({"series", tenant})},
                    {options_.chunks_max, &metrics_.queries_dropped.With({"chunks", tenant})},
                    {options_.bytes_max, &metrics_.queries_dropped.With({"bytes", tenant})}});
}

BlockRequest BucketStore::BlockRequestOf(const std::shared_ptr<RequestState>& state,
                                         const RequestContext& context) {
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

Status BucketStore::LoadTables(const std::vector<SelectedBlock>& selected,
                               const SeriesTableSpec& spec, const BlockRequest& request,
                               std::vector<ChunkSource>* sources) {
  sources->resize(selected.size());
  return runtime::ParallelTry(io_.get(), selected.size(), [&](size_t i) -> Status {
    SeriesTableSpec own = spec;
    own.matchers = selected[i].matchers;
    auto table = LoadSeriesTable(*selected[i].block, own, request);
    if (!table.ok())
      return table.status().WithContext("fetch series for block " + selected[i].block->name());
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
    if (std::find(wanted.begin(), wanted.end(), aggregate) == wanted.end())
      wanted.push_back(aggregate);
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
  auto selected = Blocks()->Select(range, request.matchers, request.block_matchers,
                                   request.max_resolution_window_ms);
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

  SeriesStreamOptions options{
      .range = range,
      .skip_chunks = request.skip_chunks,
      .limit = request.limit,
      .shard = request.shard,
      .accountant = context.accountant,
      .sent_chunk_bytes = &metrics_.sent_chunk_bytes.With({std::string_view(context.tenant)})};
  if (options_.series_hints) options.hints = QueriedBlocksHints("SeriesResponseHints", queried);
  return MakeBucketSeriesStream(
      std::move(sources), std::move(options),
      [this, state, tenant = context.tenant](const StreamSummary& summary) {
        state->cancel.Cancel();
        state->stats.result_series = summary.series;
        state->stats.merge_seconds = summary.merge_seconds;
        metrics_.ObserveSeries(state->stats, tenant);
      });
}

}  // namespace aion::store
