#include "store/bucket/series_merger.h"

#include <algorithm>

#include "store/bucket/packed_labels.h"

namespace aion::store {
namespace {

constexpr size_t kScannedSourcesMax = 24;

}  // namespace

SeriesMerger::SeriesMerger(std::vector<std::shared_ptr<const SeriesTable>> tables,
                           const model::QueryRange& range)
    : tables_(std::move(tables)), range_(range), positions_(tables_.size(), 0) {
  if (tables_.size() > kScannedSourcesMax)
    tree_ = std::make_unique<series::LoserTree<Less>>(tables_.size(), Less{this});
}

std::string_view SeriesMerger::At(size_t source) const {
  const SeriesTable& table = *tables_[source];
  return table.PackedLabels(table.rows[positions_[source]]);
}

bool SeriesMerger::Before(size_t a, size_t b) const {
  if (AtEnd(a) || AtEnd(b)) return !AtEnd(a);
  return ComparePackedLabels(At(a), At(b)) < 0;
}

void SeriesMerger::TakeRow(size_t source, MergedSeries* series) {
  const SeriesTable& table = *tables_[source];
  const SeriesRow& row = table.rows[positions_[source]];
  for (uint32_t i = row.chunk_begin; i < row.chunk_end; ++i) {
    const tsdb::ChunkMeta& chunk = table.chunks[i];
    if (chunk.min_time > range_.max || chunk.max_time < range_.min) continue;
    series->chunks.push_back({chunk.min_time, chunk.max_time, static_cast<uint32_t>(source), i});
  }
}

bool SeriesMerger::Finish(size_t rows, MergedSeries* series) {
  if (series->chunks.empty()) return false;
  const auto by_time = [](const SourceChunk& a, const SourceChunk& b) {
    return a.min_time != b.min_time ? a.min_time < b.min_time : a.max_time < b.max_time;
  };
  series->several_sources = rows > 1;
  if (!std::is_sorted(series->chunks.begin(), series->chunks.end(), by_time)) {
    std::stable_sort(series->chunks.begin(), series->chunks.end(), by_time);
  }
  return true;
}

bool SeriesMerger::NextByTree(MergedSeries* series) {
  while (!AtEnd(tree_->winner())) {
    series->chunks.clear();
    series->packed_labels = At(tree_->winner());
    size_t rows = 0;
    for (size_t source = tree_->winner(); !AtEnd(source) && At(source) == series->packed_labels;
         source = tree_->winner()) {
      TakeRow(source, series);
      ++positions_[source];
      ++rows;
      tree_->Replay();
    }
    if (Finish(rows, series)) return true;
  }
  return false;
}

bool SeriesMerger::NextByScan(MergedSeries* series) {
  while (true) {
    equal_.clear();
    for (size_t source = 0; source < tables_.size(); ++source) {
      if (AtEnd(source)) continue;
      const std::string_view labels = At(source);
      const int order = equal_.empty() ? -1 : ComparePackedLabels(labels, series->packed_labels);
      if (order > 0) continue;
      if (order < 0) {
        equal_.clear();
        series->packed_labels = labels;
      }
      equal_.push_back(source);
    }
    if (equal_.empty()) return false;
    series->chunks.clear();
    size_t rows = 0;
    for (const size_t source : equal_) {
      // A table may repeat labels: replica labels were taken out of them.
      do {
        TakeRow(source, series);
        ++positions_[source];
        ++rows;
      } while (!AtEnd(source) && At(source) == series->packed_labels);
    }
    if (Finish(rows, series)) return true;
  }
}

bool SeriesMerger::Next(MergedSeries* series) {
  return tree_ != nullptr ? NextByTree(series) : NextByScan(series);
}

}  // namespace aion::store
