#pragma once

// BlockReader: a block in a local directory (meta.json, index, chunks/, tombstones), opened for
// reading.
//
// Files are mapped, not read: opening walks symbols and the postings offset table only. Chunks are
// handed out as they lie in the mapping, CRC-checked, not decoded. Errors name the block and the
// offset. Immutable and thread-safe; views live as long as the reader.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/env.h"
#include "base/status.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/time_range.h"
#include "tsdb/block/chunk_segment.h"
#include "tsdb/block/meta.h"
#include "tsdb/block/tombstones.h"
#include "tsdb/index/index_reader.h"

namespace aion::tsdb {

/// One series as a block holds it; reused from series to series.
struct BlockSeries {
  std::string labels;  ///< Packed, as model::LabelsView takes them.
  std::vector<ChunkMeta> chunks;

  model::LabelsView labels_view() const { return model::LabelsView(labels); }
};

class BlockReader {
 public:
  /// kNotFound when a file that must be there is not, kDataLoss when one is damaged. A block
  /// without tombstones has none.
  static StatusOr<std::unique_ptr<BlockReader>> Open(Env& env, const std::string& directory);

  const BlockMeta& meta() const { return meta_; }
  const IndexReader& index() const { return *index_; }
  const Tombstones& tombstones() const { return tombstones_; }
  const std::string& directory() const { return directory_; }
  uint32_t segment_count() const { return static_cast<uint32_t>(segments_.size()); }
  uint64_t size_bytes() const { return size_bytes_; }

  /// Series that satisfy all matchers, in label order.
  StatusOr<Postings> Select(std::span<const model::Matcher> matchers) const;
  /// Replaces `out` by the series' labels and its chunks that overlap `range`.
  Status Series(uint32_t series_ref, const model::QueryRange& range, BlockSeries* out) const;
  StatusOr<ChunkRecord> Chunk(ChunkRef ref) const;
  /// The segment file that owns the bytes of Chunk(ref): what keeps a chunk alive beyond the
  /// reader.
  const Buffer& Segment(ChunkRef ref) const { return segments_[SegmentIndex(ref)]; }
  /// Null when nothing of the series is deleted.
  const Intervals* Deleted(uint32_t series_ref) const;

 private:
  BlockReader() = default;
  Status OpenSegments(Env& env);
  Status WithBlock(const Status& status) const;

  std::string directory_;
  BlockMeta meta_;
  Buffer index_bytes_;
  std::unique_ptr<IndexReader> index_;
  std::vector<Buffer> segments_;
  Tombstones tombstones_;
  uint64_t size_bytes_ = 0;
};

/// Calls `each(const BlockSeries&) -> Status` for all series of the block in label order.
template <typename Each>
Status ForEachSeries(const BlockReader& block, const Each& each) {
  ASSIGN_OR_RETURN(const PostingsView postings, block.index().AllPostings());
  BlockSeries series;
  for (size_t i = 0; i < postings.size(); ++i) {
    RETURN_IF_ERROR(block.Series(postings[i], model::QueryRange{}, &series));
    RETURN_IF_ERROR(each(static_cast<const BlockSeries&>(series)));
  }
  return OkStatus();
}

}  // namespace aion::tsdb
