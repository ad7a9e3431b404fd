#include "store/rpc/request_conversion.h"

#include "wire/hints.h"

namespace aion::store::internal {
namespace {

constexpr int32_t kWireAbort = 1;

PartialResponse StrategyOf(bool disabled, int32_t strategy) {
  return disabled || strategy == kWireAbort ? PartialResponse::kAbort : PartialResponse::kWarn;
}

std::string HintsToWire(wire::HintsOf of, const std::vector<model::Matcher>& block_matchers,
                        bool stats) {
  if (block_matchers.empty() && !stats) return {};
  return wire::EncodeRequestHints(of, {block_matchers, stats});
}

void LabelsToWire(wire::HintsOf of, const LabelNamesRequest& from, wire::LabelNamesRequest* to) {
  to->partial_response_disabled = from.partial_response == PartialResponse::kAbort;
  to->partial_response_strategy = static_cast<int32_t>(from.partial_response);
  to->start = from.range.min;
  to->end = from.range.max;
  to->hints = HintsToWire(of, from.block_matchers, false);
  to->matchers = from.matchers;
  to->without_replica_labels = from.without_replica_labels;
  to->limit = from.limit;
}

Status LabelsFromWire(wire::HintsOf of, const wire::LabelNamesRequest& from,
                      LabelNamesRequest* to) {
  to->range = {from.start, from.end};
  to->matchers = from.matchers;
  to->partial_response = StrategyOf(from.partial_response_disabled, from.partial_response_strategy);
  to->without_replica_labels = from.without_replica_labels;
  to->limit = from.limit;
  ASSIGN_OR_RETURN(auto hints, wire::DecodeRequestHints(of, from.hints));
  if (hints) to->block_matchers = std::move(hints->block_matchers);
  return OkStatus();
}

bool HasHints(const series::SelectHints& hints) {
  return hints.step_ms != 0 || hints.range_ms != 0 || !hints.function.empty() || hints.by ||
         !hints.grouping.empty() || hints.has_projection;
}

}  // namespace

wire::SeriesRequest ToWire(const SeriesRequest& request) {
  wire::SeriesRequest to;
  to.min_time = request.range.min;
  to.max_time = request.range.max;
  to.matchers = request.matchers;
  to.max_resolution_window_ms = request.max_resolution_window_ms;
  for (const series::Aggregate aggregate : request.aggregates)
    to.aggregates.push_back(static_cast<int32_t>(aggregate));
  to.partial_response_disabled = request.partial_response == PartialResponse::kAbort;
  to.partial_response_strategy = static_cast<int32_t>(request.partial_response);
  to.skip_chunks = request.skip_chunks;
  to.hints =
      HintsToWire(wire::HintsOf::kSeries, request.block_matchers, request.enable_query_stats);
  const series::SelectHints& hints = request.hints;
  to.step_ms = hints.step_ms;
  to.range_ms = hints.range_ms;
  to.has_query_hints = HasHints(hints);
  to.query_hints.step_ms = hints.step_ms;
  to.query_hints.function = hints.function;
  to.query_hints.has_grouping = hints.by || !hints.grouping.empty();
  to.query_hints.by = hints.by;
  to.query_hints.grouping = hints.grouping;
  to.query_hints.range_ms = hints.range_ms;
  to.query_hints.projection_labels = hints.projection_labels;
  to.query_hints.projection_include = hints.projection_include;
  to.has_shard_info = request.shard.total_shards != 0;
  to.shard_info = {request.shard.shard_index, request.shard.total_shards, request.shard.by,
                   request.shard.labels};
  to.without_replica_labels = request.without_replica_labels;
  to.limit = request.limit;
  to.response_batch_size = request.response_batch_size;
  return to;
}

StatusOr<SeriesRequest> FromWire(const wire::SeriesRequest& from) {
  SeriesRequest to;
  to.range = {from.min_time, from.max_time};
  to.matchers = from.matchers;
  to.max_resolution_window_ms = from.max_resolution_window_ms;
  for (const int32_t aggregate : from.aggregates) {
    // A kind we do not know is one we do not have.
    if (aggregate < 0 || aggregate >= series::kAggregateCount) continue;
    to.aggregates.push_back(static_cast<series::Aggregate>(aggregate));
  }
  to.partial_response = StrategyOf(from.partial_response_disabled, from.partial_response_strategy);
  to.skip_chunks = from.skip_chunks;
  const wire::QueryHints& hints = from.query_hints;
  to.hints.step_ms = from.has_query_hints ? hints.step_ms : from.step_ms;
  to.hints.range_ms = from.has_query_hints ? hints.range_ms : from.range_ms;
  to.hints.function = hints.function;
  to.hints.by = hints.by;
  to.hints.grouping = hints.grouping;
  to.hints.projection_labels = hints.projection_labels;
  to.hints.projection_include = hints.projection_include;
  to.hints.has_projection = hints.projection_include || !hints.projection_labels.empty();
  to.hints.skip_samples = from.skip_chunks;
  to.hints.limit = from.limit;
  to.shard = {from.shard_info.shard_index, from.shard_info.total_shards, from.shard_info.by,
              from.shard_info.labels};
  to.without_replica_labels = from.without_replica_labels;
  to.limit = from.limit;
  to.response_batch_size = from.response_batch_size;
  ASSIGN_OR_RETURN(auto request_hints,
                   wire::DecodeRequestHints(wire::HintsOf::kSeries, from.hints));
  if (request_hints) {
    to.block_matchers = std::move(request_hints->block_matchers);
    to.enable_query_stats = request_hints->enable_query_stats;
  }
  return to;
}

wire::LabelNamesRequest ToWire(const LabelNamesRequest& request) {
  wire::LabelNamesRequest to;
  LabelsToWire(wire::HintsOf::kLabelNames, request, &to);
  return to;
}

wire::LabelValuesRequest ToWire(const LabelValuesRequest& request) {
  wire::LabelValuesRequest to;
  LabelsToWire(wire::HintsOf::kLabelValues, request, &to);
  to.label = request.label;
  return to;
}

StatusOr<LabelNamesRequest> FromWire(const wire::LabelNamesRequest& request) {
  LabelNamesRequest to;
  RETURN_IF_ERROR(LabelsFromWire(wire::HintsOf::kLabelNames, request, &to));
  return to;
}

StatusOr<LabelValuesRequest> FromWire(const wire::LabelValuesRequest& request) {
  LabelValuesRequest to;
  RETURN_IF_ERROR(LabelsFromWire(wire::HintsOf::kLabelValues, request, &to));
  to.label = request.label;
  return to;
}

RequestContext ContextOf(const net::ServerCall& call) {
  RequestContext context;
  context.cancel = call.cancel;
  context.tenant = call.Metadata(net::kTenantMetadataKey);
  context.request_id = call.Metadata(net::kRequestIdMetadataKey);
  return context;
}

net::GrpcCallOptions CallOptionsOf(const RequestContext& context) {
  net::GrpcCallOptions options;
  options.cancel = context.cancel;
  if (!context.tenant.empty()) options.metadata.emplace(net::kTenantMetadataKey, context.tenant);
  if (!context.request_id.empty())
    options.metadata.emplace(net::kRequestIdMetadataKey, context.request_id);
  return options;
}

}  // namespace aion::store::internal
