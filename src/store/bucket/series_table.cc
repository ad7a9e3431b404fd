#include "store/bucket/series_table.h"

#include <fmt/core.h>

#include <algorithm>

#include "store/bucket/expand_postings.h"
#include "store/bucket/label_joiner.h"
#include "store/bucket/packed_labels.h"
#include "store/bucket/range_reader.h"

namespace aion::store {
namespace {

// A block with more chunks a series than this is not kept whole in the cache: a short query would
// pay for all of them.
constexpr uint64_t kCachedChunksPerSeriesMax = 64;
// Labels and a few chunks of a series in a table, about.
constexpr uint64_t kTableBytesPerSeries = 512;
constexpr std::string_view kSeriesLimit = "exceeded series limit";

class TableLoader {
 public:
  TableLoader(const LoadedBlock& block, const blocks::IndexHeader& header,
              const SeriesTableSpec& spec, const model::QueryRange& chunk_range,
              const std::vector<model::Matcher>& left, const BlockRequest& request)
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
      ASSIGN_OR_RETURN(pages[i], ReadRange(block_.bucket(), block_.index_object(), reads[i].bytes,
                                           request_.cancel));
      request_.stats->Fetch(DataType::kSeries, reads[i].last - reads[i].first, pages[i].size());
      return OkStatus();
    }));
    table_->rows.reserve(postings.size());
    for (size_t i = 0; i < reads.size(); ++i) {
      RETURN_IF_ERROR(request_.cancel.Check());
      for (size_t j = reads[i].first; j < reads[i].last; ++j) {
        const uint64_t offset = wanted[j].begin - reads[i].bytes.begin;
        const std::string_view page = pages[i].view();
        RETURN_IF_ERROR(
            AddEntry(wanted[j].begin, page.substr(std::min<size_t>(offset, page.size()))));
      }
      pages[i] = Buffer();
    }
    Finish();
    return std::shared_ptr<const SeriesTable>(table_);
  }

 private:
  Status Damaged(const Status& status, uint64_t offset) const {
    const StatusCode code =
        status.code() == StatusCode::kOutOfRange ? StatusCode::kDataLoss : status.code();
    return Status(
        code, fmt::format("{}: {}: offset {}", block_.index_object(), status.message(), offset));
  }

  Status AddEntry(uint64_t offset, std::string_view bytes) {
    auto body = tsdb::SeriesEntryBody(bytes);
    Buffer refetched;
    if (!body.ok() && body.status().code() == StatusCode::kOutOfRange) {
      const auto size = tsdb::SeriesEntrySize(bytes);
      if (!size.ok()) return Damaged(size.status(), offset);
      request_.stats->series_refetches.fetch_add(1, std::memory_order_relaxed);
      RETURN_IF_ERROR(
          request_.limits->bytes.Reserve(*size, "exceeded bytes limit while fetching series"));
      ASSIGN_OR_RETURN(refetched, ReadRange(block_.bucket(), block_.index_object(),
                                            {offset, offset + *size}, request_.cancel));
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

StatusOr<std::shared_ptr<const SeriesTable>> LoadSeriesTable(const LoadedBlock& block,
                                                             const SeriesTableSpec& spec,
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
      RETURN_IF_ERROR(request.limits->bytes.Reserve(
          table->entry_bytes, "exceeded bytes limit while loading series from index cache"));
      request.stats->Touch(DataType::kSeries, table->rows.size(), table->entry_bytes);
      return table;
    }
  }
  ASSIGN_OR_RETURN(const auto header, block.Header(request.cancel));
  ASSIGN_OR_RETURN(const auto expanded,
                   ExpandPostings(block, *header, spec.matchers, spec.removed_labels, request));
  if (expanded->postings.empty())
    request.stats->empty_postings.fetch_add(1, std::memory_order_relaxed);
  const bool decided = expanded->left.empty();
  if (decided)
    RETURN_IF_ERROR(request.limits->series.Reserve(expanded->postings.size(), kSeriesLimit));
  // What the table will take, about, before it is made: a query that may not have it is refused
  // here.
  MemoryCharge charge(request.accountant);
  RETURN_IF_ERROR(
      charge.Add(expanded->postings.size() * kTableBytesPerSeries, "store gateway series"));
  TableLoader loader(block, *header, spec, cacheable ? model::QueryRange{} : spec.range,
                     expanded->left, request);
  ASSIGN_OR_RETURN(const auto table, loader.Load(expanded->postings));
  if (!decided) RETURN_IF_ERROR(request.limits->series.Reserve(table->rows.size(), kSeriesLimit));
  if (cacheable)
    request.cache->Insert(IndexCacheItem::kSeries, block.name(), key, table, table->MemoryBytes());
  return table;
}

}  // namespace aion::store
