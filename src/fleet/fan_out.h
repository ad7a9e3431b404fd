#pragma once

// FanOut: the small APIs over the whole fleet. Each call asks every endpoint that has the API, side
// by side, and joins the answers; a failing endpoint becomes a warning or, under the abort
// strategy, ends the call with kAborted-like status of that endpoint.
//
// FanOut gives the answers as they are, which is what a querier offers over gRPC to queriers above
// it. MergedApis removes replicas and filters (see `merge.h`), which is what HTTP clients see. Both
// are thread-safe.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fleet/contract/selectors.h"
#include "fleet/endpoint.h"

namespace aion::fleet {

struct FanOutOptions {
  SelectorParsers parsers;
  /// `selector-label`: exemplar selectors on these are evaluated here.
  model::Labels selector_labels;
  size_t calls_max = 32;  ///< Side by side, of one request.
};

class FanOut : public RulesApi,
               public TargetsApi,
               public MetadataApi,
               public ExemplarsApi,
               public StatusApi {
 public:
  /// `endpoints` is called once a request; it must be thread-safe and cheap.
  FanOut(std::function<EndpointList()> endpoints, FanOutOptions options);

  StatusOr<RulesResponse> Rules(const RulesRequest& request,
                                const RequestContext& context) override;
  StatusOr<TargetsResponse> Targets(const TargetsRequest& request,
                                    const RequestContext& context) override;
  StatusOr<MetadataResponse> MetricMetadata(const MetadataRequest& request,
                                            const RequestContext& context) override;
  /// The query goes to each endpoint as the selectors its label sets can match, without the
  /// matchers that its external labels already decide. kInvalidArgument when the query does not
  /// parse.
  StatusOr<ExemplarsResponse> Exemplars(const ExemplarsRequest& request,
                                        const RequestContext& context) override;
  /// Tenants of several endpoints are merged.
  StatusOr<TsdbStatusResponse> TsdbStatus(const TsdbStatusRequest& request,
                                          const RequestContext& context) override;

 private:
  const std::function<EndpointList()> endpoints_;
  const FanOutOptions options_;
};

class MergedApis : public RulesApi,
                   public TargetsApi,
                   public MetadataApi,
                   public ExemplarsApi,
                   public StatusApi {
 public:
  MergedApis(std::shared_ptr<FanOut> fan_out, SelectorParsers parsers,
             std::vector<std::string> replica_labels);

  StatusOr<RulesResponse> Rules(const RulesRequest& request,
                                const RequestContext& context) override;
  StatusOr<TargetsResponse> Targets(const TargetsRequest& request,
                                    const RequestContext& context) override;
  StatusOr<MetadataResponse> MetricMetadata(const MetadataRequest& request,
                                            const RequestContext& context) override;
  StatusOr<ExemplarsResponse> Exemplars(const ExemplarsRequest& request,
                                        const RequestContext& context) override;
  StatusOr<TsdbStatusResponse> TsdbStatus(const TsdbStatusRequest& request,
                                          const RequestContext& context) override;

 private:
  const std::shared_ptr<FanOut> fan_out_;
  const SelectorParsers parsers_;
  const std::vector<std::string> replica_labels_;
};

/// The filters and deduplication of rules, for any RulesApi (the ruler's own rules too).
/// kInvalidArgument when a matcher does not parse.
Status FilterAndMergeRules(const RulesRequest& request, const SelectorParsers& parsers,
                           const std::vector<std::string>& replica_labels, RulesResponse* response);

/// The exemplar query for one endpoint: `{…}+{…}`, or "" when none of the selectors can match
/// there. With `keeps_external` (queriers) matchers on its labels stay.
std::string ExemplarQueryFor(const std::vector<std::vector<model::Matcher>>& selectors,
                             const std::vector<model::Labels>& label_sets, bool keeps_external);

}  // namespace aion::fleet
