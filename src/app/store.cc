#include "api/blocks_api.h"
#include "api/status_api.h"
#include "app/builders.h"
#include "app/components.h"
#include "base/env.h"
#include "blocks/marks.h"
#include "blocks/meta_fetcher.h"
#include "blocks/meta_filters.h"
#include "fleet/rpc_services.h"
#include "store/bucket/bucket_store.h"
#include "store/rpc/store_service.h"
#include "ui/routes.h"

namespace aion::app {
namespace {

using config::FlagValues;

constexpr DurationMs kInitialSyncRetryMs = 10'000;
constexpr int kInitialSyncTries = 4;

store::BucketStoreOptions OptionsOf(const FlagValues& flags) {
  store::BucketStoreOptions options;
  const bool cache_headers = flags.Bool("cache-index-header");
  if (cache_headers) options.data_directory = flags.String("data-dir");
  options.block_sync_concurrency =
      static_cast<size_t>(std::max<int64_t>(1, flags.Int("block-sync-concurrency")));
  options.sync_interval = std::chrono::milliseconds(flags.Duration("sync-block-duration"));
  options.index_cache.bytes_max = flags.Bytes("index-cache-size");
  options.index_cache.item_bytes_max = options.index_cache.bytes_max / 2;
  options.series_max = flags.Uint("store.limits.request-series");
  options.chunks_max = flags.Uint("store.limits.request-samples") / 120;
  options.bytes_max = flags.Bytes("store.grpc.downloaded-bytes-limit");
  options.series_concurrency_max =
      static_cast<uint64_t>(flags.Int("store.grpc.series-max-concurrency"));
  options.estimates.series_bytes_max = flags.Uint("debug.estimated-max-series-size");
  options.estimates.chunk_bytes_max = flags.Uint("debug.estimated-max-chunk-size");
  options.header.postings_sample_every = static_cast<uint32_t>(
      std::max<int64_t>(1, flags.Int("store.index-header-posting-offsets-in-mem-sampling")));
  options.lazy_headers = flags.Bool("store.enable-index-header-lazy-reader");
  options.lazy_header_idle =
      std::chrono::milliseconds(flags.Duration("store.index-header-lazy-reader-idle-timeout"));
  const auto min = flags.Time("min-time"), max = flags.Time("max-time");
  options.min_time = [min] { return min.At(Clock::System().NowMs()); };
  options.max_time = [max] { return max.At(Clock::System().NowMs()); };
  return options;
}

StatusOr<std::vector<std::shared_ptr<blocks::MetaFilter>>> FiltersOf(
    const FlagValues& flags, Host& host, objstore::Bucket& bucket,
    const store::BucketStoreOptions& options) {
  ASSIGN_OR_RETURN(auto selector, BuildSelector(flags));
  const telemetry::Logger logger = host.logger().With({{"component", "meta-fetcher"}});
  blocks::DeletionMarkFilter::Options marks;
  marks.delay_ms = flags.Duration("ignore-deletion-marks-delay");
  marks.concurrency = static_cast<size_t>(flags.Int("block-meta-fetch-concurrency"));
  return std::vector<std::shared_ptr<blocks::MetaFilter>>{
      blocks::MakeTimeFilter(options.min_time, options.max_time),
      blocks::MakeLabelShardFilter(std::move(selector)),
      blocks::MakeConsistencyDelayFilter(flags.Duration("consistency-delay"), Clock::System(),
                                         host.metrics()),
      std::make_shared<blocks::DeletionMarkFilter>(bucket, marks, Clock::System(), logger),
      std::make_shared<blocks::DedupFilter>()};
}

StatusOr<store::BucketStore*> MakeBucketStore(const FlagValues& flags, Host& host,
                                              objstore::Bucket& bucket) {
  RETURN_IF_ERROR(
      RefuseFlags(flags, {"index-cache.config", "index-cache.config-file",
                          "store.caching-bucket.config", "store.caching-bucket.config-file"}));
  const store::BucketStoreOptions options = OptionsOf(flags);
  const std::string strategy = flags.String("block-discovery-strategy");
  if (strategy != "concurrent" && strategy != "recursive") {
    return InvalidArgumentError("unknown sync strategy " + strategy);
  }
  RETURN_IF_ERROR(
      Env::Posix().MakeDirectories(options.data_directory).WithContext("data directory"));
  blocks::MetaFetcherOptions fetch;
  fetch.directory = options.data_directory;
  fetch.concurrency =
      static_cast<size_t>(std::max<int64_t>(1, flags.Int("block-meta-fetch-concurrency")));
  fetch.strategy = strategy == "recursive" ? blocks::DiscoveryStrategy::kRecursive
                                           : blocks::DiscoveryStrategy::kConcurrent;
  const telemetry::Logger logger = host.logger().With({{"component", "store"}});
  const auto base =
      std::make_shared<blocks::BaseMetaFetcher>(bucket, fetch, host.metrics(), logger);
  ASSIGN_OR_RETURN(auto filters, FiltersOf(flags, host, bucket, options));
  auto* fetcher =
      host.Own(std::make_unique<blocks::MetaFetcher>(base, std::move(filters), host.metrics()));
  return host.Own(
      std::make_unique<store::BucketStore>(bucket, *fetcher, options, host.registry(), logger));
}

/// The first sync, tried for half a minute.
Status SyncFirst(store::BucketStore& store, const telemetry::Logger& logger,
                 const CancelToken& stop) {
  for (int attempt = 1;; ++attempt) {
    const Status status = store.InitialSync(stop);
    if (status.ok() || stop.IsCancelled() || attempt == kInitialSyncTries)
      return status.WithContext("bucket store initial sync");
    logger.Warn("initial sync failed; it is tried again", {{"err", status}});
    WaitFor(kInitialSyncRetryMs, stop);
  }
}

/// The page of blocks, told of each sync.
api::BlocksApi* MakeBlocksApi(const FlagValues& flags, Host& host, objstore::Bucket& bucket,
                              store::BucketStore& store) {
  api::BlocksApiOptions options;
  options.label = flags.String("bucket-web-label");
  options.admin_operations = !flags.Bool("disable-admin-operations");
  options.cors = !flags.Bool("web.disable-cors");
  options.write_mark = [&bucket](const blocks::Mark& mark, const CancelToken& cancel) {
    return blocks::WriteMark(bucket, mark, cancel).status();
  };
  auto* blocks_api = host.Own(std::make_unique<api::BlocksApi>(std::move(options)));
  store.OnSync([blocks_api](const blocks::Metas& metas, const Status& status) {
    blocks_api->Set(api::BlocksApi::View::kLoaded, metas, status);
  });
  return blocks_api;
}

void AddWebPages(const FlagValues& flags, Host& host, const api::BlocksApi& blocks_api) {
  ui::UiOptions page;
  page.component = "store";
  page.external_prefix = flags.String("web.external-prefix");
  page.prefix_header = flags.String("web.prefix-header");
  ui::AddRoutes(host.router(), std::move(page));
  api::AddStatusRoutes(StatusOf(flags, !flags.Bool("web.disable-cors")), &host.router());
  blocks_api.AddRoutes(&host.router());
}

fleet::InfoAnswer InfoOf(const store::BucketStore& store, bool ready) {
  fleet::InfoAnswer info;
  info.component = "store";
  if (!ready) return info;
  info.store = store.Info();
  info.label_sets = info.store->label_sets;
  return info;
}

}  // namespace

StatusOr<BucketStoreParts> AddBucketStore(const FlagValues& flags, Host& host,
                                          std::function<Status()> on_ready) {
  ASSIGN_OR_RETURN(auto made_bucket, BuildBucket(flags, host, true));
  objstore::Bucket* bucket = host.Own(std::move(made_bucket));
  ASSIGN_OR_RETURN(store::BucketStore* const store, MakeBucketStore(flags, host, *bucket));
  BucketStoreParts parts;
  parts.blocks = MakeBlocksApi(flags, host, *bucket, *store);
  const auto ready = std::make_shared<std::atomic<bool>>(false);
  auto stop = std::make_shared<CancelSource>();
  host.AddActor(
      "block-sync",
      [=, &host]() -> Status {
        const CancelToken token = stop->Token();
        if (const Status status = SyncFirst(*store, host.logger(), token); !status.ok())
          return token.IsCancelled() ? OkStatus() : status;
        ready->store(true);
        host.logger().Info("bucket store ready", {{"component", "store"}});
        RETURN_IF_ERROR(on_ready());
        store->StartSyncing();
        WaitForCancel(token);
        store->StopSyncing();
        return OkStatus();
      },
      [stop] { stop->Cancel(); });

  fleet::LocalEndpoint& endpoint = parts.endpoint;
  endpoint.name = "local-store";
  endpoint.clients.store =
      std::shared_ptr<store::Store>(store, [](store::Store*) {});  // The host owns it.
  endpoint.clients.info = std::make_shared<fleet::InfoFunction>(
      [store, ready] { return StatusOr<fleet::InfoAnswer>(InfoOf(*store, ready->load())); });
  return parts;
}

Status BuildStore(const FlagValues& flags, Host& host) {
  ASSIGN_OR_RETURN(const BucketStoreParts parts,
                   AddBucketStore(flags, host, [&host] { return host.StartGrpc(); }));
  store::RegisterStore(*host.grpc(), *parts.endpoint.clients.store);
  fleet::RegisterInfo(*host.grpc(), *parts.endpoint.clients.info);
  host.Keep(parts.endpoint.clients.info);
  if (!flags.Bool("web.disable")) AddWebPages(flags, host, *parts.blocks);
  return OkStatus();
}

}  // namespace aion::app
