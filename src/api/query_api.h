#pragma once

// /api/v1/query and /api/v1/query_range, GET and POST: parameters to an engine call over the proxy,
// its result to JSON. The object is immutable after construction and serves any number of requests
// at once; it must outlive the router.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/query_metrics.h"
#include "api/respond.h"
#include "base/clock.h"
#include "promql/engine.h"
#include "promql/plan/plan.h"
#include "query/active_queries.h"
#include "query/querier.h"
#include "runtime/gate.h"
#include "store/contract/store.h"
#include "telemetry/log.h"

namespace aion::api {

struct QueryApiOptions {
  std::vector<std::string> replica_labels;
  series::DedupFunction dedup_function = series::DedupFunction::kPenalty;
  bool partial_response = true;
  bool auto_downsampling = false;
  DurationMs instant_max_source_resolution_ms = 0;
  DurationMs default_step_ms = 1000;
  DurationMs query_timeout_ms = 120'000;
  /// 0: the engine's default of five minutes.
  DurationMs lookback_delta_ms = 0;
  bool dynamic_lookback_delta = true;
  std::string default_engine = "prometheus";
  DurationMs metadata_default_range_ms = 0;  ///< 0: all time.
  int64_t response_batch_size = 64;
  /// What one query may hold in memory; 0 for no limit.
  uint64_t memory_budget_bytes = 0;
  std::string tenant_header = "THANOS-TENANT";
  std::string default_tenant = "default-tenant";
  /// Every selector is made to ask for this label with the request's tenant as value; empty: no
  /// enforcement.
  std::string enforced_tenant_label;
  bool cors = true;
};

/// Everything a request needs besides its parameters. Pointers are not owned; all thread-safe.
struct QueryApiParts {
  const promql::Engine* engine = nullptr;
  std::shared_ptr<store::Store> store;
  runtime::Gate* query_gate = nullptr;  ///< May be null.
  /// A gate for the selects of one query; null for none.
  std::function<std::unique_ptr<runtime::Gate>()> make_select_gate;
  QueryMetrics* metrics = nullptr;                 ///< May be null.
  query::ActiveQueries* active_queries = nullptr;  ///< May be null.
  const Clock* clock = &Clock::System();
  telemetry::Logger logger;  ///< Told of queries that failed by no fault of their text.
};

class QueryApi {
 public:
  QueryApi(QueryApiParts parts, QueryApiOptions options);

  /// Adds query, query_range and their explain twins, labels, label values and series.
  void AddRoutes(net::Router* router) const;

  Answer Query(const net::Request& request, const net::Params& params) const;
  Answer QueryRange(const net::Request& request, const net::Params& params) const;
  Answer QueryExplain(const net::Request& request, const net::Params& params) const;
  Answer QueryRangeExplain(const net::Request& request, const net::Params& params) const;
  Answer LabelNames(const net::Request& request, const net::Params& params) const;
  Answer LabelValues(const net::Request& request, const net::Params& params) const;
  Answer Series(const net::Request& request, const net::Params& params) const;

 private:
  StatusOr<query::QuerierOptions> QuerierOptionsOf(const net::Params& params,
                                                   DurationMs auto_resolution_ms,
                                                   bool instant) const;
  StatusOr<promql::QueryOptions> QueryOptionsOf(const net::Params& params,
                                                DurationMs max_resolution_ms) const;
  StatusOr<std::string> EngineOf(const net::Params& params) const;
  /// kInvalidArgument when the name could be a path.
  StatusOr<std::string> TenantOf(const net::Request& request) const;
  /// The matcher every selector gets; nullopt without enforcement.
  std::optional<model::Matcher> TenantMatcher(std::string_view tenant) const;
  StatusOr<promql::ExprPtr> ExprOf(const net::Request& request, const net::Params& params) const;
  StatusOr<std::vector<std::vector<model::Matcher>>> MatcherSetsOf(const net::Request& request,
                                                                   const net::Params& params) const;
  StatusOr<series::RequestContext> ContextOf(const net::Request& request) const;
  Answer Explain(const net::Params& params, const promql::EvalRange& range) const;
  query::SelectObserver SelectObserverFor(const std::string& tenant) const;
  void LogFailure(const Status& status, std::string_view query,
                  const series::RequestContext& context) const;
  using Evaluate = std::function<StatusOr<promql::QueryResult>(series::Queryable&,
                                                               const series::RequestContext&)>;
  /// Runs `evaluate` under the query gate, the timeout and a memory account, and prints its result.
  Answer Run(const net::Request& request, const net::Params& params,
             const query::QuerierOptions& querier, const Evaluate& evaluate) const;

  template <typename LabelsRequest>
  StatusOr<LabelsRequest> LabelsRequestOf(const net::Params& params) const;
  template <typename Ask>
  Answer AskLabels(const net::Request& request, const net::Params& params, const Ask& ask) const;

  QueryApiParts parts_;
  QueryApiOptions options_;
};

/// The lookback for a query whose data may have the given resolution; 0 for the engine's own.
/// Compat: any allowed downsampling lifts an unset lookback to 5 m, and beyond 5 m to 1 h.
DurationMs LookbackFor(DurationMs configured_ms, bool dynamic, DurationMs max_resolution_ms);

}  // namespace aion::api
