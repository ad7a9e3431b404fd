#include "store/bucket/loaded_block.h"

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "blocks/block_files.h"
#include "blocks/block_labels.h"

namespace aion::store {
namespace {

/// The configured estimate, less where the block knows better.
uint64_t Capped(uint64_t estimate, int64_t known_max) {
  return known_max > 0 ? std::min(estimate, static_cast<uint64_t>(known_max)) : estimate;
}

constexpr uint64_t kAverageFactor = 4;
constexpr uint64_t kEstimateBytesMin = 256;

/// A few averages, but not more than `max`.
uint64_t FromAverage(uint64_t bytes, uint64_t count, uint64_t max) {
  if (bytes == 0 || count == 0) return max;
  return std::min(max, std::max(kEstimateBytesMin, bytes / count * kAverageFactor));
}

/// Bytes of all segment files, as far as meta.json lists them.
uint64_t ChunkBytes(const tsdb::BlockMeta& meta) {
  uint64_t bytes = 0;
  for (const tsdb::BlockFile& file : meta.thanos->files) {
    if (file.rel_path.starts_with(blocks::kChunksDirectory))
      bytes += static_cast<uint64_t>(std::max<int64_t>(0, file.size_bytes));
  }
  return bytes;
}

}  // namespace

LoadedBlock::LoadedBlock(std::shared_ptr<const tsdb::BlockMeta> meta, Source source)
    : meta_(std::move(meta)),
      source_(std::move(source)),
      name_(meta_->ulid.ToString()),
      index_object_(blocks::BlockObject(meta_->ulid, blocks::kIndexFile)),
      external_labels_(blocks::ExternalLabels(*meta_)),
      resolution_ms_(blocks::ResolutionMs(*meta_)),
      estimates_(source_.estimates) {
  if (meta_->thanos) {
    estimates_.series_bytes_max =
        Capped(estimates_.series_bytes_max, meta_->thanos->series_size_max);
    estimates_.chunk_bytes_max = Capped(estimates_.chunk_bytes_max, meta_->thanos->chunk_size_max);
    estimates_.chunk_bytes_max =
        FromAverage(ChunkBytes(*meta_), meta_->stats.chunks, estimates_.chunk_bytes_max);
  }
}

uint64_t LoadedBlock::SeriesBytesEstimate(const blocks::IndexHeader& header) const {
  return FromAverage(header.SeriesSectionBytes(), meta_->stats.series, estimates_.series_bytes_max);
}

StatusOr<std::shared_ptr<const blocks::IndexHeader>> LoadedBlock::Header(
    const CancelToken& cancel) const {
  last_used_ms_.store(Clock::System().NowMs(), std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  if (header_ == nullptr) {
    const auto start = std::chrono::steady_clock::now();
    auto header =
        blocks::OpenIndexHeader(*source_.bucket, id(), source_.cache, source_.options, cancel);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (source_.on_open)
      source_.on_open(header.ok() ? OkStatus() : header.status(), elapsed.count());
    if (!header.ok()) return header.status();
    header_ = *std::move(header);
  }
  return header_;
}

bool LoadedBlock::ReleaseIdleHeader(int64_t idle_since_ms) const {
  if (last_used_ms_.load(std::memory_order_relaxed) > idle_since_ms) return false;
  const std::lock_guard lock(mutex_);
  if (header_ == nullptr) return false;
  header_.reset();
  return true;
}

}  // namespace aion::store
