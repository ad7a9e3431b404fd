#pragma once

// QueryMetrics: how many queries run, how long their parts take and what their selects read, under
// the names of upstream's engines, querier and StoreAPI client. Thread-safe; must outlive the
// queries.
//
// Compat: `prometheus_engine_query_duration_seconds` is a histogram here, a summary upstream:
// `_sum` and `_count` are the same, quantiles come from buckets.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "promql/engine.h"
#include "telemetry/metrics.h"

namespace aion::api {

struct QueryMetricsOptions {
  int64_t concurrent_max = -1;  ///< -1 says that nothing keeps count of it.
  std::vector<double> select_seconds = {0.1, 0.25, 0.75, 1.25, 1.75, 2.5, 3, 5, 10};
  std::vector<double> select_samples = {100, 1000, 10'000, 100'000, 1'000'000};
  std::vector<double> select_series = {10, 100, 1000, 10'000, 100'000};
};

struct QueryTimes {
  double queue_seconds = 0;  ///< Waiting for a turn.
  double eval_seconds = 0;
};

class QueryMetrics {
 public:
  /// `registry` has no prefix.
  QueryMetrics(const telemetry::Registry& registry, QueryMetricsOptions options);

  /// Counts a query as running while it lives. `metrics` may be null.
  class Running {
   public:
    Running(QueryMetrics* metrics, std::string_view engine);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    telemetry::Gauge* gauge_ = nullptr;
  };

  void Evaluated(std::string_view engine, const QueryTimes& times, const promql::QueryStats& stats);
  void RangeAsked(double seconds) { range_seconds_.Observe(seconds); }
  /// One select of a query; selects that read nothing are left out.
  void Selected(std::string_view tenant, uint64_t series, uint64_t samples, double seconds);

 private:
  static constexpr size_t kSliceCount = 4;
  struct EngineSlices {
    explicit EngineSlices(const telemetry::Registry& registry);
    std::array<telemetry::Histogram*, kSliceCount> seconds, histogram_seconds;
    void Observe(size_t slice, double value);
  };

  const QueryMetricsOptions options_;
  telemetry::Gauge& prometheus_running_;
  telemetry::Gauge& thanos_running_;
  telemetry::Counter& thanos_total_;
  telemetry::Counter& samples_total_;
  telemetry::Counter& samples_read_total_;
  telemetry::Histogram& range_seconds_;
  telemetry::Family<telemetry::Histogram> select_seconds_;
  EngineSlices slices_;
};

}  // namespace aion::api
