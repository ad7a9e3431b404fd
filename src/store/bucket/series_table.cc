#include "store/bucket/series_table.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/core.h>

#include "base/bytes.h"
#include "store/bucket/expand_postings.h"
#include "store/bucket/range_reader.h"

namespace aion::store {
namespace {

// A block with more chunks a series than this is not kept whole in the cache: a short query would pay for all of them.
constexpr uint64_t kCachedChunksPerSeriesMax = 64;
// Labels and a few chunks of a series in a table, about.
constexpr uint64_t kTableBytesPerSeries = 512;
constexpr std::string_view kSeriesLimit = "exceeded series limit";

/// First byte that differs, or the smaller size.
size_t CommonPrefix(std::string_view a, std::string_view b) {
  const size_t size = std::min(a.size(), b.size());
  size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    uint64_t x, y;
    std::memcpy(&x, a.data() + at, 8);
    std::memcpy(&y, b.data() + at, 8);
    if (x != y) return at + static_cast<size_t>(__builtin_ctzll(x ^ y)) / 8;
  }
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

/// Joins an entry's labels with the block's external ones, which win, and leaves removed names out.
class LabelJoiner {
 public:
  LabelJoiner(const blocks::IndexHeader& header, model::LabelsView external, const std::vector<std::string>& removed)
      : symbols_(header.symbols()), symbols_sorted_(header.symbols_sorted()), removed_(removed) {
    for (const model::LabelView label : external) {
      if (!IsRemoved(label.name)) external_.push_back(label);
    }
  }

  Status Append(const std::vector<tsdb::LabelRefs>& labels, std::string* out) {
    if (!symbols_sorted_) return AppendUnsorted(labels, out);
    const size_t size_before = out->size();
    size_t external = 0;
    int64_t ref_before = -1;
    for (const tsdb::LabelRefs& refs : labels) {
      std::string_view value;
      const Name* name = FindName(refs.name);
      // Symbols are sorted, so names are in order when their references are.
      const bool sound = name != nullptr && symbols_.Lookup(refs.value, &value) && refs.name > ref_before && !value.empty();
      if (!sound) [[unlikely]] {
        out->resize(size_before);
        return AppendUnsorted(labels, out);
      }
      ref_before = refs.name;
      for (; external < name->external_before; ++external) AppendExternal(external, out);
      if (!name->left_out) AppendPair(out, name->text, value);
    }
    for (; external < external_.size(); ++external) AppendExternal(external, out);
    return OkStatus();
  }

 private:
  /// What is known of a label name, by its symbol.
  struct Name {
    uint32_t ref = UINT32_MAX;
    uint32_t external_before = 0;  // External labels with smaller names.
    bool left_out = false;         // Removed, or overridden by an external label.
    std::string_view text;
  };
  static constexpr size_t kNamesCached = 256;

  const Name* FindName(uint32_t ref) {
    Name& name = names_[ref % kNamesCached];
    if (name.ref == ref && !name.text.empty()) [[likely]] return &name;
    std::string_view text;
    if (!symbols_.Lookup(ref, &text) || text.empty()) return nullptr;
    const auto at = std::lower_bound(external_.begin(), external_.end(), text,
                                     [](const model::LabelView& label, std::string_view wanted) { return label.name < wanted; });
    name = {ref, static_cast<uint32_t>(at - external_.begin()),
            IsRemoved(text) || (at != external_.end() && at->name == text), text};
    return &name;
  }

  void AppendExternal(size_t index, std::string* out) { AppendPair(out, external_[index].name, external_[index].value); }

  static void AppendPair(std::string* out, std::string_view name, std::string_view value) {
    if (name.size() >= 0x80 || value.size() >= 0x80) [[unlikely]] {
      model::AppendPackedLabel(out, name, value);
      return;
    }
    out->push_back(static_cast<char>(name.size()));
    out->append(name);
    out->push_back(static_cast<char>(value.size()));
    out->append(value);
  }

  /// Old blocks hold labels out of order or with empty values.
  Status AppendUnsorted(const std::vector<tsdb::LabelRefs>& labels, std::string* out) {
    std::string packed;
    RETURN_IF_ERROR(tsdb::AppendPackedLabels(labels, symbols_, &packed));
    model::LabelsBuilder builder{model::LabelsView(packed)};
    for (const std::string& name : removed_) builder.Delete(name);
    for (const model::LabelView& label : external_) builder.Set(label.name, label.value);
    builder.AppendPacked(out);
    return OkStatus();
  }

  bool IsRemoved(std::string_view name) const { return std::binary_search(removed_.begin(), removed_.end(), name); }

  const tsdb::SymbolTable& symbols_;
  const bool symbols_sorted_;
  const std::vector<std::string>& removed_;
  std::vector<model::LabelView> external_;
  std::array<Name, kNamesCached> names_;
};

class TableLoader {
 public:
  TableLoader(const LoadedBlock& block, const blocks::IndexHeader& header, const SeriesTableSpec& spec,
              const model::QueryRange& chunk_range, const std::vector<model::Matcher>& left, const BlockRequest& request)
      : block_(block),
        header_(header),
        chunk_range_(chunk_range),
        left_(left),
        request_(request),
        joiner_(header, block.external_labels(), spec.removed_labels),
        table_(std::make_shared<SeriesTable>()) {}

  StatusOr<std::shared_ptr<const SeriesTable>> Load(const tsdb::Postings& postings) {
    const FetchTimer timer(request_.series_seconds, &request_.stats->series_fetch_seconds);
    std::vector<ByteRange> wanted(postings.size());
    const uint64_t estimate = block_.SeriesBytesEstimate(header_);
    for (size_t i = 0; i < postings.size(); ++i) {
      const uint64_t begin = tsdb::SeriesOffset(postings[i], header_.index_version());
      wanted[i] = {begin, begin + estimate};
      if (i > 0) wanted[i - 1].end = std::min(wanted[i - 1].end, begin);
    }
    const std::vector<CoalescedRange> reads = Coalesce(wanted);
    std::vector<Buffer> pages(reads.size());
    RETURN_IF_ERROR(runtime::ParallelTry(request_.io, reads.size(), [&](size_t i) -> Status {
      RETURN_IF_ERROR(request_.limits->bytes.Reserve(reads[i].bytes.end - reads[i].bytes.begin,
                                                     "exceeded bytes limit while fetching series"));
      ASSIGN_OR_RETURN(pages[i], ReadRange(block_.bucket(), block_.index_object(), reads[i].bytes, request_.cancel));
      request_.stats->Fetch(DataType::kSeries, reads[i].last - reads[i].first, pages[i].size());
      return OkStatus();
    }));
    table_->rows.reserve(postings.size());
    for (size_t i = 0; i < reads.size(); ++i) {
      RETURN_IF_ERROR(request_.cancel.Check());
      for (size_t j = reads[i].first; j < reads[i].last; ++j) {
        const uint64_t offset = wanted[j].begin - reads[i].bytes.begin;
        const std::string_view page = pages[i].view();
        RETURN_IF_ERROR(AddEntry(wanted[j].begin, page.substr(std::min<size_t>(offset, page.size()))));
      }
      pages[i] = Buffer();
    }
    Finish();
    return std::shared_ptr<const SeriesTable>(table_);
  }

 private:
  Status Damaged(const Status& status, uint64_t offset) const {
    const StatusCode code = status.code() == StatusCode::kOutOfRange ? StatusCode::kDataLoss : status.code();
    return Status(code, fmt::format("{}: {}: offset {}", block_.index_object(), status.message(), offset));
  }

  Status AddEntry(uint64_t offset, std::string_view bytes) {
    auto body = tsdb::SeriesEntryBody(bytes);
    Buffer refetched;
    if (!body.ok() && body.status().code() == StatusCode::kOutOfRange) {
      const auto size = tsdb::SeriesEntrySize(bytes);
      if (!size.ok()) return Damaged(size.status(), offset);
      request_.stats->series_refetches.fetch_add(1, std::memory_order_relaxed);
      RETURN_IF_ERROR(request_.limits->bytes.Reserve(*size, "exceeded bytes limit while fetching series"));
      ASSIGN_OR_RETURN(refetched,
                       ReadRange(block_.bucket(), block_.index_object(), {offset, offset + *size}, request_.cancel));
      body = tsdb::SeriesEntryBody(refetched.view());
    }
    if (!body.ok()) return Damaged(body.status(), offset);
    table_->entry_bytes += body->size();
    if (const Status status = tsdb::DecodeSeriesEntry(*body, chunk_range_, &entry_); !status.ok()) {
      return Damaged(status, offset);
    }
    if (entry_.chunks.empty()) return OkStatus();
    SeriesRow row;
    row.labels_offset = table_->labels.size();
    if (const Status status = joiner_.Append(entry_.labels, &table_->labels); !status.ok()) {
      return Damaged(status, offset);
    }
    row.labels_size = static_cast<uint32_t>(table_->labels.size() - row.labels_offset);
    if (!left_.empty() && !model::MatchAll(left_, model::LabelsView(table_->PackedLabels(row)))) {
      table_->labels.resize(row.labels_offset);
      return OkStatus();
    }
    row.chunk_begin = static_cast<uint32_t>(table_->chunks.size());
    table_->chunks.insert(table_->chunks.end(), entry_.chunks.begin(), entry_.chunks.end());
    row.chunk_end = static_cast<uint32_t>(table_->chunks.size());
    if (table_->rows.empty()) table_->labels.reserve(row.labels_size * table_->rows.capacity());
    table_->rows.push_back(row);
    return OkStatus();
  }

  /// Adding and removing labels may change the order.
  void Finish() {
    request_.stats->Touch(DataType::kSeries, table_->rows.size(), table_->entry_bytes);
    const auto before = [this](const SeriesRow& a, const SeriesRow& b) {
      return ComparePackedLabels(table_->PackedLabels(a), table_->PackedLabels(b)) < 0;
    };
    if (std::is_sorted(table_->rows.begin(), table_->rows.end(), before)) return;
    std::stable_sort(table_->rows.begin(), table_->rows.end(), before);
  }

  const LoadedBlock& block_;
  const blocks::IndexHeader& header_;
  const model::QueryRange chunk_range_;
  const std::vector<model::Matcher>& left_;  // Matchers the postings have not decided.
  const BlockRequest& request_;
  LabelJoiner joiner_;
  std::shared_ptr<SeriesTable> table_;
  tsdb::SeriesEntry entry_;
};

std::string TableKey(const SeriesTableSpec& spec) {
  std::string key = MatchersKey(spec.matchers);
  for (const std::string& name : spec.removed_labels) key.append("\n").append(name);
  return key;
}

}  // namespace

int ComparePackedLabels(std::string_view a, std::string_view b) {
  const size_t differs = CommonPrefix(a, b);
  if (differs == a.size() || differs == b.size()) {
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
  }
  // The string that holds the first difference decides, by its bytes: its length says nothing of the order. Up to there
  // both are the same, so `a` alone is walked.
  size_t begin = 0;
  while (true) {
    ByteCursor cursor(a.substr(begin));
    const uint64_t size = cursor.Uvarint();
    const size_t end = begin + cursor.offset() + size;
    if (end > differs) break;
    begin = end;
  }
  return ByteCursor(a.substr(begin)).UvarintBytes().compare(ByteCursor(b.substr(begin)).UvarintBytes());
}

StatusOr<std::shared_ptr<const SeriesTable>> LoadSeriesTable(const LoadedBlock& block, const SeriesTableSpec& spec,
                                                             const BlockRequest& request) {
  const tsdb::BlockMeta& meta = block.meta();
  const bool covers = spec.range.min <= meta.min_time && meta.max_time <= spec.range.max;
  const bool few_chunks = meta.stats.chunks <= meta.stats.series * kCachedChunksPerSeriesMax;
  const bool cacheable = covers || few_chunks;
  const std::string key = TableKey(spec);
  if (cacheable) {
    auto table =
        request.cache->Get<SeriesTable>(IndexCacheItem::kSeries, block.name(), key, request.tenant);
    if (table != nullptr) {
      RETURN_IF_ERROR(request.limits->series.Reserve(table->rows.size(), kSeriesLimit));
      RETURN_IF_ERROR(request.limits->bytes.Reserve(table->entry_bytes,
                                                    "exceeded bytes limit while loading series from index cache"));
      request.stats->Touch(DataType::kSeries, table->rows.size(), table->entry_bytes);
      return table;
    }
  }
  ASSIGN_OR_RETURN(const auto header, block.Header(request.cancel));
  ASSIGN_OR_RETURN(const auto expanded,
                   ExpandPostings(block, *header, spec.matchers, spec.removed_labels, request));
  if (expanded->postings.empty()) request.stats->empty_postings.fetch_add(1, std::memory_order_relaxed);
  const bool decided = expanded->left.empty();
  if (decided) RETURN_IF_ERROR(request.limits->series.Reserve(expanded->postings.size(), kSeriesLimit));
  // What the table will take, about, before it is made: a query that may not have it is refused here.
  MemoryCharge charge(request.accountant);
  RETURN_IF_ERROR(charge.Add(expanded->postings.size() * kTableBytesPerSeries, "store gateway series"));
  TableLoader loader(block, *header, spec, cacheable ? model::QueryRange{} : spec.range, expanded->left, request);
  ASSIGN_OR_RETURN(const auto table, loader.Load(expanded->postings));
  if (!decided) RETURN_IF_ERROR(request.limits->series.Reserve(table->rows.size(), kSeriesLimit));
  if (cacheable) request.cache->Insert(IndexCacheItem::kSeries, block.name(), key, table, table->MemoryBytes());
  return table;
}

}  // namespace aion::store
