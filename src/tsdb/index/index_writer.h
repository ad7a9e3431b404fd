#pragma once

// IndexWriter: writes an index of version 2, byte for byte as Prometheus does for the same content.
//
// Use: AddSymbol for every label name and value in ascending order, AddSeries in label order,
// Finish. Symbols and series go to the file at once; held in memory are the symbols and 4 bytes a
// label of a series, for the postings. Not thread-safe. Wrong order is kInvalidArgument; failed
// writes are the file's Status, and the file is then useless.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "model/labels.h"
#include "tsdb/index/format.h"
#include "tsdb/index/postings.h"
#include "tsdb/index/series_entry.h"

namespace aion::tsdb {

class IndexWriter {
 public:
  /// Creates or truncates `path`.
  static StatusOr<std::unique_ptr<IndexWriter>> Create(Env& env, const std::string& path);

  /// Requires: ascending, no repeats.
  Status AddSymbol(std::string_view symbol);
  /// Requires: labels above the last series', all their strings added as symbols, chunks ascending
  /// in time and reference.
  Status AddSeries(model::LabelsView labels, const std::vector<ChunkMeta>& chunks);
  /// Writes postings, tables and TOC, syncs and closes. Nothing may follow.
  Status Finish();

  uint64_t size_bytes() const { return position_; }

 private:
  explicit IndexWriter(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}
  Status Write(std::string_view bytes);
  /// Pads `buffer_` so that the file goes on at a multiple of `alignment`.
  void Pad(uint64_t alignment);
  Status FlushBuffer();
  Status FinishSymbols();
  Status FindSymbols(model::LabelsView labels);
  Status CheckChunks(const std::vector<ChunkMeta>& chunks) const;
  Status WritePostings();
  Status WriteToc();

  struct StringHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::unique_ptr<WritableFile> file_;
  std::string buffer_;     // Not yet in the file.
  uint64_t position_ = 0;  // Of the end of buffer_ in the file.
  Toc toc_;
  bool symbols_done_ = false;

  std::string symbol_bytes_;               // The section's entries.
  std::vector<std::string_view> symbols_;  // By number; views of the map's keys.
  std::unordered_map<std::string, uint32_t, StringHash, std::equal_to<>> symbol_numbers_;
  std::vector<LabelRefs> label_refs_;  // Of the current series.
  model::Labels last_labels_;
  bool has_series_ = false;
  ChunkRef last_chunk_ref_ = 0;
  Postings all_postings_;
  std::vector<std::map<uint32_t, Postings>>
      postings_by_name_;  // By number of the name, then of the value.
  std::string postings_table_;
  uint32_t postings_rows_ = 0;
};

}  // namespace aion::tsdb
