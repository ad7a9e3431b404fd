#pragma once

// BlockWriter: writes a block's index and chunk segments, then meta.json and tombstones.
//
// Use: AddSymbol for every string in ascending order, AddSeries in label order with encoded chunks
// ascending in time, Finish. Segment files are cut as Prometheus cuts them. The directory is
// written in place: give a temporary one and rename it when Finish has succeeded. Not thread-safe.
// After an error the directory is useless.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "chunk/encoding.h"
#include "model/labels.h"
#include "tsdb/block/chunk_segment.h"
#include "tsdb/block/meta.h"
#include "tsdb/index/index_writer.h"

namespace aion::tsdb {

struct ChunkToWrite {
  TimestampMs min_time = 0;  ///< Inclusive.
  TimestampMs max_time = 0;  ///< Inclusive.
  chunk::Encoding encoding = chunk::Encoding::kNone;
  std::string_view data;
};

class BlockWriter {
 public:
  struct Options {
    uint64_t segment_size_max = kSegmentSizeMax;
  };

  /// Creates `directory` and what is in it; files of an earlier block there are overwritten.
  static StatusOr<std::unique_ptr<BlockWriter>> Create(Env& env, const std::string& directory,
                                                       const Options& options);

  /// As IndexWriter::AddSymbol.
  Status AddSymbol(std::string_view symbol) { return index_->AddSymbol(symbol); }
  /// kInvalidArgument on order broken or a string not added as a symbol.
  Status AddSeries(model::LabelsView labels, std::span<const ChunkToWrite> chunks);

  /// What was written so far: series, chunks and samples by kind. Tombstones are none.
  const BlockStats& stats() const { return stats_; }
  /// Bytes of the largest chunk record.
  int64_t chunk_size_max() const { return chunk_size_max_; }

  /// Writes `meta` with its stats set to stats(), an empty tombstones file, and syncs everything.
  /// In a block of aggregate chunks the counts of floats and histograms stay those of `meta`, which
  /// are the source block's.
  Status Finish(BlockMeta meta);
  /// Index and chunks only: for blocks that get their meta.json later. Called by Finish.
  Status FinishFiles();

  /// "000001", …: the segment files written.
  std::vector<std::string> SegmentFiles() const;

 private:
  BlockWriter(Env& env, std::string directory, const Options& options)
      : env_(env), directory_(std::move(directory)), options_(options) {}
  Status CutSegment();
  Status CloseSegment();
  Status FlushSegment();
  Status CountSamples(const ChunkToWrite& chunk);

  Env& env_;
  const std::string directory_;
  const Options options_;
  std::unique_ptr<IndexWriter> index_;
  std::unique_ptr<WritableFile> segment_;
  std::string buffer_;         // Not yet in the segment file.
  uint64_t segment_size_ = 0;  // With buffer_.
  uint32_t segment_count_ = 0;
  std::vector<ChunkMeta> metas_;
  BlockStats stats_;
  bool has_aggregates_ = false;
  int64_t chunk_size_max_ = 0;
};

}  // namespace aion::tsdb
