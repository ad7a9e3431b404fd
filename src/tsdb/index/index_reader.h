#pragma once

// IndexReader: a whole index file in memory or mapped, opened for lookups. Local blocks, compaction
// and tools read through it; the store gateway works with the same functions on ranges instead.
//
// Open verifies TOC, symbols and the postings offset table; postings and series are verified as
// they are read. The reader views the file's bytes and keeps 24 bytes a label value. Immutable and
// thread-safe. Hostile bytes give a Status.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"
#include "model/time_range.h"
#include "tsdb/index/format.h"
#include "tsdb/index/postings.h"
#include "tsdb/index/series_entry.h"
#include "tsdb/index/symbols.h"

namespace aion::tsdb {

class IndexReader {
 public:
  /// A value of a label and where its postings lie.
  struct LabelValue {
    std::string_view value;
    uint64_t postings_offset = 0;
  };

  /// `index` must outlive the reader. `crc_check` holds for all sections, lists and entries; the
  /// TOC is always verified.
  static StatusOr<IndexReader> Open(std::string_view index, CrcCheck crc_check = CrcCheck::kVerify);

  IndexVersion version() const { return version_; }
  const Toc& toc() const { return toc_; }
  const SymbolTable& symbols() const { return symbols_; }
  uint64_t size_bytes() const { return index_.size(); }

  /// Sorted, without the empty name of the list of all series.
  std::vector<std::string_view> LabelNames() const;
  /// Values of a label with their postings, sorted by value; empty when no series has the label.
  std::span<const LabelValue> LabelValues(std::string_view name) const;

  /// All series, in index order, which is label order.
  StatusOr<PostingsView> AllPostings() const;
  /// Series with this label value; empty when there are none.
  StatusOr<PostingsView> LabelPostings(std::string_view name, std::string_view value) const;
  StatusOr<PostingsView> PostingsAt(uint64_t offset) const;

  /// Replaces `out` by a series and the chunks of it that overlap `range`.
  Status Series(uint32_t series_ref, const model::QueryRange& range, SeriesEntry* out) const;
  /// Labels only.
  Status SeriesLabels(uint32_t series_ref, SeriesEntry* out) const;

  /// Series that satisfy all matchers; all series when there are none. A matcher that accepts the
  /// empty value accepts series without the label.
  StatusOr<Postings> Select(std::span<const model::Matcher> matchers) const;

 private:
  struct LabelRange {
    std::string_view name;
    size_t begin = 0;  // In values_.
    size_t end = 0;
  };

  IndexReader() = default;
  Status ReadPostingsTable();
  StatusOr<std::string_view> SeriesBody(uint32_t series_ref) const;
  /// Union of the values' postings for which `wanted` is what the matcher says.
  StatusOr<Postings> MatchingPostings(const model::Matcher& matcher, bool wanted) const;

  std::string_view index_;
  IndexVersion version_ = IndexVersion::kV2;
  CrcCheck crc_check_ = CrcCheck::kVerify;
  Toc toc_;
  SymbolTable symbols_;
  std::vector<LabelRange> names_;
  std::vector<LabelValue> values_;
};

}  // namespace aion::tsdb
