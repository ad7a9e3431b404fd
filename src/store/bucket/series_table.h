#pragma once

// SeriesTable: the series of one block that a request asks for: their labels, sorted, and where
// their chunks lie.
//
//   labels  │ packed │ packed │ packed │ …     one arena; external labels merged in, replica labels
//   removed rows    │ labels, chunks │ …               ascending by labels chunks  │ min, max, ref
//   │ …                as in the index: ascending by ref where the block is sound
//
// Immutable once loaded, shared with the index cache. Thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "blocks/index_header.h"
#include "model/labels.h"
#include "model/time_range.h"
#include "store/bucket/block_request.h"
#include "store/bucket/loaded_block.h"
#include "tsdb/index/series_entry.h"

namespace aion::store {

struct SeriesRow {
  uint64_t labels_offset = 0;
  uint32_t labels_size = 0;
  uint32_t chunk_begin = 0;
  uint32_t chunk_end = 0;
};

struct SeriesTable {
  std::string labels;
  std::vector<SeriesRow> rows;
  std::vector<tsdb::ChunkMeta> chunks;
  uint64_t entry_bytes = 0;  ///< Of the index entries it was made of.

  std::string_view PackedLabels(const SeriesRow& row) const {
    return std::string_view(labels).substr(row.labels_offset, row.labels_size);
  }
  uint64_t MemoryBytes() const {
    return labels.capacity() + rows.capacity() * sizeof(SeriesRow) +
           chunks.capacity() * sizeof(tsdb::ChunkMeta);
  }
};

struct SeriesTableSpec {
  std::vector<model::Matcher> matchers;
  /// Sorted.
  std::vector<std::string> removed_labels;
  model::QueryRange range;
};

/// Series of `block` that match and have a chunk in the range. Chunks outside the range may be in
/// the table: whoever uses it looks at the times. kResourceExhausted beyond a limit, kDataLoss on a
/// damaged index.
StatusOr<std::shared_ptr<const SeriesTable>> LoadSeriesTable(const LoadedBlock& block,
                                                             const SeriesTableSpec& spec,
                                                             const BlockRequest& request);

}  // namespace aion::store
