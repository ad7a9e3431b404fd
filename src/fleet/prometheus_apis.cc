#include "fleet/prometheus_apis.h"

#include <algorithm>

#include "fleet/fan_out.h"
#include "fleet/merge.h"
#include "fleet/prometheus_json.h"

namespace aion::fleet {

PrometheusApis::PrometheusApis(std::shared_ptr<promclient::PrometheusClient> client,
                               std::function<model::Labels()> external_labels,
                               SelectorParsers parsers)
    : client_(std::move(client)),
      external_labels_(std::move(external_labels)),
      parsers_(std::move(parsers)) {}

StatusOr<RulesResponse> PrometheusApis::Rules(const RulesRequest& request,
                                              const RequestContext& context) {
  const std::string_view type = request.type == RulesRequest::Type::kAlert    ? "alert"
                                : request.type == RulesRequest::Type::kRecord ? "record"
                                                                              : "";
  ASSIGN_OR_RETURN(const wire::JsonValue data, client_->Rules(type, context.cancel));
  RulesResponse response;
  ASSIGN_OR_RETURN(response.groups, RuleGroupsFromJson(data));
  const model::Labels external = external_labels_();
  for (RuleGroup& group : response.groups) {
    // Compat: alert instances keep the labels Prometheus gave them.
    for (Rule& rule : group.rules) rule.labels = WithExternalLabels(rule.labels, external);
  }
  return response;
}

StatusOr<TargetsResponse> PrometheusApis::Targets(const TargetsRequest& request,
                                                  const RequestContext& context) {
  const std::string_view state = request.state == TargetsRequest::State::kActive    ? "active"
                                 : request.state == TargetsRequest::State::kDropped ? "dropped"
                                                                                    : "";
  ASSIGN_OR_RETURN(const wire::JsonValue data, client_->Targets(state, context.cancel));
  ASSIGN_OR_RETURN(TargetsResponse response, TargetsFromJson(data));
  const model::Labels external = external_labels_();
  for (ActiveTarget& target : response.active) {
    target.discovered_labels = WithExternalLabels(target.discovered_labels, external);
    target.labels = WithExternalLabels(target.labels, external);
  }
  for (DroppedTarget& target : response.dropped) {
    target.discovered_labels = WithExternalLabels(target.discovered_labels, external);
  }
  return response;
}

StatusOr<MetadataResponse> PrometheusApis::MetricMetadata(const MetadataRequest& request,
                                                          const RequestContext& context) {
  ASSIGN_OR_RETURN(const wire::JsonValue data,
                   client_->Metadata(request.metric, request.limit, context.cancel));
  return MetadataFromJson(data);
}

StatusOr<ExemplarsResponse> PrometheusApis::Exemplars(const ExemplarsRequest& request,
                                                      const RequestContext& context) {
  const model::Labels external = external_labels_();
  std::string query = request.query;
  if (parsers_.selectors_of) {
    ASSIGN_OR_RETURN(const auto selectors, parsers_.selectors_of(request.query));
    query = ExemplarQueryFor(selectors, {external}, /*keeps_external=*/false);
    if (query.empty()) return ExemplarsResponse();
  }
  ASSIGN_OR_RETURN(const wire::JsonValue data,
                   client_->Exemplars(query, request.range, context.cancel));
  ExemplarsResponse response;
  ASSIGN_OR_RETURN(response.series, ExemplarsFromJson(data));
  for (ExemplarSeries& series : response.series)
    series.labels = WithExternalLabels(series.labels, external);
  return response;
}

StatusOr<TsdbStatusResponse> PrometheusApis::TsdbStatus(const TsdbStatusRequest& request,
                                                        const RequestContext& context) {
  TsdbStatusResponse response;
  if (!model::MatchAll(request.matchers, external_labels_()) || !request.tenant.empty())
    return response;
  ASSIGN_OR_RETURN(const wire::JsonValue data, client_->TsdbStatus(request.limit, context.cancel));
  ASSIGN_OR_RETURN(response.by_tenant[""], TsdbStatisticsFromJson(data));
  return response;
}

}  // namespace aion::fleet
