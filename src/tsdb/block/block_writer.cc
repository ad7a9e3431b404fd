#include "tsdb/block/block_writer.h"

#include <fmt/core.h>

#include <algorithm>

#include "tsdb/block/tombstones.h"

namespace aion::tsdb {
namespace {

constexpr size_t kWriteBufferSize = 1 << 20;

}  // namespace

StatusOr<std::unique_ptr<BlockWriter>> BlockWriter::Create(Env& env, const std::string& directory,
                                                           const Options& options) {
  std::unique_ptr<BlockWriter> writer(new BlockWriter(env, directory, options));
  const std::string chunks = JoinPath(directory, kChunksDirectory);
  RETURN_IF_ERROR(env.RemoveAll(chunks));
  RETURN_IF_ERROR(env.MakeDirectories(chunks));
  ASSIGN_OR_RETURN(writer->index_, IndexWriter::Create(env, JoinPath(directory, "index")));
  return writer;
}

Status BlockWriter::FlushSegment() {
  if (buffer_.empty()) return OkStatus();
  RETURN_IF_ERROR(segment_->Append(buffer_));
  buffer_.clear();
  return OkStatus();
}

Status BlockWriter::CloseSegment() {
  if (segment_ == nullptr) return OkStatus();
  RETURN_IF_ERROR(FlushSegment());
  RETURN_IF_ERROR(segment_->Sync());
  RETURN_IF_ERROR(segment_->Close());
  segment_.reset();
  return OkStatus();
}

Status BlockWriter::CutSegment() {
  RETURN_IF_ERROR(CloseSegment());
  const std::string path =
      JoinPath(JoinPath(directory_, kChunksDirectory), SegmentFileName(segment_count_));
  ASSIGN_OR_RETURN(segment_, env_.OpenWritable(path));
  ++segment_count_;
  AppendSegmentHeader(&buffer_);
  segment_size_ = kSegmentHeaderSize;
  return OkStatus();
}

Status BlockWriter::CountSamples(const ChunkToWrite& chunk) {
  ASSIGN_OR_RETURN(const size_t samples, chunk::SampleCount(chunk.encoding, chunk.data));
  stats_.samples += samples;
  ++stats_.chunks;
  if (chunk::IsHistogramEncoding(chunk.encoding)) {
    stats_.histogram_samples += samples;
  } else if (chunk::IsFloatEncoding(chunk.encoding)) {
    stats_.float_samples += samples;
  } else {
    has_aggregates_ = true;
  }
  return OkStatus();
}

Status BlockWriter::AddSeries(model::LabelsView labels, std::span<const ChunkToWrite> chunks) {
  if (segment_ == nullptr && !chunks.empty()) RETURN_IF_ERROR(CutSegment());
  metas_.clear();
  // Compat: a segment is cut by what a series' chunks could take at most since the series began in
  // it, not by what they take (the record's length field is counted with 5 bytes).
  uint64_t series_begin = segment_size_;
  uint64_t series_bytes = 0;
  for (const ChunkToWrite& chunk : chunks) {
    const uint64_t record_max = chunk.data.size() + kChunkRecordOverheadMax;
    series_bytes += record_max;
    const bool segment_empty = series_begin == kSegmentHeaderSize && series_bytes == record_max;
    if (series_begin + series_bytes > options_.segment_size_max && !segment_empty) {
      RETURN_IF_ERROR(CutSegment());
      series_begin = kSegmentHeaderSize;
      series_bytes = record_max;
    }
    metas_.push_back({chunk.min_time, chunk.max_time,
                      MakeChunkRef(segment_count_ - 1, static_cast<uint32_t>(segment_size_))});
    const size_t before = buffer_.size();
    AppendChunkRecord(chunk.encoding, chunk.data, &buffer_);
    const size_t record_size = buffer_.size() - before;
    segment_size_ += record_size;
    chunk_size_max_ = std::max(chunk_size_max_, static_cast<int64_t>(record_size));
    RETURN_IF_ERROR(CountSamples(chunk));
    if (buffer_.size() >= kWriteBufferSize) RETURN_IF_ERROR(FlushSegment());
  }
  ++stats_.series;
  return index_->AddSeries(labels, metas_);
}

Status BlockWriter::FinishFiles() {
  RETURN_IF_ERROR(CloseSegment());
  RETURN_IF_ERROR(index_->Finish());
  return env_.SyncDirectory(JoinPath(directory_, kChunksDirectory));
}

Status BlockWriter::Finish(BlockMeta meta) {
  RETURN_IF_ERROR(FinishFiles());
  // Aggregate chunks say nothing of the kinds of samples they were made from: those counts are the
  // source's.
  const BlockStats given = meta.stats;
  meta.stats = stats_;
  if (has_aggregates_) {
    meta.stats.float_samples = given.float_samples;
    meta.stats.histogram_samples = given.histogram_samples;
  }
  RETURN_IF_ERROR(
      WriteFileAtomically(env_, JoinPath(directory_, kTombstonesFileName), PrintTombstones({})));
  return WriteFileAtomically(env_, JoinPath(directory_, kMetaFileName), PrintMeta(meta));
}

std::vector<std::string> BlockWriter::SegmentFiles() const {
  std::vector<std::string> files;
  for (uint32_t i = 0; i < segment_count_; ++i) files.push_back(SegmentFileName(i));
  return files;
}

}  // namespace aion::tsdb
