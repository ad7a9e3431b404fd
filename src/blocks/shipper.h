#pragma once

// Shipper: brings the finished blocks of a TSDB directory into the bucket, each once, oldest first.
//
//   <tsdb>/<ulid>/ ──hard links──▶ <tsdb>/thanos/upload/<ulid>/ + meta.json with external labels
//   ──▶ bucket
//
// The links keep the block's files while the TSDB may delete or compact it. What is half uploaded
// has no meta.json in the bucket: nobody sees it, and the next Sync uploads it again. Syncs do not
// overlap; all functions are thread-safe.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/status.h"
#include "model/labels.h"
#include "objstore/bucket.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "tsdb/block/meta.h"

namespace aion::blocks {

struct ShipperOptions {
  std::string directory;  ///< The TSDB's.
  std::string source;     ///< `thanos.source`: "sidecar", "receive", "ruler", "bucket.upload".
  /// Asked at every upload; they may change while running.
  std::function<model::Labels()> external_labels;
  bool upload_compacted =
      false;  ///< Also blocks of a level over 1, if the bucket has none that overlaps.
  bool allow_out_of_order_uploads = false;  ///< A block that fails does not hold up younger ones.
  bool skip_corrupted_blocks =
      false;  ///< A directory without a readable meta.json does not hold up the others.
  bool with_sha256 = false;       ///< `--hash-func=SHA256`.
  size_t upload_concurrency = 1;  ///< `--shipper.upload-concurrency`.
  std::string state_file_name = "thanos.shipper.json";
  Env* env = nullptr;            ///< Null: Env::Posix().
  const Clock* clock = nullptr;  ///< Null: Clock::System().
};

class Shipper {
 public:
  /// `bucket` outlives the shipper. `registry` has no prefix: the names are upstream's
  /// `thanos_shipper_*`.
  Shipper(objstore::Bucket& bucket, ShipperOptions options, const telemetry::Registry& registry,
          telemetry::Logger logger);

  /// One pass over the directory. Returns the number of blocks uploaded, or the first error; what
  /// was uploaded before it stays uploaded and is remembered.
  StatusOr<size_t> Sync(const CancelToken& cancel);

  /// Whether every block in the directory is known to be uploaded.
  StatusOr<bool> AllBlocksUploaded();
  /// From the state file; empty when there is none.
  std::set<Ulid> UploadedBlocks();

 private:
  struct LocalBlocks {
    std::vector<tsdb::BlockMeta> metas;  // Oldest first.
    std::vector<std::string> corrupted;
  };
  struct SyncState {
    std::set<Ulid> known;     // From the state file.
    std::set<Ulid> uploaded;  // To be written to it.
    std::unique_ptr<std::vector<tsdb::BlockMeta>>
        remote;  // Read when the first compacted block needs it.
    size_t uploads = 0;
    size_t failures = 0;
  };

  StatusOr<LocalBlocks> ListLocal();
  Status SyncBlocks(const LocalBlocks& local, SyncState* state, const CancelToken& cancel);
  Status SyncBlock(const tsdb::BlockMeta& meta, SyncState* state, const CancelToken& cancel);
  Status CheckOverlap(const tsdb::BlockMeta& meta, SyncState* state, const CancelToken& cancel);
  Status Upload(tsdb::BlockMeta meta, const CancelToken& cancel);
  Status Stage(tsdb::BlockMeta meta, const std::string& staging);
  void Report(const Status& status, const LocalBlocks& local, const SyncState& state);

  // Constant after construction.
  objstore::Bucket& bucket_;
  const ShipperOptions options_;
  Env& env_;
  const telemetry::Registry registry_;  // Keeps the metrics below alive.
  const telemetry::Logger logger_;
  const std::string state_path_;
  telemetry::Counter& dir_syncs_;
  telemetry::Counter& dir_sync_failures_;
  telemetry::Counter& uploads_;
  telemetry::Counter& upload_failures_;
  telemetry::Counter& corrupted_blocks_;
  telemetry::Gauge& upload_compacted_done_;

  std::mutex mutex_;  // Held over a sync.
};

}  // namespace aion::blocks
