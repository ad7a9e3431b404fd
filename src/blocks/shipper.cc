#include "blocks/shipper.h"

#include <fmt/core.h>

#include <algorithm>

#include "blocks/block_files.h"
#include "blocks/block_labels.h"
#include "blocks/shipper_state.h"
#include "blocks/upload.h"

namespace aion::blocks {
namespace {

constexpr std::string_view kStagingDirectory = "thanos/upload";

ShipperOptions WithDefaults(ShipperOptions options) {
  if (!options.external_labels) options.external_labels = [] { return model::Labels(); };
  return options;
}

}  // namespace

Shipper::Shipper(objstore::Bucket& bucket, ShipperOptions options,
                 const telemetry::Registry& registry, telemetry::Logger logger)
    : bucket_(bucket),
      options_(WithDefaults(std::move(options))),
      env_(options_.env != nullptr ? *options_.env : Env::Posix()),
      registry_(registry),
      logger_(std::move(logger)),
      state_path_(JoinPath(options_.directory, options_.state_file_name)),
      dir_syncs_(
          registry.AddCounter("thanos_shipper_dir_syncs_total", "Total number of dir syncs")),
      dir_sync_failures_(registry.AddCounter("thanos_shipper_dir_sync_failures_total",
                                             "Total number of failed dir syncs")),
      uploads_(
          registry.AddCounter("thanos_shipper_uploads_total", "Total number of uploaded blocks")),
      upload_failures_(registry.AddCounter("thanos_shipper_upload_failures_total",
                                           "Total number of block upload failures")),
      corrupted_blocks_(registry.AddCounter("thanos_shipper_corrupted_blocks_total",
                                            "Total number of corrupted blocks")),
      upload_compacted_done_(registry.AddGauge(
          "thanos_shipper_upload_compacted_done",
          "If 1 it means shipper uploaded all compacted blocks from the filesystem.")) {}

StatusOr<Shipper::LocalBlocks> Shipper::ListLocal() {
  LocalBlocks local;
  ASSIGN_OR_RETURN(const auto names, env_.List(options_.directory));
  for (const std::string& name : names) {
    const auto block = BlockOfDirectory(name);
    if (!block) continue;
    const std::string directory = JoinPath(options_.directory, name);
    const auto info = env_.Stat(directory);
    if (info.ok() && !info->is_directory) continue;
    auto meta =
        info.ok() ? ReadMetaOfDirectory(env_, directory) : StatusOr<tsdb::BlockMeta>(info.status());
    if (meta.ok() && meta->ulid != *block) {
      meta = DataLossError("meta.json names another block: " + meta->ulid.ToString());
    }
    if (meta.ok()) {
      local.metas.push_back(*std::move(meta));
      continue;
    }
    const Status error = meta.status().WithContext("read metadata for block " + directory);
    if (!options_.skip_corrupted_blocks) return error;
    logger_.Error("read metadata for block", {{"err", error}, {"block", directory}});
    local.corrupted.push_back(name);
  }
  std::stable_sort(local.metas.begin(), local.metas.end(),
                   [](const auto& a, const auto& b) { return a.min_time < b.min_time; });
  return local;
}

Status Shipper::CheckOverlap(const tsdb::BlockMeta& meta, SyncState* state,
                             const CancelToken& cancel) {
  if (state->remote == nullptr) {
    logger_.Info("gathering all existing blocks from the remote bucket for check",
                 {{"id", meta.ulid.ToString()}});
    auto remote = std::make_unique<std::vector<tsdb::BlockMeta>>();
    const model::Labels labels = options_.external_labels();
    std::vector<Ulid> blocks;
    RETURN_IF_ERROR(bucket_.Iter(
        "", {},
        [&](const objstore::IterEntry& entry) {
          if (const auto block = BlockOfDirectory(entry.name)) blocks.push_back(*block);
          return OkStatus();
        },
        cancel));
    for (const Ulid& block : blocks) {
      const auto bytes = bucket_.Get(BlockObject(block, kMetaFile), cancel);
      if (!bytes.ok() && bytes.status().code() == StatusCode::kNotFound)
        continue;  // Being uploaded or deleted.
      if (!bytes.ok()) return bytes.status().WithContext("get all block meta.");
      auto other = tsdb::ParseMeta(bytes->view());
      if (!other.ok())
        return other.status().WithContext("get all block meta. unmarshal meta.json for block " +
                                          block.ToString());
      if (ExternalLabels(*other) == labels) remote->push_back(*std::move(other));
    }
    state->remote = std::move(remote);
  }
  for (const tsdb::BlockMeta& other : *state->remote) {
    if (other.min_time < meta.max_time && meta.min_time < other.max_time) {
      return FailedPreconditionError(
          fmt::format("shipping compacted block {} is blocked; overlap spotted: [mint: {}, maxt: "
                      "{}] with block {}",
                      meta.ulid.ToString(), other.min_time, other.max_time, other.ulid.ToString()));
    }
  }
  return OkStatus();
}

Status Shipper::Stage(tsdb::BlockMeta meta, const std::string& staging) {
  const std::string directory = JoinPath(options_.directory, meta.ulid.ToString());
  const std::string chunks = JoinPath(staging, kChunksDirectory);
  RETURN_IF_ERROR(env_.RemoveAll(staging));
  RETURN_IF_ERROR(env_.MakeDirectories(chunks));
  ASSIGN_OR_RETURN(const auto segments, env_.List(JoinPath(directory, kChunksDirectory)));
  for (const std::string& name : segments) {
    RETURN_IF_ERROR(
        env_.Link(JoinPath(JoinPath(directory, kChunksDirectory), name), JoinPath(chunks, name)));
  }
  RETURN_IF_ERROR(env_.Link(JoinPath(directory, kIndexFile), JoinPath(staging, kIndexFile)));
  if (!meta.thanos) meta.thanos.emplace();
  const model::Labels external = options_.external_labels();
  for (const model::LabelView label : external) {
    meta.thanos->labels[std::string(label.name)] = std::string(label.value);
  }
  meta.thanos->source = options_.source;
  meta.thanos->segment_files = segments;
  return WriteFileAtomically(env_, JoinPath(staging, kMetaFile), tsdb::PrintMeta(meta));
}

Status Shipper::Upload(tsdb::BlockMeta meta, const CancelToken& cancel) {
  const std::string id = meta.ulid.ToString();
  logger_.Info("upload new block", {{"id", id}});
  const std::string staging = JoinPath(JoinPath(options_.directory, kStagingDirectory), id);
  Status status = Stage(std::move(meta), staging);
  if (status.ok()) {
    status = UploadBlock(bucket_, env_, staging,
                         {.with_sha256 = options_.with_sha256,
                          .concurrency = options_.upload_concurrency,
                          .clock = options_.clock},
                         cancel);
  } else {
    status = status.WithContext("hard link block");
  }
  if (const Status cleaned = env_.RemoveAll(staging); !cleaned.ok()) {
    logger_.Error("failed to clean upload directory", {{"err", cleaned}});
  }
  return status;
}

Status Shipper::SyncBlock(const tsdb::BlockMeta& meta, SyncState* state,
                          const CancelToken& cancel) {
  // A block uploaded once and no longer in the bucket was compacted away there: it must not come
  // back.
  if (state->known.count(meta.ulid) != 0) {
    state->uploaded.insert(meta.ulid);
    return OkStatus();
  }
  if (meta.stats.samples == 0) {
    logger_.Debug("ignoring empty block", {{"block", meta.ulid.ToString()}});
    return OkStatus();
  }
  if (meta.compaction.level > 1 && !options_.upload_compacted) return OkStatus();
  const auto exists = bucket_.Exists(BlockObject(meta.ulid, kMetaFile), cancel);
  if (!exists.ok()) return exists.status().WithContext("check exists");
  if (*exists) {
    state->uploaded.insert(meta.ulid);
    return OkStatus();
  }
  if (meta.compaction.level > 1 && !options_.allow_out_of_order_uploads) {
    if (const Status overlap = CheckOverlap(meta, state, cancel); !overlap.ok()) {
      return overlap.WithContext(
          "Found overlap or error during sync, cannot upload compacted block, details");
    }
  }
  const Status uploaded = Upload(meta, cancel);
  if (uploaded.ok()) {
    state->uploaded.insert(meta.ulid);
    ++state->uploads;
    uploads_.Add();
    return OkStatus();
  }
  const std::string id = meta.ulid.ToString();
  if (!options_.allow_out_of_order_uploads) return uploaded.WithContext("upload " + id);
  logger_.Error("shipping failed", {{"block", id}, {"err", uploaded}});
  ++state->failures;
  return OkStatus();
}

Status Shipper::SyncBlocks(const LocalBlocks& local, SyncState* state, const CancelToken& cancel) {
  for (size_t i = 0; i < local.metas.size(); ++i) {
    Status status = cancel.Check();
    if (status.ok()) status = SyncBlock(local.metas[i], state, cancel);
    if (status.ok()) continue;
    // Blocks not looked at keep what is known of them.
    for (size_t left = i; left < local.metas.size(); ++left) {
      if (state->known.count(local.metas[left].ulid) != 0)
        state->uploaded.insert(local.metas[left].ulid);
    }
    return status;
  }
  return OkStatus();
}

void Shipper::Report(const Status& status, const LocalBlocks& local, const SyncState& state) {
  if (!status.ok()) {
    dir_sync_failures_.Add();
    upload_failures_.Add();
    return;
  }
  dir_syncs_.Add();
  upload_failures_.Add(static_cast<double>(state.failures));
  corrupted_blocks_.Add(static_cast<double>(local.corrupted.size()));
  if (state.failures == 0 && local.corrupted.empty())
    upload_compacted_done_.Set(options_.upload_compacted ? 1 : 0);
}

StatusOr<size_t> Shipper::Sync(const CancelToken& cancel) {
  const std::lock_guard lock(mutex_);
  SyncState state;
  auto known = ReadShipperState(env_, state_path_);
  if (known.ok()) {
    state.known = *std::move(known);
  } else if (known.status().code() == StatusCode::kNotFound) {
    logger_.Info("no meta file found, creating empty meta data to write later");
  } else {
    logger_.Error("failed to read meta file, creating empty meta data to write later",
                  {{"err", known.status()}});
  }
  const auto local = ListLocal();
  if (!local.ok()) {
    dir_sync_failures_.Add();
    return local.status();
  }
  const Status status = SyncBlocks(*local, &state, cancel);
  if (const Status written = WriteShipperState(env_, state_path_, state.uploaded); !written.ok()) {
    logger_.Warn("updating meta file failed", {{"err", written}});
  }
  Report(status, *local, state);
  if (!status.ok()) return status;
  if (state.failures > 0 || !local->corrupted.empty()) {
    return UnavailableError(
        fmt::format("failed to sync {}/{} blocks", state.failures, local->corrupted.size()));
  }
  return state.uploads;
}

StatusOr<bool> Shipper::AllBlocksUploaded() {
  const std::lock_guard lock(mutex_);
  const auto local = ListLocal();
  if (!local.ok()) return local.status().WithContext("get block metas from oldest");
  if (local->metas.empty()) return true;
  const auto uploaded = ReadShipperState(env_, state_path_);
  if (!uploaded.ok()) return uploaded.status().WithContext("read meta file");
  return std::all_of(local->metas.begin(), local->metas.end(),
                     [&](const tsdb::BlockMeta& meta) { return uploaded->count(meta.ulid) != 0; });
}

std::set<Ulid> Shipper::UploadedBlocks() {
  auto uploaded = ReadShipperState(env_, state_path_);
  return uploaded.ok() ? *std::move(uploaded) : std::set<Ulid>();
}

}  // namespace aion::blocks
