#pragma once

// LoadedBlock: a block of the bucket the store answers from: its meta, external labels and
// index-header.
//
// Constant after construction but for the header, which a lazy store opens at first use and lets go
// when idle. Shared by the store and by the requests that read it, so that a block dropped
// meanwhile stays readable to them. Thread-safe.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/cancel.h"
#include "base/status.h"
#include "base/ulid.h"
#include "blocks/index_header.h"
#include "model/labels.h"
#include "objstore/bucket.h"
#include "tsdb/block/meta.h"

namespace aion::store {

/// How many bytes a series entry or a chunk is taken to have, at most, where the index does not
/// say. A block whose average is known takes a few times that; what is larger is read again, whole.
struct SizeEstimates {
  uint64_t series_bytes_max = 64 << 10;  ///< `--debug.estimated-max-series-size`.
  uint64_t chunk_bytes_max = 16000;      ///< `--debug.estimated-max-chunk-size`.
};

class LoadedBlock {
 public:
  struct Source {
    objstore::Bucket* bucket = nullptr;  ///< Outlives the block.
    blocks::IndexHeaderCache cache;
    blocks::IndexHeaderOptions options;
    SizeEstimates estimates;
    /// Told of each opening of the header and how long it took; may be unset.
    std::function<void(const Status&, double seconds)> on_open;
  };
  LoadedBlock(std::shared_ptr<const tsdb::BlockMeta> meta, Source source);

  const Ulid& id() const { return meta_->ulid; }
  const std::string& name() const { return name_; }
  const tsdb::BlockMeta& meta() const { return *meta_; }
  const model::Labels& external_labels() const { return external_labels_; }
  int64_t resolution_ms() const { return resolution_ms_; }
  const SizeEstimates& estimates() const { return estimates_; }
  /// For an entry of the block's index.
  uint64_t SeriesBytesEstimate(const blocks::IndexHeader& header) const;
  objstore::Bucket& bucket() const { return *source_.bucket; }
  const std::string& index_object() const { return index_object_; }

  /// Opens (and builds) the header if it is not open.
  StatusOr<std::shared_ptr<const blocks::IndexHeader>> Header(const CancelToken& cancel) const;
  /// Lets the header go when nobody asked for it since `idle_since_ms`; true when it did.
  bool ReleaseIdleHeader(int64_t idle_since_ms) const;

 private:
  const std::shared_ptr<const tsdb::BlockMeta> meta_;
  const Source source_;
  const std::string name_;
  const std::string index_object_;
  const model::Labels external_labels_;
  const int64_t resolution_ms_;
  SizeEstimates estimates_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const blocks::IndexHeader> header_;  // Guarded by mutex_.
  mutable std::atomic<int64_t> last_used_ms_{0};
};

}  // namespace aion::store
