#include "fleet/fan_out.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "fleet/merge.h"
#include "fleet/parallel.h"
#include "store/contract/selection.h"

namespace aion::fleet {
namespace {

// One request to one endpoint.
template <typename Response>
struct Call {
  std::string address;
  std::function<StatusOr<Response>(const RequestContext&)> run;
};

// Runs the calls and hands each answer to `join`, in the order of the calls. `what` names the API
// in messages.
template <typename Response>
Status Gather(const std::vector<Call<Response>>& calls, std::string_view what,
              PartialResponse strategy, const RequestContext& context, size_t calls_max,
              model::Warnings* warnings, const std::function<void(Response)>& join) {
  std::vector<std::optional<StatusOr<Response>>> answers(calls.size());
  CancelSource source(context.cancel);
  RequestContext inner = context;
  inner.cancel = source.Token();
  std::mutex mutex;
  Status failure;  // Guarded by mutex: the one that ended the request.
  RunInParallel(calls.size(), calls_max, [&](size_t i) {
    if (inner.cancel.IsCancelled()) return;
    answers[i].emplace(calls[i].run(inner));
    if (answers[i]->ok() || strategy != PartialResponse::kAbort) return;
    const std::lock_guard lock(mutex);
    if (!failure.ok()) return;
    failure = answers[i]->status().WithContext("fetching " + std::string(what) + " from " +
                                               std::string(what) + " client " + calls[i].address);
    source.Cancel();
  });
  RETURN_IF_ERROR(failure);
  RETURN_IF_ERROR(context.cancel.Check());
  for (size_t i = 0; i < calls.size(); ++i) {
    if (!answers[i].has_value()) continue;
    if (!answers[i]->ok()) {
      warnings->AddWarning("fetching " + std::string(what) + " from " + std::string(what) +
                           " client " + calls[i].address + ": " + answers[i]->status().ToString());
      continue;
    }
    join(*std::move(*answers[i]));
  }
  return OkStatus();
}

// One call an endpoint that has the API. `has` and `call` are given the endpoint.
template <typename Response, typename Has, typename Run>
std::vector<Call<Response>> CallsTo(const EndpointList& endpoints, Has has, Run run) {
  std::vector<Call<Response>> calls;
  for (const std::shared_ptr<const Endpoint>& endpoint : endpoints) {
    if (!has(*endpoint)) continue;
    calls.push_back({endpoint->address, [endpoint, run](const RequestContext& context) {
                       return run(*endpoint, context);
                     }});
  }
  return calls;
}

template <typename T>
void MoveInto(std::vector<T> from, std::vector<T>* into) {
  std::move(from.begin(), from.end(), std::back_inserter(*into));
}

bool NamesLabel(const std::vector<model::Labels>& label_sets, std::string_view name) {
  return std::any_of(label_sets.begin(), label_sets.end(),
                     [&](const model::Labels& labels) { return labels.Has(name); });
}

}  // namespace

std::string ExemplarQueryFor(const std::vector<std::vector<model::Matcher>>& selectors,
                             const std::vector<model::Labels>& label_sets, bool keeps_external) {
  std::string query;
  for (const std::vector<model::Matcher>& selector : selectors) {
    if (!store::LabelSetsMatch(selector, label_sets)) continue;
    if (!query.empty()) query += "+";
    std::string matchers;
    for (const model::Matcher& matcher : selector) {
      if (!keeps_external && NamesLabel(label_sets, matcher.name())) continue;
      if (!matchers.empty()) matchers += ", ";
      matchers += matcher.ToString();
    }
    query += "{" + matchers + "}";
  }
  return query;
}

FanOut::FanOut(std::function<EndpointList()> endpoints, FanOutOptions options)
    : endpoints_(std::move(endpoints)), options_(std::move(options)) {}

StatusOr<RulesResponse> FanOut::Rules(const RulesRequest& request, const RequestContext& context) {
  const auto calls = CallsTo<RulesResponse>(
      endpoints_(), [](const Endpoint& endpoint) { return endpoint.HasRules(); },
      [&request](const Endpoint& endpoint, const RequestContext& inner) {
        return endpoint.clients.rules->Rules(request, inner);
      });
  RulesResponse response;
  RETURN_IF_ERROR(Gather<RulesResponse>(calls, "rules", request.partial_response, context,
                                        options_.calls_max, &response.warnings,
                                        [&](RulesResponse part) {
                                          response.warnings.Merge(part.warnings);
                                          MoveInto(std::move(part.groups), &response.groups);
                                        }));
  return response;
}

StatusOr<TargetsResponse> FanOut::Targets(const TargetsRequest& request,
                                          const RequestContext& context) {
  const auto calls = CallsTo<TargetsResponse>(
      endpoints_(), [](const Endpoint& endpoint) { return endpoint.HasTargets(); },
      [&request](const Endpoint& endpoint, const RequestContext& inner) {
        return endpoint.clients.targets->Targets(request, inner);
      });
  TargetsResponse response;
  RETURN_IF_ERROR(Gather<TargetsResponse>(calls, "targets", request.partial_response, context,
                                          options_.calls_max, &response.warnings,
                                          [&](TargetsResponse part) {
                                            response.warnings.Merge(part.warnings);
                                            MoveInto(std::move(part.active), &response.active);
                                            MoveInto(std::move(part.dropped), &response.dropped);
                                          }));
  return response;
}

StatusOr<MetadataResponse> FanOut::MetricMetadata(const MetadataRequest& request,
                                                  const RequestContext& context) {
  const auto calls = CallsTo<MetadataResponse>(
      endpoints_(), [](const Endpoint& endpoint) { return endpoint.HasMetadata(); },
      [&request](const Endpoint& endpoint, const RequestContext& inner) {
        return endpoint.clients.metadata->MetricMetadata(request, inner);
      });
  MetadataResponse response;
  RETURN_IF_ERROR(Gather<MetadataResponse>(
      calls, "metadata", request.partial_response, context, options_.calls_max, &response.warnings,
      [&](MetadataResponse part) { MergeMetadata(std::move(part), request.limit, &response); }));
  return response;
}

StatusOr<ExemplarsResponse> FanOut::Exemplars(const ExemplarsRequest& request,
                                              const RequestContext& context) {
  if (!options_.parsers.selectors_of)
    return UnimplementedError("exemplars: no PromQL parser was given");
  ASSIGN_OR_RETURN(const auto parsed, options_.parsers.selectors_of(request.query));
  std::vector<std::vector<model::Matcher>> selectors;
  for (const std::vector<model::Matcher>& selector : parsed) {
    if (auto left = store::StripExternalMatchers(selector, options_.selector_labels)) {
      selectors.push_back(*std::move(left));
    }
  }
  ExemplarsResponse response;
  if (selectors.empty()) return response;
  std::vector<Call<ExemplarsResponse>> calls;
  for (const std::shared_ptr<const Endpoint>& endpoint : endpoints_()) {
    if (!endpoint->HasExemplars()) continue;
    ExemplarsRequest inner_request = request;
    inner_request.query = ExemplarQueryFor(selectors, endpoint->info.label_sets,
                                           /*keeps_external=*/endpoint->component == "query");
    if (inner_request.query.empty()) continue;
    calls.push_back({endpoint->address, [endpoint, inner_request](const RequestContext& inner) {
                       return endpoint->clients.exemplars->Exemplars(inner_request, inner);
                     }});
  }
  RETURN_IF_ERROR(Gather<ExemplarsResponse>(calls, "exemplars", request.partial_response, context,
                                            options_.calls_max, &response.warnings,
                                            [&](ExemplarsResponse part) {
                                              response.warnings.Merge(part.warnings);
                                              MoveInto(std::move(part.series), &response.series);
                                            }));
  return response;
}

StatusOr<TsdbStatusResponse> FanOut::TsdbStatus(const TsdbStatusRequest& request,
                                                const RequestContext& context) {
  const auto calls = CallsTo<TsdbStatusResponse>(
      endpoints_(), [](const Endpoint& endpoint) { return endpoint.HasStatus(); },
      [&request](const Endpoint& endpoint, const RequestContext& inner) {
        return endpoint.clients.status->TsdbStatus(request, inner);
      });
  TsdbStatusResponse response;
  RETURN_IF_ERROR(Gather<TsdbStatusResponse>(
      calls, "tsdb statistics", request.partial_response, context, options_.calls_max,
      &response.warnings, [&](TsdbStatusResponse part) {
        response.warnings.Merge(part.warnings);
        for (const auto& [tenant, statistics] : part.by_tenant) {
          MergeTsdbStatistics(statistics, &response.by_tenant[tenant]);
        }
      }));
  return response;
}

Status FilterAndMergeRules(const RulesRequest& request, const SelectorParsers& parsers,
                           const std::vector<std::string>& replica_labels,
                           RulesResponse* response) {
  std::vector<std::vector<model::Matcher>> matchers;
  for (const std::string& text : request.matchers) {
    if (!parsers.selector) return UnimplementedError("rules: match[]: no PromQL parser was given");
    auto parsed = parsers.selector(text);
    if (!parsed.ok()) return parsed.status().WithContext("parser ParseMetricSelector");
    matchers.push_back(*std::move(parsed));
  }
  FilterRulesByMatchers(matchers, &response->groups);
  FilterRulesByNames(request, &response->groups);
  MergeRuleGroups(replica_labels, &response->groups);
  return OkStatus();
}

MergedApis::MergedApis(std::shared_ptr<FanOut> fan_out, SelectorParsers parsers,
                       std::vector<std::string> replica_labels)
    : fan_out_(std::move(fan_out)),
      parsers_(std::move(parsers)),
      replica_labels_(std::move(replica_labels)) {}

StatusOr<RulesResponse> MergedApis::Rules(const RulesRequest& request,
                                          const RequestContext& context) {
  ASSIGN_OR_RETURN(RulesResponse response, fan_out_->Rules(request, context));
  RETURN_IF_ERROR(FilterAndMergeRules(request, parsers_, replica_labels_, &response));
  return response;
}

StatusOr<TargetsResponse> MergedApis::Targets(const TargetsRequest& request,
                                              const RequestContext& context) {
  ASSIGN_OR_RETURN(TargetsResponse response, fan_out_->Targets(request, context));
  MergeTargets(replica_labels_, &response);
  return response;
}

StatusOr<MetadataResponse> MergedApis::MetricMetadata(const MetadataRequest& request,
                                                      const RequestContext& context) {
  return fan_out_->MetricMetadata(request, context);
}

StatusOr<ExemplarsResponse> MergedApis::Exemplars(const ExemplarsRequest& request,
                                                  const RequestContext& context) {
  ASSIGN_OR_RETURN(ExemplarsResponse response, fan_out_->Exemplars(request, context));
  MergeExemplars(replica_labels_, &response.series);
  return response;
}

StatusOr<TsdbStatusResponse> MergedApis::TsdbStatus(const TsdbStatusRequest& request,
                                                    const RequestContext& context) {
  return fan_out_->TsdbStatus(request, context);
}

}  // namespace aion::fleet
