#include "api/query_metrics.h"

#include <algorithm>

#include "base/text.h"

namespace aion::api {
namespace {

constexpr std::array<std::string_view, 4> kSlices = {"queue_time", "prepare_time", "inner_eval",
                                                     "result_sort"};
constexpr size_t kQueueSlice = 0, kInnerSlice = 2;

telemetry::Registry OfEngine(const telemetry::Registry& registry, std::string engine,
                             std::string mode = "local") {
  return registry.WithLabels({{"engine", std::move(engine)}, {"mode", std::move(mode)}});
}

/// The first bound at or over the value, as a label.
std::string BoundText(uint64_t value, const std::vector<double>& bounds) {
  const auto number = static_cast<double>(value);
  if (bounds.empty() || number >= bounds.back()) return "+Inf";
  std::string text;
  AppendGoFloat(&text, *std::lower_bound(bounds.begin(), bounds.end(), number));
  return text;
}

}  // namespace

QueryMetrics::EngineSlices::EngineSlices(const telemetry::Registry& registry) {
  auto times = registry.AddHistogramFamily("prometheus_engine_query_duration_seconds",
                                           "Query timings", {"slice"});
  auto parts = registry.AddHistogramFamily(
      "prometheus_engine_query_duration_histogram_seconds",
      "The duration of various parts of PromQL query execution.", {"slice"}, {0.01, 0.1, 1, 10});
  for (size_t i = 0; i < kSliceCount; ++i) {
    seconds[i] = &times.With({kSlices[i]});
    histogram_seconds[i] = &parts.With({kSlices[i]});
  }
}

void QueryMetrics::EngineSlices::Observe(size_t slice, double value) {
  seconds[slice]->Observe(value);
  histogram_seconds[slice]->Observe(value);
}

QueryMetrics::QueryMetrics(const telemetry::Registry& registry, QueryMetricsOptions options)
    : options_(std::move(options)),
      prometheus_running_(
          OfEngine(registry, "prometheus")
              .AddGauge("prometheus_engine_queries",
                        "The current number of queries being executed or waiting.")),
      thanos_running_(OfEngine(registry, "thanos")
                          .AddGauge("thanos_engine_queries",
                                    "The current number of queries being executed or waiting.")),
      thanos_total_(OfEngine(registry, "thanos")
                        .AddCounter("thanos_engine_queries_total", "Number of PromQL queries.")),
      samples_total_(OfEngine(registry, "prometheus")
                         .AddCounter("prometheus_engine_query_samples_total",
                                     "The total number of samples loaded by all queries (full "
                                     "window per step for range-vector).")),
      samples_read_total_(OfEngine(registry, "prometheus")
                              .AddCounter("prometheus_engine_query_samples_read_total",
                                          "The total number of samples read by all queries (only "
                                          "new points per step for range-vector).")),
      range_seconds_(registry.AddHistogram("thanos_query_range_requested_timespan_duration_seconds",
                                           "A histogram of the query range window in seconds",
                                           telemetry::ExponentialBuckets(15 * 60, 2, 12))),
      select_seconds_(registry.AddHistogramFamily(
          "thanos_store_api_query_duration_seconds",
          "Duration of the Thanos Store API select phase for a query.",
          {"series_le", "samples_le", "tenant"}, options_.select_seconds)),
      slices_(OfEngine(registry, "prometheus")) {
  const telemetry::Registry prometheus = OfEngine(registry, "prometheus");
  prometheus
      .AddGauge("prometheus_engine_queries_concurrent_max", "The max number of concurrent queries.")
      .Set(static_cast<double>(options_.concurrent_max));
  // There is no query log, here as in upstream's querier.
  prometheus.AddGauge("prometheus_engine_query_log_enabled", "State of the query log.");
  prometheus.AddCounter("prometheus_engine_query_log_failures_total",
                        "The number of query log failures.");
}

QueryMetrics::Running::Running(QueryMetrics* metrics, std::string_view engine) {
  if (metrics == nullptr) return;
  const bool thanos = engine == "thanos";
  gauge_ = thanos ? &metrics->thanos_running_ : &metrics->prometheus_running_;
  gauge_->Add();
  if (thanos) metrics->thanos_total_.Add();
}

QueryMetrics::Running::~Running() {
  if (gauge_ != nullptr) gauge_->Sub();
}

void QueryMetrics::Evaluated(std::string_view engine, const QueryTimes& times,
                             const promql::QueryStats& stats) {
  if (engine == "thanos") return;  // Upstream's other engine counts queries only.
  slices_.Observe(kQueueSlice, times.queue_seconds);
  slices_.Observe(kInnerSlice, times.eval_seconds);
  samples_total_.Add(static_cast<double>(stats.samples_total));
  samples_read_total_.Add(static_cast<double>(stats.samples_read));
}

void QueryMetrics::Selected(std::string_view tenant, uint64_t series, uint64_t samples,
                            double seconds) {
  if (series == 0 || samples == 0) return;
  select_seconds_
      .With({BoundText(series, options_.select_series), BoundText(samples, options_.select_samples),
             tenant})
      .Observe(seconds);
}

}  // namespace aion::api
