#include "blocks/index_header.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "tsdb/index/postings.h"

namespace aion::blocks {
namespace {

constexpr size_t kHeadBytes = 14;
constexpr size_t kTailBytes = 20;
constexpr uint8_t kFormatVersion = 1;

bool IsSorted(const tsdb::SymbolTable& symbols) {
  std::string_view before;
  for (auto cursor = symbols.Begin(); cursor.Next(); before = cursor.symbol()) {
    if (cursor.symbol() < before) return false;
  }
  return true;
}

}  // namespace

StatusOr<std::shared_ptr<const IndexHeader>> IndexHeader::Open(Buffer bytes,
                                                               const IndexHeaderOptions& options) {
  std::shared_ptr<IndexHeader> header(new IndexHeader());
  header->bytes_ = std::move(bytes);
  if (const Status status = header->Init(options); !status.ok()) {
    // A section cut short is a damaged header, whatever the section's reader calls it.
    return DataLossError("index-header: " + std::string(status.message()));
  }
  return std::shared_ptr<const IndexHeader>(std::move(header));
}

Status IndexHeader::Init(const IndexHeaderOptions& options) {
  const std::string_view bytes = bytes_.view();
  if (bytes.size() < kHeadBytes + kTailBytes)
    return DataLossError(fmt::format("too short: {} bytes", bytes.size()));
  ByteCursor head(bytes);
  if (const uint32_t magic = head.Be32(); magic != kIndexHeaderMagic) {
    return DataLossError(fmt::format("invalid magic number {:x}", magic));
  }
  if (const uint8_t version = head.U8(); version != kFormatVersion) {
    return DataLossError(fmt::format("unknown index header file version {}", version));
  }
  const uint8_t index_version = head.U8();
  if (index_version != 1 && index_version != 2) {
    return DataLossError(fmt::format("unknown index file version {}", index_version));
  }
  index_version_ = static_cast<tsdb::IndexVersion>(index_version);
  last_postings_end_ = head.Be64();

  const std::string_view tail = bytes.substr(bytes.size() - kTailBytes);
  ByteCursor places(tail);
  const uint64_t symbols_offset = places.Be64();
  const uint64_t table_offset = places.Be64();
  if (places.Be32() != Crc32c(tail.substr(0, kTailBytes - 4)))
    return DataLossError("table of contents: invalid checksum");
  if (symbols_offset < kHeadBytes || symbols_offset > table_offset ||
      table_offset > bytes.size() - kTailBytes) {
    return DataLossError("table of contents: sections out of order");
  }
  ASSIGN_OR_RETURN(symbols_, tsdb::SymbolTable::Create(
                                 bytes.substr(symbols_offset, table_offset - symbols_offset),
                                 {.version = index_version_,
                                  .section_offset = tsdb::kIndexHeaderSize,
                                  .sample_every = options.symbol_sample_every}));
  symbols_sorted_ = IsSorted(symbols_);
  const std::string_view rest =
      bytes.substr(table_offset, bytes.size() - kTailBytes - table_offset);
  ASSIGN_OR_RETURN(table_, tsdb::ReadSection(rest, "postings offset table"));
  ASSIGN_OR_RETURN(toc_, tsdb::ParseToc(rest));
  if (index_version_ == tsdb::IndexVersion::kV1) return LoadUnsortedNames();
  return LoadNames(std::max<uint32_t>(1, options.postings_sample_every));
}

Status IndexHeader::LoadNames(uint32_t sample_every) {
  tsdb::PostingsTableCursor cursor(table_);
  tsdb::PostingsTableEntry entry;
  std::string_view last_value;
  while (cursor.Next(&entry)) {
    if (names_.empty() || names_.back().name != entry.name) {
      if (!names_.empty()) {
        if (entry.name <= names_.back().name)
          return DataLossError("postings offset table: names out of order");
        names_.back().postings_end = entry.postings_offset;
      }
      names_.push_back({.name = entry.name});
    } else if (entry.value <= last_value) {
      return DataLossError(
          fmt::format("postings offset table: values out of order: offset {}", entry.entry_offset));
    }
    Name& name = names_.back();
    if (name.value_count++ % sample_every == 0)
      name.samples.push_back({entry.value, entry.entry_offset});
    last_value = entry.value;
  }
  RETURN_IF_ERROR(cursor.status());
  if (!names_.empty()) names_.back().postings_end = last_postings_end_;
  for (Name& name : names_) name.samples.shrink_to_fit();
  return OkStatus();
}

Status IndexHeader::LoadUnsortedNames() {
  struct Row {
    std::string_view name, value;
    PostingsRange range;
  };
  std::vector<Row> rows;
  tsdb::PostingsTableCursor cursor(table_);
  tsdb::PostingsTableEntry entry;
  while (cursor.Next(&entry)) {
    if (!rows.empty()) rows.back().range.end = entry.postings_offset;
    rows.push_back({entry.name, entry.value, {entry.postings_offset, last_postings_end_}});
  }
  RETURN_IF_ERROR(cursor.status());
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.name, a.value) < std::tie(b.name, b.value);
  });
  for (const Row& row : rows) {
    if (names_.empty() || names_.back().name != row.name) names_.push_back({.name = row.name});
    names_.back().rows.emplace_back(row.value, row.range);
    ++names_.back().value_count;
  }
  return OkStatus();
}

uint64_t IndexHeader::SeriesSectionBytes() const {
  uint64_t end = UINT64_MAX;
  for (const uint64_t next : {toc_.label_indices, toc_.postings, toc_.postings_table}) {
    if (next > toc_.series) end = std::min(end, next);
  }
  return end == UINT64_MAX ? 0 : end - toc_.series;
}

size_t IndexHeader::memory_bytes() const {
  size_t bytes = symbols_.memory_bytes() + names_.capacity() * sizeof(Name);
  for (const Name& name : names_) {
    bytes += name.samples.capacity() * sizeof(Sample) + name.rows.capacity() * sizeof(name.rows[0]);
  }
  return bytes;
}

const IndexHeader::Name* IndexHeader::FindName(std::string_view name) const {
  const auto at =
      std::lower_bound(names_.begin(), names_.end(), name,
                       [](const Name& row, std::string_view wanted) { return row.name < wanted; });
  return at != names_.end() && at->name == name ? &*at : nullptr;
}

size_t IndexHeader::ValueCount(std::string_view name) const {
  const Name* row = FindName(name);
  return row == nullptr ? 0 : row->value_count;
}

std::vector<std::string_view> IndexHeader::LabelNames() const {
  std::vector<std::string_view> names;
  names.reserve(names_.size());
  for (const Name& name : names_) {
    if (!name.name.empty()) names.push_back(name.name);
  }
  return names;
}

Status IndexHeader::ForEachValue(std::string_view name, std::string_view from,
                                 const ValueRow& row) const {
  const Name* found = FindName(name);
  if (found == nullptr) return OkStatus();
  if (index_version_ == tsdb::IndexVersion::kV1) {
    for (const auto& [value, range] : found->rows) {
      if (value >= from && !row(value, range)) break;
    }
    return OkStatus();
  }
  // The last sample not above `from`; the walk begins there. A list ends where the next row's list
  // begins.
  auto sample =
      std::upper_bound(found->samples.begin(), found->samples.end(), from,
                       [](std::string_view wanted, const Sample& s) { return wanted < s.value; });
  if (sample != found->samples.begin()) --sample;
  tsdb::PostingsTableCursor cursor(table_, sample->entry_offset);
  tsdb::PostingsTableEntry entry;
  tsdb::PostingsTableEntry before;
  bool has_before = false;
  while (cursor.Next(&entry) && entry.name == name) {
    if (has_before && !row(before.value, {before.postings_offset, entry.postings_offset}))
      return OkStatus();
    has_before = entry.value >= from;
    before = entry;
  }
  RETURN_IF_ERROR(cursor.status());
  if (has_before) row(before.value, {before.postings_offset, found->postings_end});
  return OkStatus();
}

StatusOr<std::optional<PostingsRange>> IndexHeader::FindPostings(std::string_view name,
                                                                 std::string_view value) const {
  std::optional<PostingsRange> found;
  RETURN_IF_ERROR(ForEachValue(name, value, [&](std::string_view at, const PostingsRange& range) {
    if (at == value) found = range;
    return false;
  }));
  return found;
}

}  // namespace aion::blocks
