#include "store/bucket/series_merger.h"

#include <algorithm>

namespace aion::store {

SeriesMerger::SeriesMerger(std::vector<std::shared_ptr<const SeriesTable>> tables, const model::QueryRange& range)
    : tables_(std::move(tables)), range_(range), positions_(tables_.size(), 0) {
  if (!tables_.empty()) tree_ = std::make_unique<series::LoserTree<Less>>(tables_.size(), Less{this});
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

bool SeriesMerger::Next(MergedSeries* series) {
  if (tree_ == nullptr) return false;
  const auto by_time = [](const SourceChunk& a, const SourceChunk& b) {
    return a.min_time != b.min_time ? a.min_time < b.min_time : a.max_time < b.max_time;
  };
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
    if (series->chunks.empty()) continue;
    series->several_sources = rows > 1;
    if (!std::is_sorted(series->chunks.begin(), series->chunks.end(), by_time)) {
      std::stable_sort(series->chunks.begin(), series->chunks.end(), by_time);
    }
    return true;
  }
  return false;
}

}  // namespace aion::store
