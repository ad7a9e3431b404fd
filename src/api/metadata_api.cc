// Labels, label values and series: the parts of QueryApi that read no samples.

#include <algorithm>

#include "api/params.h"
#include "api/query_api.h"
#include "base/text.h"
#include "promql/parse/parser.h"
#include "promql/parse/selectors.h"
#include "wire/prometheus_json.h"

namespace aion::api {
namespace {

constexpr std::string_view kTruncated = "results truncated due to limit";

StatusOr<model::QueryRange> ParseMetadataRange(const net::Params& params,
                                               DurationMs default_range_ms, TimestampMs now) {
  const bool all_time = default_range_ms == 0;
  model::QueryRange range;
  ASSIGN_OR_RETURN(range.min,
                   TimeParam(params, "start", all_time ? kMinTime : now - default_range_ms));
  ASSIGN_OR_RETURN(range.max, TimeParam(params, "end", all_time ? kMaxTime : now));
  if (range.max < range.min)
    return InvalidArgumentError("end timestamp must not be before start time");
  return range;
}

/// Compat: the texts of these errors begin with their type.
StatusOr<model::QueryRange> MetadataRangeOf(const net::Params& params, DurationMs default_range_ms,
                                            TimestampMs now) {
  auto range = ParseMetadataRange(params, default_range_ms, now);
  if (!range.ok()) return std::move(range).status().WithContext("bad_data");
  return range;
}

/// One more than asked for, so that truncation shows.
int64_t HintLimit(int64_t limit) { return limit > 0 ? limit + 1 : 0; }

std::string StringListJson(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const std::string& text : texts) {
    if (json.size() > 1) json += ',';
    AppendJsonString(&json, text);
  }
  return json + "]";
}

/// Labels of all series of a Select that skips chunks.
Status CollectLabels(series::SeriesSet& set, int64_t limit, std::vector<model::Labels>* out,
                     model::Warnings* warnings) {
  while (limit == 0 || out->size() <= static_cast<size_t>(limit)) {
    ASSIGN_OR_RETURN(const auto batch, set.NextBatch());
    if (batch == nullptr) break;
    for (size_t i = 0; i < batch->size(); ++i) out->emplace_back(batch->labels(i));
  }
  warnings->Merge(set.warnings());
  return OkStatus();
}

}  // namespace

StatusOr<std::vector<std::vector<model::Matcher>>> QueryApi::MatcherSetsOf(
    const net::Request& request, const net::Params& params) const {
  ASSIGN_OR_RETURN(const std::string tenant, TenantOf(request));
  const auto enforced = TenantMatcher(tenant);
  std::vector<std::vector<model::Matcher>> sets;
  for (const std::string& text : params.GetAll("match[]")) {
    ASSIGN_OR_RETURN(auto matchers, promql::ParseMetricSelector(text));
    if (enforced) promql::EnforceMatcher(*enforced, &matchers);
    sets.push_back(std::move(matchers));
  }
  if (enforced && sets.empty()) sets.push_back({*enforced});
  return sets;
}

template <typename LabelsRequest>
StatusOr<LabelsRequest> QueryApi::LabelsRequestOf(const net::Params& params) const {
  LabelsRequest request;
  ASSIGN_OR_RETURN(request.range, MetadataRangeOf(params, options_.metadata_default_range_ms,
                                                  parts_.clock->NowMs()));
  ASSIGN_OR_RETURN(const bool partial,
                   BoolParam(params, "partial_response", options_.partial_response));
  request.partial_response =
      partial ? store::PartialResponse::kWarn : store::PartialResponse::kAbort;
  for (const std::string& text : params.GetAll("storeMatch[]")) {
    ASSIGN_OR_RETURN(auto matchers, promql::ParseMetricSelector(text));
    request.store_matchers.push_back(std::move(matchers));
  }
  ASSIGN_OR_RETURN(const int64_t limit, LimitParam(params));
  request.limit = HintLimit(limit);
  return request;
}

template <typename Ask>
Answer QueryApi::AskLabels(const net::Request& request, const net::Params& params,
                           const Ask& ask) const {
  ASSIGN_OR_RETURN(const int64_t limit, LimitParam(params));
  ASSIGN_OR_RETURN(auto matcher_sets, MatcherSetsOf(request, params));
  if (matcher_sets.empty()) matcher_sets.emplace_back();
  AnswerData answer;
  std::vector<std::string> values;
  for (std::vector<model::Matcher>& matchers : matcher_sets) {
    auto response = ask(std::move(matchers));
    if (!response.ok()) return ExecutionError(response.status());
    answer.warnings.Merge(response->warnings);
    values.insert(values.end(), response->values.begin(), response->values.end());
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (limit > 0 && values.size() > static_cast<size_t>(limit)) {
    values.resize(static_cast<size_t>(limit));
    answer.warnings.AddWarning(std::string(kTruncated));
  }
  answer.json = StringListJson(values);
  return answer;
}

Answer QueryApi::LabelNames(const net::Request& request, const net::Params& params) const {
  ASSIGN_OR_RETURN(auto forwarded, LabelsRequestOf<store::LabelNamesRequest>(params));
  ASSIGN_OR_RETURN(const series::RequestContext context, ContextOf(request));
  return AskLabels(request, params, [&](std::vector<model::Matcher> matchers) {
    forwarded.matchers = std::move(matchers);
    return parts_.store->LabelNames(forwarded, context);
  });
}

Answer QueryApi::LabelValues(const net::Request& request, const net::Params& params) const {
  const std::string name(request.path_params.Get("name"));
  if (!model::IsValidLabelName(name))
    return InvalidArgumentError("invalid label name: " + QuoteGo(name));
  ASSIGN_OR_RETURN(auto forwarded, LabelsRequestOf<store::LabelValuesRequest>(params));
  forwarded.label = name;
  ASSIGN_OR_RETURN(const series::RequestContext context, ContextOf(request));
  return AskLabels(request, params, [&](std::vector<model::Matcher> matchers) {
    forwarded.matchers = std::move(matchers);
    return parts_.store->LabelValues(forwarded, context);
  });
}

Answer QueryApi::Series(const net::Request& request, const net::Params& params) const {
  if (params.GetAll("match[]").empty())
    return InvalidArgumentError("no match[] parameter provided");
  series::SelectRequest select;
  ASSIGN_OR_RETURN(select.range, MetadataRangeOf(params, options_.metadata_default_range_ms,
                                                 parts_.clock->NowMs()));
  ASSIGN_OR_RETURN(const auto matcher_sets, MatcherSetsOf(request, params));
  ASSIGN_OR_RETURN(auto querier, QuerierOptionsOf(params, 0, true));
  ASSIGN_OR_RETURN(const int64_t limit, LimitParam(params));
  querier.max_source_resolution_ms = kTimestampMax;
  select.hints.skip_samples = true;
  select.hints.limit = HintLimit(limit);
  ASSIGN_OR_RETURN(const series::RequestContext context, ContextOf(request));

  AnswerData answer;
  std::vector<model::Labels> series;
  const auto select_gate = parts_.make_select_gate ? parts_.make_select_gate() : nullptr;
  query::StoreQueryable queryable(parts_.store, querier, select_gate.get());
  for (const std::vector<model::Matcher>& matchers : matcher_sets) {
    select.matchers = matchers;
    std::vector<model::Labels> found;
    auto set = queryable.Select(select, context);
    if (!set.ok()) return ExecutionError(set.status());
    if (const Status status = CollectLabels(**set, select.hints.limit, &found, &answer.warnings);
        !status.ok()) {
      return ExecutionError(status);
    }
    series.insert(series.end(), std::make_move_iterator(found.begin()),
                  std::make_move_iterator(found.end()));
  }
  if (matcher_sets.size() > 1) {
    std::sort(series.begin(), series.end());
    series.erase(std::unique(series.begin(), series.end()), series.end());
  }
  if (limit > 0 && series.size() > static_cast<size_t>(limit)) {
    series.resize(static_cast<size_t>(limit));
    answer.warnings.AddWarning(std::string(kTruncated));
  }
  answer.json = "[";
  for (const model::Labels& labels : series) {
    if (answer.json.size() > 1) answer.json += ',';
    wire::AppendLabelsJson(&answer.json, labels);
  }
  answer.json += ']';
  return answer;
}

}  // namespace aion::api
