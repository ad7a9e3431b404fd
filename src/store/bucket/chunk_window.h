#pragma once

// ChunkWindow: a run of merged series whose chunks are fetched together.
//
//   plan (the stream's thread)            fetch (I/O threads)                     use (the stream's
//   thread) Add(series) … ──▶ per block and ──▶  coalesced ranged reads, ──▶ Await() ──▶ encoded
//   chunks, views into the
//                     segment: ranges     records checked and split               pages that were
//                     read
//
// A record's length is not in the index: a chunk is taken to end where the next chunk asked for
// begins, or by the block's estimate; when that was too little it is read again, whole. The
// planner's calls and Await come from one thread.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/buffer.h"
#include "base/status.h"
#include "model/labels.h"
#include "series/encoded.h"
#include "store/bucket/block_request.h"
#include "store/bucket/block_set.h"
#include "store/bucket/range_reader.h"
#include "store/bucket/series_merger.h"
#include "store/bucket/series_table.h"

namespace aion::store {

/// A block of the request and its series.
struct ChunkSource {
  BlockPtr block;
  std::shared_ptr<const SeriesTable> table;
};

/// What all windows of a request share; outlives their reads.
struct ChunkSources {
  std::vector<ChunkSource> sources;
  /// Wanted of downsampled chunks.
  std::vector<series::Aggregate> aggregates;
  /// EncodedChunks a chunk may become: 1, or the number of aggregates where a block is downsampled.
  size_t parts_per_chunk = 1;
  BlockRequest request;
  /// Owns what `request` points to.
  std::shared_ptr<void> owner;
};

struct WindowSeries {
  std::string_view packed_labels;
  uint32_t chunk_begin = 0;
  uint32_t chunk_end = 0;
  bool several_sources = false;
};

class ChunkWindow : public std::enable_shared_from_this<ChunkWindow> {
 public:
  explicit ChunkWindow(std::shared_ptr<const ChunkSources> sources)
      : sources_(std::move(sources)) {}

  /// Adds chunks [begin, end) of a merged series as one entry.
  void Add(const MergedSeries& series, size_t begin, size_t end);
  /// Bytes the chunks will take, about.
  uint64_t estimated_bytes() const { return estimated_bytes_; }
  bool empty() const { return series_.empty(); }

  /// Starts the reads. The window keeps itself alive until they are done.
  void Start();
  /// Waits for the reads; the error of the first that failed.
  Status Await(const CancelToken& cancel);

  // Valid after a successful Await().
  const std::vector<WindowSeries>& series() const { return series_; }
  /// The parts of chunk `index`: those with encoding kNone are absent.
  const series::EncodedChunk* Parts(size_t index) const {
    return &encoded_[index * sources_->parts_per_chunk];
  }
  size_t parts_per_chunk() const { return sources_->parts_per_chunk; }
  const std::vector<Buffer>& pages() const { return pages_; }

 private:
  struct Piece {
    uint32_t source = 0;
    uint32_t segment = 0;
    uint32_t offset = 0;
    uint32_t chunk = 0;  // Index in chunks_.
    uint32_t size = 0;   // Estimate.
  };
  struct Read {
    CoalescedRange range;
    size_t first_piece = 0;  // Of the range's own numbering.
  };

  uint64_t SizeOf(const SourceChunk& chunk) const;
  /// By source, segment, offset.
  void SortPieces();
  std::vector<Read> PlanReads();
  Status Fetch(const Read& read);
  Status Decode(const Piece& piece, std::string_view bytes);
  Status Refetch(const Piece& piece, std::string_view bytes, const std::string& object);
  Status Split(const Piece& piece, std::string_view data);
  Status Damaged(const Piece& piece, const Status& status) const;
  /// A page of only what was wanted of `page`; the chunks view it from now on.
  Buffer Compact(const Read& read, std::string_view page);
  void AddPage(const Buffer& page);
  void ReadDone(Status status);

  const std::shared_ptr<const ChunkSources> sources_;
  std::vector<WindowSeries> series_;
  std::vector<SourceChunk> chunks_;
  uint64_t estimated_bytes_ = 0;
  std::vector<Piece> pieces_;  // Sorted by source, segment, offset. Constant once started.
  std::vector<series::EncodedChunk> encoded_;  // Each read writes its own chunks' places.

  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<Buffer> pages_;  // Guarded by mutex_ until the reads are done, as all below.
  size_t reads_left_ = 0;
  Status first_error_;
};

}  // namespace aion::store
