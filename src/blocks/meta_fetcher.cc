#include "blocks/meta_fetcher.h"

#include <algorithm>
#include <chrono>

#include "blocks/block_files.h"
#include "blocks/concurrently.h"

namespace aion::blocks {
namespace {

constexpr std::string_view kCacheDirectory = "meta-syncer";
constexpr std::array<std::string_view, kBlockStateCount> kStateTexts = {"corrupted-meta-json",
                                                                        "no-meta-json",
                                                                        "loaded",
                                                                        "too-fresh",
                                                                        "failed",
                                                                        "label-excluded",
                                                                        "time-excluded",
                                                                        "duplicate",
                                                                        "marked-for-deletion",
                                                                        "marked-for-no-compact",
                                                                        "marked-for-no-downsample",
                                                                        "parquet-migrated"};

}  // namespace

std::string_view BlockStateText(BlockState state) {
  return kStateTexts[static_cast<size_t>(state)];
}

BaseMetaFetcher::BaseMetaFetcher(objstore::Bucket& bucket, MetaFetcherOptions options,
                                 const telemetry::Registry& registry, telemetry::Logger logger)
    : bucket_(bucket),
      options_(std::move(options)),
      env_(options_.env != nullptr ? *options_.env : Env::Posix()),
      logger_(logger.With({{"component", "block.BaseFetcher"}})),
      syncs_(registry.AddCounter("blocks_meta_base_syncs_total",
                                 "Total blocks metadata synchronization attempts by base Fetcher")),
      cache_busts_(registry.AddCounter("blocks_meta_base_cache_busts_total",
                                       "Total blocks metadata cache busts by base Fetcher")) {}

StatusOr<std::vector<BaseMetaFetcher::Listed>> BaseMetaFetcher::ListRecursively(
    const CancelToken& cancel) {
  if (!bucket_.IterHasLastModified()) {
    return InvalidArgumentError(
        "recursive block discovery needs modification times, which bucket " + bucket_.Name() +
        " does not list; use the concurrent strategy");
  }
  std::map<Ulid, Listed> found;
  RETURN_IF_ERROR(bucket_.Iter(
      "", {.recursive = true},
      [&](const objstore::IterEntry& entry) {
        const std::string_view name = entry.name;
        const auto block = BlockOfDirectory(name.substr(0, name.find('/') + 1));
        if (!block) return OkStatus();
        Listed& listed =
            found.try_emplace(*block, Listed{*block, std::nullopt, false}).first->second;
        if (name == BlockObject(*block, kMetaFile)) {
          listed.has_meta = true;
          listed.modified_ms = entry.last_modified_ms;
        }
        return OkStatus();
      },
      cancel));
  std::vector<Listed> all;
  for (const auto& [block, listed] : found) all.push_back(listed);
  return all;
}

StatusOr<std::vector<BaseMetaFetcher::Listed>> BaseMetaFetcher::List(const CancelToken& cancel) {
  if (options_.strategy == DiscoveryStrategy::kRecursive) return ListRecursively(cancel);
  std::vector<Listed> all;
  RETURN_IF_ERROR(bucket_.Iter(
      "", {},
      [&](const objstore::IterEntry& entry) {
        if (!entry.name.ends_with('/')) return OkStatus();
        if (const auto block = BlockOfDirectory(entry.name))
          all.push_back({*block, std::nullopt, true});
        return OkStatus();
      },
      cancel));
  return all;
}

std::string BaseMetaFetcher::CacheDirectory(const Ulid& block) const {
  return JoinPath(JoinPath(options_.directory, kCacheDirectory), block.ToString());
}

std::shared_ptr<const tsdb::BlockMeta> BaseMetaFetcher::LoadFromDisk(const Ulid& block) {
  if (options_.directory.empty()) return nullptr;
  const auto bytes = ReadFile(env_, JoinPath(CacheDirectory(block), kMetaFile));
  if (!bytes.ok()) return nullptr;
  auto meta = tsdb::ParseMeta(*bytes);
  if (meta.ok() && meta->ulid == block)
    return std::make_shared<const tsdb::BlockMeta>(*std::move(meta));
  logger_.Warn("best effort read of the local meta.json failed; removing cached block dir",
               {{"dir", CacheDirectory(block)}});
  (void)env_.RemoveAll(CacheDirectory(block));
  return nullptr;
}

void BaseMetaFetcher::SaveToDisk(const Ulid& block, const tsdb::BlockMeta& meta) {
  if (options_.directory.empty()) return;
  Status saved = env_.MakeDirectories(CacheDirectory(block));
  if (saved.ok()) {
    saved = WriteFileAtomically(env_, JoinPath(CacheDirectory(block), kMetaFile),
                                tsdb::PrintMeta(meta));
  }
  if (!saved.ok()) {
    logger_.Warn("best effort save of the meta.json to local dir failed; ignoring",
                 {{"dir", CacheDirectory(block)}, {"err", saved}});
  }
}

StatusOr<std::shared_ptr<const tsdb::BlockMeta>> BaseMetaFetcher::LoadFromBucket(
    const Ulid& block, const CancelToken& cancel) {
  const std::string name = BlockObject(block, kMetaFile);
  const auto bytes = bucket_.Get(name, cancel);
  if (!bytes.ok()) return bytes.status().WithContext("get meta file: " + name);
  auto meta = tsdb::ParseMeta(bytes->view());
  if (!meta.ok()) return meta.status().WithContext(name);
  if (meta->ulid != block)
    return DataLossError(name + ": it names another block: " + meta->ulid.ToString());
  SaveToDisk(block, *meta);
  return std::make_shared<const tsdb::BlockMeta>(*std::move(meta));
}

StatusOr<std::shared_ptr<const tsdb::BlockMeta>> BaseMetaFetcher::Load(const Listed& listed,
                                                                       const CancelToken& cancel) {
  if (options_.strategy == DiscoveryStrategy::kConcurrent) {
    const std::string name = BlockObject(listed.block, kMetaFile);
    const auto exists = bucket_.Exists(name, cancel);
    if (!exists.ok())
      return exists.status().WithContext("meta.json file exists: " + listed.block.ToString());
    if (!*exists) return NotFoundError("block " + listed.block.ToString() + " has no meta file");
  } else if (!listed.has_meta) {
    return NotFoundError("block " + listed.block.ToString() + " has no meta file");
  }
  if (const auto at = cached_.find(listed.block); at != cached_.end()) {
    if (at->second.modified_ms == listed.modified_ms) return at->second.meta;
    cache_busts_.Add();
    if (!options_.directory.empty()) (void)env_.RemoveAll(CacheDirectory(listed.block));
  } else if (auto meta = LoadFromDisk(listed.block)) {
    return meta;
  }
  return LoadFromBucket(listed.block, cancel);
}

void BaseMetaFetcher::ForgetUnlisted(const MetaView& view) {
  if (options_.directory.empty()) return;
  const std::string directory = JoinPath(options_.directory, kCacheDirectory);
  const auto names = env_.List(directory);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    const auto block = BlockOfDirectory(name);
    if (!block || view.metas.count(*block) != 0) continue;
    if (const Status removed = env_.RemoveAll(JoinPath(directory, name)); !removed.ok()) {
      logger_.Warn("best effort remove of not needed cached dir failed; ignoring",
                   {{"err", removed}});
    }
  }
}

StatusOr<MetaView> BaseMetaFetcher::Fetch(const CancelToken& cancel) {
  const std::lock_guard lock(mutex_);
  syncs_.Add();
  const auto listed = List(cancel);
  if (!listed.ok()) return listed.status().WithContext("BaseFetcher: iter bucket");

  MetaView view;
  std::vector<std::string> errors;
  StatusCode error_code = StatusCode::kUnknown;
  std::map<Ulid, Cached> seen;
  std::mutex view_mutex;
  RETURN_IF_ERROR(RunConcurrently(listed->size(), options_.concurrency, [&](size_t i) {
    RETURN_IF_ERROR(cancel.Check());
    const Listed& block = (*listed)[i];
    auto meta = Load(block, cancel);
    const std::lock_guard hold(view_mutex);
    if (meta.ok()) {
      seen.emplace(block.block, Cached{*meta, block.modified_ms});
      view.metas.emplace(block.block, *std::move(meta));
    } else if (meta.status().code() == StatusCode::kNotFound ||
               meta.status().code() == StatusCode::kDataLoss) {
      view.partial.emplace(block.block, meta.status());
    } else {
      error_code = meta.status().code();
      errors.emplace_back(meta.status().message());
    }
    return OkStatus();
  }));
  if (!errors.empty()) {
    std::string text = "incomplete view: ";
    if (errors.size() > 1) text += std::to_string(errors.size()) + " errors, first: ";
    view.incomplete = Status(error_code, text + errors.front());
    return view;
  }
  cached_ = std::move(seen);
  ForgetUnlisted(view);
  return view;
}

MetaFetcher::MetaFetcher(std::shared_ptr<BaseMetaFetcher> base,
                         std::vector<std::shared_ptr<MetaFilter>> filters,
                         const telemetry::Registry& registry)
    : base_(std::move(base)),
      filters_(std::move(filters)),
      syncs_(registry.AddCounter("blocks_meta_syncs_total",
                                 "Total blocks metadata synchronization attempts")),
      sync_failures_(registry.AddCounter("blocks_meta_sync_failures_total",
                                         "Total blocks metadata synchronization failures")),
      sync_seconds_(
          registry.AddHistogram("blocks_meta_sync_duration_seconds",
                                "Duration of the blocks metadata synchronization in seconds",
                                {0.01, 1, 10, 100, 300, 600, 1000})) {
  auto synced =
      registry.AddGaugeFamily("blocks_meta_synced", "Number of block metadata synced", {"state"});
  for (size_t i = 0; i < kBlockStateCount; ++i) states_[i] = &synced.With({kStateTexts[i]});
  replica_labels_removed_ =
      &registry
           .AddGaugeFamily("blocks_meta_modified", "Number of blocks whose metadata changed",
                           {"modified"})
           .With({"replica-label-removed"});
}

StatusOr<MetaView> MetaFetcher::FetchAndFilter(SyncCounts* counts, const CancelToken& cancel) {
  ASSIGN_OR_RETURN(MetaView view, base_->Fetch(cancel));
  for (const auto& [block, status] : view.partial) {
    counts->Add(status.code() == StatusCode::kDataLoss ? BlockState::kCorruptedMeta
                                                       : BlockState::kNoMeta);
  }
  for (const auto& filter : filters_) {
    if (const Status status = filter->Filter(&view.metas, counts, cancel); !status.ok()) {
      return status.WithContext("filter metas");
    }
  }
  counts->Add(BlockState::kLoaded, view.metas.size());
  return view;
}

StatusOr<MetaView> MetaFetcher::Fetch(const CancelToken& cancel) {
  const std::lock_guard one_at_a_time(fetch_mutex_);
  const auto start = std::chrono::steady_clock::now();
  syncs_.Add();
  SyncCounts counts;
  StatusOr<MetaView> view = FetchAndFilter(&counts, cancel);
  sync_seconds_.Observe(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  if (!view.ok()) counts.Add(BlockState::kFailed);
  if (!view.ok() || !view->incomplete.ok()) sync_failures_.Add();
  Publish(counts);
  return view;
}

void MetaFetcher::Publish(const SyncCounts& counts) {
  for (size_t i = 0; i < kBlockStateCount; ++i)
    states_[i]->Set(static_cast<double>(counts.states[i]));
  replica_labels_removed_->Set(static_cast<double>(counts.replica_labels_removed));
  const std::lock_guard lock(mutex_);
  last_counts_ = counts;
}

SyncCounts MetaFetcher::LastCounts() const {
  const std::lock_guard lock(mutex_);
  return last_counts_;
}

}  // namespace aion::blocks
