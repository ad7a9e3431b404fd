#pragma once

// IndexWriter: writes an index of version 2, byte for byte as Prometheus does for the same content.
//
// Use: AddSymbol for every label name and value in ascending order, AddSeries in label order,
// Finish. Symbols and series go to the file at once; held in memory are the symbols and 4 bytes a
// label of a series, for the postings. Not thread-safe. Wrong order is kInvalidArgument; failed
// writes are the file's Status, and the file is then useless.

#include <cstdint>
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
#include "tsdb/index/symbol_set.h"

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
  /// Makes `labels` the last series' labels, with label_refs_ and label_lists_; or leaves them all.
  Status FindLabels(model::LabelsView labels);
  StatusOr<uint32_t> FindSymbol(std::string_view symbol) const;
  uint32_t ListNumber(const LabelRefs& refs);
  Status CheckChunks(const std::vector<ChunkMeta>& chunks) const;
  Status WritePostings();
  Status WriteToc();

  std::unique_ptr<WritableFile> file_;
  std::string buffer_;     // Not yet in the file.
  uint64_t position_ = 0;  // Of the end of buffer_ in the file.
  Toc toc_;
  bool symbols_done_ = false;

  internal::SymbolSet symbols_;
  model::Labels last_labels_;
  bool has_series_ = false;
  ChunkRef last_chunk_ref_ = 0;
  /// Of the last series: its neighbour shares most of its labels.
  std::vector<LabelRefs> label_refs_;
  std::vector<uint32_t> label_lists_;  // Numbers in lists_.
  std::vector<LabelRefs> next_refs_;   // Scratch of FindLabels.
  std::vector<uint32_t> next_lists_;

  Postings all_postings_;
  std::vector<Postings> lists_;
  std::unordered_map<uint64_t, uint32_t> list_numbers_;  // By name << 32 | value.
  std::string postings_table_;
  uint32_t postings_rows_ = 0;
};

}  // namespace aion::tsdb
