#pragma once

// SeriesMerger: the k-way merge of the blocks' series tables by labels.
//
// Gives each label set once, with the chunks of all blocks that hold it and overlap the range,
// ordered by (min, max) time. Views live as long as the tables. Not thread-safe.
//
// Blocks of one stream hold mostly the same series, so all sources stand on the same labels most of
// the time: few sources are compared one by one (k - 1 comparisons a series, each an equal memory
// compare), many by a loser tree, which takes log k of them for every source it moves.

#include <cstdint>
#include <memory>
#include <vector>

#include "model/time_range.h"
#include "series/loser_tree.h"
#include "store/bucket/series_table.h"

namespace aion::store {

/// A chunk of source `source`: the `index`-th of its table.
struct SourceChunk {
  TimestampMs min_time = 0;
  TimestampMs max_time = 0;
  uint32_t source = 0;
  uint32_t index = 0;
};

struct MergedSeries {
  std::string_view packed_labels;
  std::vector<SourceChunk> chunks;  ///< Never empty.
  bool several_sources = false;     ///< Chunks may be duplicates of each other.
};

class SeriesMerger {
 public:
  SeriesMerger(std::vector<std::shared_ptr<const SeriesTable>> tables,
               const model::QueryRange& range);

  /// False at the end. `series` is reused from call to call.
  bool Next(MergedSeries* series);

 private:
  struct Less {
    const SeriesMerger* merger;
    bool operator()(size_t a, size_t b) const { return merger->Before(a, b); }
  };
  bool Before(size_t a, size_t b) const;
  bool NextByScan(MergedSeries* series);
  bool NextByTree(MergedSeries* series);
  /// Orders the chunks taken; false when none is in the range.
  bool Finish(size_t rows, MergedSeries* series);
  /// Labels of the row a source stands on; not for a source at its end.
  std::string_view At(size_t source) const;
  bool AtEnd(size_t source) const { return positions_[source] == tables_[source]->rows.size(); }
  void TakeRow(size_t source, MergedSeries* series);

  const std::vector<std::shared_ptr<const SeriesTable>> tables_;
  const model::QueryRange range_;
  std::vector<size_t> positions_;
  std::vector<size_t> equal_;  // Sources that stand on the smallest labels: scratch of a scan.
  std::unique_ptr<series::LoserTree<Less>> tree_;  // Null for few sources.
};

}  // namespace aion::store
