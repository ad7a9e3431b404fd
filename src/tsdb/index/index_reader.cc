#include "tsdb/index/index_reader.h"

#include <fmt/core.h>

#include <algorithm>

namespace aion::tsdb {

StatusOr<IndexReader> IndexReader::Open(std::string_view index, CrcCheck crc_check) {
  IndexReader reader;
  reader.crc_check_ = crc_check;
  reader.index_ = index;
  ASSIGN_OR_RETURN(reader.version_, ParseIndexHeader(index));
  ASSIGN_OR_RETURN(reader.toc_, ParseToc(index));
  RETURN_IF_ERROR(CheckToc(reader.toc_, index.size()));
  SymbolTable::Options options;
  options.version = reader.version_;
  options.section_offset = reader.toc_.symbols;
  options.sample_every = 1;
  options.crc_check = crc_check;
  ASSIGN_OR_RETURN(reader.symbols_,
                   SymbolTable::Create(index.substr(reader.toc_.symbols), options));
  RETURN_IF_ERROR(reader.ReadPostingsTable());
  return reader;
}

Status IndexReader::ReadPostingsTable() {
  ASSIGN_OR_RETURN(
      const std::string_view contents,
      ReadSection(index_.substr(toc_.postings_table), "postings offset table", crc_check_));
  PostingsTableCursor cursor(contents);
  PostingsTableEntry entry;
  while (cursor.Next(&entry)) {
    if (names_.empty() || names_.back().name != entry.name) {
      if (!names_.empty() && entry.name < names_.back().name) {
        return DataLossError(
            fmt::format("postings offset table: names out of order: {}", entry.name));
      }
      names_.push_back({entry.name, values_.size(), values_.size()});
    } else if (entry.value <= values_.back().value) {
      return DataLossError(
          fmt::format("postings offset table: values out of order: {}", entry.name));
    }
    values_.push_back({entry.value, entry.postings_offset});
    names_.back().end = values_.size();
  }
  return cursor.status();
}

std::vector<std::string_view> IndexReader::LabelNames() const {
  std::vector<std::string_view> names;
  names.reserve(names_.size());
  for (const LabelRange& range : names_) {
    if (!range.name.empty()) names.push_back(range.name);
  }
  return names;
}

std::span<const IndexReader::LabelValue> IndexReader::LabelValues(std::string_view name) const {
  const auto range =
      std::lower_bound(names_.begin(), names_.end(), name,
                       [](const LabelRange& a, std::string_view b) { return a.name < b; });
  if (range == names_.end() || range->name != name) return {};
  return {values_.data() + range->begin, range->end - range->begin};
}

StatusOr<PostingsView> IndexReader::PostingsAt(uint64_t offset) const {
  if (offset >= index_.size()) {
    return DataLossError(fmt::format("postings list: offset {} beyond the index of {} bytes",
                                     offset, index_.size()));
  }
  StatusOr<PostingsView> postings = ParsePostings(index_.substr(offset), crc_check_);
  if (!postings.ok())
    return DataLossError(fmt::format("{}: offset {}", postings.status().message(), offset));
  return postings;
}

StatusOr<PostingsView> IndexReader::LabelPostings(std::string_view name,
                                                  std::string_view value) const {
  const std::span<const LabelValue> values = LabelValues(name);
  const auto found =
      std::lower_bound(values.begin(), values.end(), value,
                       [](const LabelValue& a, std::string_view b) { return a.value < b; });
  if (found == values.end() || found->value != value) return PostingsView();
  return PostingsAt(found->postings_offset);
}

StatusOr<PostingsView> IndexReader::AllPostings() const { return LabelPostings({}, {}); }

StatusOr<std::string_view> IndexReader::SeriesBody(uint32_t series_ref) const {
  const uint64_t offset = SeriesOffset(series_ref, version_);
  if (offset < kIndexHeaderSize || offset >= index_.size()) {
    return DataLossError(fmt::format("series entry: offset {} outside of the index of {} bytes",
                                     offset, index_.size()));
  }
  StatusOr<std::string_view> body = SeriesEntryBody(index_.substr(offset), crc_check_);
  if (!body.ok())
    return DataLossError(fmt::format("{}: offset {}", body.status().message(), offset));
  return body;
}

Status IndexReader::Series(uint32_t series_ref, const model::QueryRange& range,
                           SeriesEntry* out) const {
  ASSIGN_OR_RETURN(const std::string_view body, SeriesBody(series_ref));
  return DecodeSeriesEntry(body, range, out);
}

Status IndexReader::SeriesLabels(uint32_t series_ref, SeriesEntry* out) const {
  ASSIGN_OR_RETURN(const std::string_view body, SeriesBody(series_ref));
  return DecodeSeriesLabels(body, out);
}

}  // namespace aion::tsdb
