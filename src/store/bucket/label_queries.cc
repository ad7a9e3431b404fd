#include <algorithm>
#include <set>

#include "store/bucket/bucket_store.h"
#include "store/bucket/request_state.h"

namespace aion::store {

// Without matchers the index-header answers; with matchers the series' labels do. Both go through
// all blocks that overlap, whatever their resolution.

/// What differs between names and values.
struct BucketStore::LabelQuery {
  std::string_view hints_message;
  /// From a header and the external labels left over.
  std::function<Status(const blocks::IndexHeader&, const LoadedBlock&,
                       std::set<std::string, std::less<>>*)>
      from_header;
  /// From one series.
  std::function<void(model::LabelsView, std::set<std::string, std::less<>>*)> from_labels;
  /// Completes the matchers of a block that are not empty.
  std::function<void(const LoadedBlock&, std::vector<model::Matcher>*)> complete;
};

namespace {

using Values = std::set<std::string, std::less<>>;

bool Contains(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

void Insert(std::string_view value, Values* values) {
  if (values->find(value) == values->end()) values->emplace(value);
}

}  // namespace

StatusOr<LabelsResponse> BucketStore::QueryLabels(const LabelQuery& query,
                                                  const LabelNamesRequest& request,
                                                  const RequestContext& context) {
  const std::shared_ptr<RequestState> state = NewRequest(context);
  const BlockRequest block_request = BlockRequestOf(state, context);
  const auto selected =
      Blocks()->SelectAll(request.range, request.matchers, request.block_matchers);
  SeriesTableSpec spec{.removed_labels = request.without_replica_labels, .range = request.range};
  std::sort(spec.removed_labels.begin(), spec.removed_labels.end());

  std::vector<Values> found(selected.size());
  RETURN_IF_ERROR(runtime::ParallelTry(io_.get(), selected.size(), [&](size_t i) -> Status {
    const LoadedBlock& block = *selected[i].block;
    if (selected[i].matchers.empty()) {
      ASSIGN_OR_RETURN(const auto header, block.Header(block_request.cancel));
      return query.from_header(*header, block, &found[i])
          .WithContext("labels of block " + block.name());
    }
    SeriesTableSpec own = spec;
    own.matchers = selected[i].matchers;
    query.complete(block, &own.matchers);
    auto table = LoadSeriesTable(block, own, block_request);
    if (!table.ok()) return table.status().WithContext("iterate series for block " + block.name());
    for (const SeriesRow& row : (*table)->rows) {
      const bool in_range = std::any_of(
          (*table)->chunks.begin() + row.chunk_begin, (*table)->chunks.begin() + row.chunk_end,
          [&](const tsdb::ChunkMeta& chunk) {
            return chunk.min_time <= request.range.max && request.range.min <= chunk.max_time;
          });
      if (in_range) query.from_labels(model::LabelsView((*table)->PackedLabels(row)), &found[i]);
    }
    return OkStatus();
  }));

  Values all;
  std::vector<std::string> queried;
  for (size_t i = 0; i < selected.size(); ++i) {
    queried.push_back(selected[i].block->name());
    all.merge(found[i]);
  }
  LabelsResponse response;
  for (const std::string& value : all) {
    if (request.limit > 0 && response.values.size() >= static_cast<size_t>(request.limit)) break;
    response.values.push_back(value);
  }
  response.hints = QueriedBlocksHints(query.hints_message, queried);
  return response;
}

StatusOr<LabelsResponse> BucketStore::LabelNames(const LabelNamesRequest& request,
                                                 const RequestContext& context) {
  LabelQuery query;
  query.hints_message = "LabelNamesResponseHints";
  query.from_header = [&](const blocks::IndexHeader& header, const LoadedBlock& block,
                          Values* names) {
    for (const std::string_view name : header.LabelNames()) Insert(name, names);
    for (const model::LabelView label : block.external_labels()) {
      if (!Contains(request.without_replica_labels, label.name)) Insert(label.name, names);
    }
    return OkStatus();
  };
  query.from_labels = [](model::LabelsView labels, Values* names) {
    for (const model::LabelView label : labels) Insert(label.name, names);
  };
  query.complete = [](const LoadedBlock&, std::vector<model::Matcher>*) {};
  return QueryLabels(query, request, context);
}

StatusOr<LabelsResponse> BucketStore::LabelValues(const LabelValuesRequest& request,
                                                  const RequestContext& context) {
  if (Contains(request.without_replica_labels, request.label)) return LabelsResponse{};
  const bool has_metric_name = std::any_of(
      request.matchers.begin(), request.matchers.end(), [](const model::Matcher& matcher) {
        return matcher.name() == model::kMetricName && matcher.type() == model::MatchType::kEqual;
      });
  LabelQuery query;
  query.hints_message = "LabelValuesResponseHints";
  query.from_header = [&](const blocks::IndexHeader& header, const LoadedBlock& block,
                          Values* values) {
    if (const std::string_view value = block.external_labels().Get(request.label); !value.empty())
      Insert(value, values);
    return header.ForEachValue(request.label, {},
                               [&](std::string_view value, const blocks::PostingsRange&) {
                                 if (!value.empty()) Insert(value, values);
                                 return true;
                               });
  };
  query.from_labels = [&](model::LabelsView labels, Values* values) {
    if (const std::string_view value = labels.Get(request.label); !value.empty())
      Insert(value, values);
  };
  // Series without the label need not be read; a metric name selects few enough.
  query.complete = [&](const LoadedBlock& block, std::vector<model::Matcher>* matchers) {
    if (!has_metric_name && !block.external_labels().Has(request.label)) {
      matchers->push_back(model::Matcher::NotEqual(request.label, ""));
    }
  };
  return QueryLabels(query, request, context);
}

}  // namespace aion::store
