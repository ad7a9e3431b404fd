#pragma once

// PrometheusApis: the small APIs of one Prometheus over its HTTP API, as a sidecar offers them.
// External labels are set over the labels of rules, targets and exemplar series; the status is
// given under tenant "" and only when the request's matchers match the external labels.
// Thread-safe.

#include <functional>
#include <memory>

#include "fleet/contract/exemplars.h"
#include "fleet/contract/metadata.h"
#include "fleet/contract/rules.h"
#include "fleet/contract/selectors.h"
#include "fleet/contract/targets.h"
#include "fleet/contract/tsdb_status.h"
#include "promclient/prometheus.h"

namespace aion::fleet {

class PrometheusApis : public RulesApi,
                       public TargetsApi,
                       public MetadataApi,
                       public ExemplarsApi,
                       public StatusApi {
 public:
  /// `external_labels` is called once a request; thread-safe and cheap. With
  /// `parsers.selectors_of`, matchers on external labels in exemplar queries are checked and
  /// dropped; without it the query is sent as it is.
  PrometheusApis(std::shared_ptr<promclient::PrometheusClient> client,
                 std::function<model::Labels()> external_labels, SelectorParsers parsers = {});

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
  const std::shared_ptr<promclient::PrometheusClient> client_;
  const std::function<model::Labels()> external_labels_;
  const SelectorParsers parsers_;
};

}  // namespace aion::fleet
