// The side of the store that keeps its blocks in line with the bucket.

#include <algorithm>

#include "blocks/block_files.h"
#include "blocks/concurrently.h"
#include "store/bucket/bucket_store.h"

namespace aion::store {

void BucketStore::StartSyncing() {
  syncing_ = std::make_unique<runtime::Periodic>(
      runtime::PeriodicOptions{
          .name = "store-sync", .interval = options_.sync_interval, .call_at_start = false},
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

Status BucketStore::LoadBlock(const std::shared_ptr<const tsdb::BlockMeta>& meta,
                              const CancelToken& cancel) {
  const auto start = std::chrono::steady_clock::now();
  metrics_.block_loads.Add();
  const std::string id = meta->ulid.ToString();
  auto block = std::make_shared<const LoadedBlock>(
      meta, LoadedBlock::Source{.bucket = &bucket_,
                                .cache = {.directory = options_.data_directory,
                                          .on_built =
                                              [this](double seconds) {
                                                metrics_.header_build_seconds.Observe(seconds);
                                              }},
                                .options = options_.header,
                                .estimates = options_.estimates,
                                .on_open = [this](const Status& status, double seconds) {
                                  HeaderOpened(status, seconds);
                                }});
  if (!options_.lazy_headers) {
    if (const auto header = block->Header(cancel); !header.ok()) {
      metrics_.block_load_failures.Add();
      logger_.Warn("loading block failed", {{"id", id}, {"err", header.status()}});
      if (!options_.data_directory.empty())
        (void)Env::Posix().RemoveAll(JoinPath(options_.data_directory, id));
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
    if (!removed.ok())
      logger_.Warn("failed to remove block which is not needed", {{"err", removed}});
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

}  // namespace aion::store
