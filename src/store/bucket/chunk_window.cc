#include "store/bucket/chunk_window.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "blocks/block_files.h"
#include "chunk/aggregate.h"
#include "runtime/cancel_wait.h"
#include "tsdb/block/chunk_segment.h"

namespace aion::store {
namespace {

// A page of which less than this share was wanted is not kept: its chunks are copied out of it.
constexpr uint64_t kSparsePageFactor = 4;
constexpr std::string_view kBytesLimit = "exceeded bytes limit while fetching chunks";

/// The slot of a downsampled chunk that holds an aggregate; -1 for raw.
int SlotOf(series::Aggregate aggregate) {
  switch (aggregate) {
    case series::Aggregate::kCount:
      return static_cast<int>(chunk::AggregateSlot::kCount);
    case series::Aggregate::kSum:
      return static_cast<int>(chunk::AggregateSlot::kSum);
    case series::Aggregate::kMin:
      return static_cast<int>(chunk::AggregateSlot::kMin);
    case series::Aggregate::kMax:
      return static_cast<int>(chunk::AggregateSlot::kMax);
    case series::Aggregate::kCounter:
      return static_cast<int>(chunk::AggregateSlot::kCounter);
    case series::Aggregate::kRaw:
      break;
  }
  return -1;
}

}  // namespace

uint64_t ChunkWindow::SizeOf(const SourceChunk& chunk) const {
  const ChunkSource& source = sources_->sources[chunk.source];
  const std::vector<tsdb::ChunkMeta>& all = source.table->chunks;
  const uint64_t estimate =
      source.block->estimates().chunk_bytes_max + tsdb::kChunkRecordOverheadMax;
  if (chunk.index + 1 == all.size()) return estimate;
  // The next chunk of the table: where the block is sound, nothing lies between it and this one but
  // other series.
  const tsdb::ChunkRef ref = all[chunk.index].ref, next = all[chunk.index + 1].ref;
  if (next <= ref || tsdb::SegmentIndex(next) != tsdb::SegmentIndex(ref)) return estimate;
  return std::min(estimate, next - ref);
}

void ChunkWindow::Add(const MergedSeries& series, size_t begin, size_t end) {
  WindowSeries entry;
  entry.packed_labels = series.packed_labels;
  entry.several_sources = series.several_sources;
  entry.chunk_begin = static_cast<uint32_t>(chunks_.size());
  for (size_t i = begin; i < end; ++i) {
    const SourceChunk& chunk = series.chunks[i];
    const tsdb::ChunkRef ref = sources_->sources[chunk.source].table->chunks[chunk.index].ref;
    const uint64_t size = SizeOf(chunk);
    pieces_.push_back({chunk.source, tsdb::SegmentIndex(ref), tsdb::SegmentOffset(ref),
                       static_cast<uint32_t>(chunks_.size()), static_cast<uint32_t>(size)});
    chunks_.push_back(chunk);
    estimated_bytes_ += size;
  }
  entry.chunk_end = static_cast<uint32_t>(chunks_.size());
  series_.push_back(entry);
}

void ChunkWindow::SortPieces() {
  std::vector<size_t> ends(sources_->sources.size() + 1, 0);
  for (const Piece& piece : pieces_) ++ends[piece.source + 1];
  for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  std::vector<size_t> next = ends;
  std::vector<Piece> sorted(pieces_.size());
  for (const Piece& piece : pieces_) sorted[next[piece.source]++] = piece;
  const auto by_place = [](const Piece& a, const Piece& b) {
    return a.segment != b.segment ? a.segment < b.segment : a.offset < b.offset;
  };
  for (size_t i = 0; i + 1 < ends.size(); ++i) {
    const auto begin = sorted.begin() + static_cast<ptrdiff_t>(ends[i]);
    const auto end = sorted.begin() + static_cast<ptrdiff_t>(ends[i + 1]);
    // A sound block has the chunks of its series in the series' order.
    if (!std::is_sorted(begin, end, by_place)) std::sort(begin, end, by_place);
  }
  pieces_ = std::move(sorted);
}

std::vector<ChunkWindow::Read> ChunkWindow::PlanReads() {
  SortPieces();
  std::vector<Read> reads;
  std::vector<ByteRange> wanted;
  for (size_t begin = 0; begin < pieces_.size();) {
    size_t end = begin;
    wanted.clear();
    for (; end < pieces_.size() && pieces_[end].source == pieces_[begin].source &&
           pieces_[end].segment == pieces_[begin].segment;
         ++end) {
      wanted.push_back({pieces_[end].offset, uint64_t{pieces_[end].offset} + pieces_[end].size});
    }
    for (const CoalescedRange& range : Coalesce(wanted)) reads.push_back({range, begin});
    begin = end;
  }
  return reads;
}

void ChunkWindow::Start() {
  const std::vector<Read> reads = PlanReads();
  encoded_.resize(chunks_.size() * sources_->parts_per_chunk);
  pages_.reserve(reads.size());
  reads_left_ = reads.size();
  for (const Read& read : reads) {
    sources_->request.io->Submit(
        [self = shared_from_this(), read] { self->ReadDone(self->Fetch(read)); });
  }
}

void ChunkWindow::ReadDone(Status status) {
  const std::lock_guard lock(mutex_);
  if (!status.ok() && first_error_.ok()) first_error_ = std::move(status);
  if (--reads_left_ == 0) done_.notify_all();
}

Status ChunkWindow::Await(const CancelToken& cancel) {
  std::unique_lock lock(mutex_);
  RETURN_IF_ERROR(
      runtime::WaitUnlessCancelled(lock, done_, cancel, [this] { return reads_left_ == 0; }));
  return first_error_;
}

void ChunkWindow::AddPage(const Buffer& page) {
  const std::lock_guard lock(mutex_);
  pages_.push_back(page);
}

Status ChunkWindow::Damaged(const Piece& piece, const Status& status) const {
  const StatusCode code =
      status.code() == StatusCode::kOutOfRange ? StatusCode::kDataLoss : status.code();
  const LoadedBlock& block = *sources_->sources[piece.source].block;
  return Status(
      code, fmt::format("{}: {}: offset {}", blocks::ChunkSegmentObject(block.id(), piece.segment),
                        status.message(), piece.offset));
}

Status ChunkWindow::Fetch(const Read& read) {
  const BlockRequest& request = sources_->request;
  RETURN_IF_ERROR(request.cancel.Check());
  const FetchTimer timer(request.chunks_seconds, &request.stats->chunk_fetch_seconds);
  const Piece& first = pieces_[read.first_piece + read.range.first];
  const LoadedBlock& block = *sources_->sources[first.source].block;
  const std::string object = blocks::ChunkSegmentObject(block.id(), first.segment);
  RETURN_IF_ERROR(
      request.limits->bytes.Reserve(read.range.bytes.end - read.range.bytes.begin, kBytesLimit));
  ASSIGN_OR_RETURN(const Buffer page,
                   ReadRange(block.bucket(), object, read.range.bytes, request.cancel));
  const std::string_view bytes = page.view();
  request.stats->Fetch(DataType::kChunks, read.range.last - read.range.first, bytes.size());
  request.stats->Touch(DataType::kChunks, read.range.last - read.range.first, bytes.size());
  for (size_t i = read.range.first; i < read.range.last; ++i) {
    const Piece& piece = pieces_[read.first_piece + i];
    const size_t offset = std::min<size_t>(piece.offset - read.range.bytes.begin, bytes.size());
    const Status status = Decode(piece, bytes.substr(offset));
    if (status.ok()) continue;
    if (status.code() != StatusCode::kOutOfRange) return Damaged(piece, status);
    RETURN_IF_ERROR(Refetch(piece, bytes.substr(offset), object));
  }
  if (read.range.wanted_bytes * kSparsePageFactor < bytes.size()) {
    AddPage(Compact(read, bytes));
  } else {
    AddPage(page);
  }
  return OkStatus();
}

Buffer ChunkWindow::Compact(const Read& read, std::string_view page) {
  const size_t parts = sources_->parts_per_chunk;
  std::vector<std::string_view*> views;
  size_t size = 0;
  for (size_t i = read.range.first; i < read.range.last; ++i) {
    series::EncodedChunk* chunk = &encoded_[pieces_[read.first_piece + i].chunk * parts];
    for (size_t part = 0; part < parts; ++part) {
      std::string_view& data = chunk[part].data;
      if (data.data() < page.data() || data.data() >= page.data() + page.size())
        continue;  // Absent, or refetched.
      views.push_back(&data);
      size += data.size();
    }
  }
  std::string bytes;
  bytes.reserve(size);
  for (const std::string_view* view : views) bytes += *view;
  const Buffer compact(std::move(bytes));
  size_t offset = 0;
  for (std::string_view* view : views) {
    *view = compact.view().substr(offset, view->size());
    offset += view->size();
  }
  return compact;
}

Status ChunkWindow::Decode(const Piece& piece, std::string_view bytes) {
  ASSIGN_OR_RETURN(const tsdb::ChunkRecord record, tsdb::ParseChunkRecord(bytes));
  if (record.encoding == chunk::Encoding::kAggregate) return Split(piece, record.data);
  const SourceChunk& chunk = chunks_[piece.chunk];
  encoded_[piece.chunk * sources_->parts_per_chunk] = {
      chunk.min_time, chunk.max_time, record.data, static_cast<series::Encoding>(record.encoding),
      series::Aggregate::kRaw};
  return OkStatus();
}

Status ChunkWindow::Split(const Piece& piece, std::string_view data) {
  ASSIGN_OR_RETURN(const chunk::AggregateSlots slots, chunk::SplitAggregate(data));
  if (sources_->sources[piece.source].block->resolution_ms() == 0) {
    return DataLossError("aggregate chunk in a block of raw resolution");
  }
  series::EncodedChunk* out = &encoded_[piece.chunk * sources_->parts_per_chunk];
  const SourceChunk& chunk = chunks_[piece.chunk];
  for (const series::Aggregate aggregate : sources_->aggregates) {
    const auto slot = static_cast<size_t>(SlotOf(aggregate));
    const chunk::AggregatePart& part = slots[slot];
    if (!part.present()) {
      return AbortedError(
          fmt::format("aggregate {} does not exist",
                      chunk::AggregateSlotName(static_cast<chunk::AggregateSlot>(slot))));
    }
    *out++ = {chunk.min_time, chunk.max_time, part.data,
              static_cast<series::Encoding>(part.encoding), aggregate};
  }
  return OkStatus();
}

Status ChunkWindow::Refetch(const Piece& piece, std::string_view bytes, const std::string& object) {
  const BlockRequest& request = sources_->request;
  const LoadedBlock& block = *sources_->sources[piece.source].block;
  request.stats->chunk_refetches.fetch_add(1, std::memory_order_relaxed);
  const auto size = tsdb::ChunkRecordSize(bytes);
  if (!size.ok()) return Damaged(piece, size.status());
  RETURN_IF_ERROR(request.limits->bytes.Reserve(*size, kBytesLimit));
  ASSIGN_OR_RETURN(
      const Buffer page,
      ReadRange(block.bucket(), object, {piece.offset, piece.offset + *size}, request.cancel));
  AddPage(page);
  request.stats->Fetch(DataType::kChunks, 1, page.size());
  const Status status = Decode(piece, page.view());
  return status.ok() ? status : Damaged(piece, status);
}

}  // namespace aion::store
