#include "tsdb/block/block_reader.h"

#include <fmt/core.h>

#include "tsdb/block/mapped_file.h"

namespace aion::tsdb {
namespace {

constexpr uint64_t kMetaSizeMax = 64 << 20;
constexpr uint64_t kTombstonesSizeMax = uint64_t{1} << 30;
constexpr uint32_t kSegmentsMax = 1u << 20;

/// Labels of the series being read: kept per thread, so that reading a series allocates nothing.
SeriesEntry& ScratchEntry() {
  static thread_local SeriesEntry entry;
  return entry;
}

}  // namespace

StatusOr<std::unique_ptr<BlockReader>> BlockReader::Open(Env& env, const std::string& directory) {
  std::unique_ptr<BlockReader> block(new BlockReader());
  block->directory_ = directory;
  ASSIGN_OR_RETURN(const std::string meta,
                   ReadFile(env, JoinPath(directory, kMetaFileName), kMetaSizeMax));
  StatusOr<BlockMeta> parsed = ParseMeta(meta);
  if (!parsed.ok()) return block->WithBlock(parsed.status());
  block->meta_ = std::move(*parsed);

  ASSIGN_OR_RETURN(block->index_bytes_, MapFile(JoinPath(directory, "index")));
  StatusOr<IndexReader> index = IndexReader::Open(block->index_bytes_.view());
  if (!index.ok()) return block->WithBlock(index.status());
  block->index_ = std::make_unique<IndexReader>(std::move(*index));
  RETURN_IF_ERROR(block->OpenSegments(env));

  StatusOr<std::string> tombstones =
      ReadFile(env, JoinPath(directory, kTombstonesFileName), kTombstonesSizeMax);
  if (tombstones.ok()) {
    StatusOr<Tombstones> read = ParseTombstones(*tombstones);
    if (!read.ok()) return block->WithBlock(read.status());
    block->tombstones_ = std::move(*read);
    block->size_bytes_ += tombstones->size();
  } else if (tombstones.status().code() != StatusCode::kNotFound) {
    return tombstones.status();
  }
  block->size_bytes_ += meta.size() + block->index_bytes_.size();
  return block;
}

Status BlockReader::OpenSegments(Env& env) {
  const std::string chunks = JoinPath(directory_, kChunksDirectory);
  for (uint32_t i = 0; i < kSegmentsMax; ++i) {
    const std::string path = JoinPath(chunks, SegmentFileName(i));
    const StatusOr<FileInfo> info = env.Stat(path);
    if (!info.ok() && info.status().code() == StatusCode::kNotFound) break;
    if (!info.ok()) return info.status();
    ASSIGN_OR_RETURN(Buffer segment, MapFile(path));
    RETURN_IF_ERROR(CheckSegmentHeader(segment.view()).WithContext(path));
    size_bytes_ += segment.size();
    segments_.push_back(std::move(segment));
  }
  return OkStatus();
}

Status BlockReader::WithBlock(const Status& status) const {
  return status.WithContext("block " + directory_);
}

StatusOr<Postings> BlockReader::Select(std::span<const model::Matcher> matchers) const {
  StatusOr<Postings> postings = index_->Select(matchers);
  if (!postings.ok()) return WithBlock(postings.status());
  return postings;
}

Status BlockReader::Series(uint32_t series_ref, const model::QueryRange& range,
                           BlockSeries* out) const {
  SeriesEntry& entry = ScratchEntry();
  out->labels.clear();
  out->chunks.clear();
  Status status = index_->Series(series_ref, range, &entry);
  if (status.ok()) status = AppendPackedLabels(entry.labels, index_->symbols(), &out->labels);
  if (!status.ok()) return WithBlock(status);
  out->chunks.swap(entry.chunks);
  return OkStatus();
}

StatusOr<ChunkRecord> BlockReader::Chunk(ChunkRef ref) const {
  const uint32_t segment = SegmentIndex(ref);
  const uint32_t offset = SegmentOffset(ref);
  const bool inside = segment < segments_.size() && offset >= kSegmentHeaderSize &&
                      offset < segments_[segment].size();
  if (!inside) {
    return WithBlock(DataLossError(
        fmt::format("chunk reference out of range: segment {}, offset {}", segment, offset)));
  }
  StatusOr<ChunkRecord> record = ParseChunkRecord(segments_[segment].view().substr(offset));
  if (record.ok()) return record;
  return WithBlock(DataLossError(
      fmt::format("{}: segment {}, offset {}", record.status().message(), segment, offset)));
}

const Intervals* BlockReader::Deleted(uint32_t series_ref) const {
  const auto found = tombstones_.find(series_ref);
  return found == tombstones_.end() ? nullptr : &found->second;
}

}  // namespace aion::tsdb
