#pragma once

// PrometheusStore: one Prometheus as a Store, over its remote read and label APIs. What a sidecar
// serves.
//
//   Series      matchers on external labels are decided here and dropped → remote read, streamed →
//   labels rewritten
//               (external over own, replica labels gone) → put in order → frames
//   skip_chunks the series API instead
//   names,      the label APIs, with matchers where this Prometheus takes them, else from the
//   series API values
//
// Nothing is held longer than the order needs (see `series_order.h`); a consumer that stops pulling
// stops the socket. Thread-safe.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "promclient/prometheus.h"
#include "promclient/sidecar_state.h"
#include "store/contract/store.h"
#include "store/promread/native_labels.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aion::store {

struct PrometheusStoreOptions {
  /// How long the label names of Prometheus' series are remembered.
  std::chrono::milliseconds label_names_lifetime{30'000};
};

class PrometheusStore : public Store {
 public:
  /// `state` tells external labels, range and version at each call; thread-safe and cheap.
  /// `registry` is unprefixed: the histogram is `prometheus_store_received_frames`.
  PrometheusStore(std::shared_ptr<promclient::PrometheusClient> client,
                  std::function<promclient::SidecarSnapshot()> state, telemetry::Logger logger,
                  const telemetry::Registry& registry, PrometheusStoreOptions options = {});

  std::string Name() const override { return "sidecar " + client_->base_url(); }
  StoreInfo Info() const override;
  /// kInvalidArgument `no matchers specified (excluding external labels)`.
  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest& request,
                                                 const RequestContext& context) override;
  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest& request,
                                      const RequestContext& context) override;
  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest& request,
                                       const RequestContext& context) override;

 private:
  StatusOr<std::unique_ptr<SeriesStream>> LabelsOnly(const SeriesRequest& request,
                                                     const std::vector<model::Matcher>& matchers,
                                                     const model::QueryRange& range,
                                                     const model::Labels& external,
                                                     const RequestContext& context);

  const std::shared_ptr<promclient::PrometheusClient> client_;
  const std::function<promclient::SidecarSnapshot()> state_;
  const telemetry::Logger logger_;
  telemetry::Histogram& frames_received_;
  const std::shared_ptr<NativeLabels> native_labels_;
};

}  // namespace aion::store
