#include "promql/engine.h"

#include <chrono>

#include "promql/exec/execute.h"
#include "promql/plan/plan.h"

namespace aion::promql {
namespace {

ExecOptions ExecOptionsOf(const EngineOptions& engine, const QueryOptions& query) {
  ExecOptions options;
  options.lookback_ms =
      query.lookback_delta_ms > 0 ? query.lookback_delta_ms : engine.lookback_delta_ms;
  options.max_samples = engine.max_samples;
  options.default_subquery_step = engine.default_subquery_step_ms;
  options.pool = engine.pool;
  options.delayed_name_removal = engine.delayed_name_removal;
  options.type_and_unit_labels = engine.type_and_unit_labels;
  options.use_start_timestamps = engine.use_start_timestamps;
  options.per_step_stats = engine.per_step_stats && query.per_step_stats;
  return options;
}

QueryStats StatsOf(const Query& query) {
  QueryStats stats;
  stats.samples_total = query.samples_total;
  stats.samples_peak = query.samples.peak();
  stats.samples_read = query.samples_read;
  const EvalRange& range = query.plan.range;
  for (size_t step = 0; step < query.samples_per_step.size(); ++step) {
    stats.samples_per_step.push_back(
        {range.StepTime(static_cast<int64_t>(step)), query.samples_per_step[step]});
  }
  return stats;
}

StatusOr<QueryResult> Run(const EngineOptions& engine, const QueryOptions& query_options,
                          ExprPtr expr, std::string_view text, const EvalRange& range,
                          series::Queryable& queryable, const series::RequestContext& context) {
  const ExecOptions options = ExecOptionsOf(engine, query_options);
  PlanOptions plan_options;
  plan_options.range = range;
  plan_options.lookback_ms = options.lookback_ms;
  plan_options.default_subquery_step = options.default_subquery_step;
  ASSIGN_OR_RETURN(const Plan plan, MakePlan(std::move(expr), plan_options));

  series::RequestContext request = context;
  std::optional<CancelSource> timeout;
  if (engine.timeout_ms > 0) {
    timeout.emplace(CancelToken::Clock::now() + std::chrono::milliseconds(engine.timeout_ms),
                    context.cancel);
    request.cancel = timeout->Token();
  }
  Query query(options, plan, queryable, request);
  ASSIGN_OR_RETURN(model::QueryValue value, Execute(query));
  QueryResult result;
  result.value = std::move(value);
  result.warnings = std::move(query.warnings);
  query.annotations.Render(text, &result.warnings);
  result.stats = StatsOf(query);
  return result;
}

}  // namespace

Engine::Engine(EngineOptions options) : options_(std::move(options)) {
  options_.parser.x_functions |= options_.thanos_x_functions;
}

StatusOr<QueryResult> Engine::Instant(std::string_view query, TimestampMs time,
                                      const QueryOptions& query_options,
                                      series::Queryable& queryable,
                                      const series::RequestContext& context) const {
  ASSIGN_OR_RETURN(ExprPtr expr, ParseExpr(query, options_.parser));
  return InstantExpr(std::move(expr), query, time, query_options, queryable, context);
}

StatusOr<QueryResult> Engine::Range(std::string_view query, const RangeTimes& times,
                                    const QueryOptions& query_options, series::Queryable& queryable,
                                    const series::RequestContext& context) const {
  ASSIGN_OR_RETURN(ExprPtr expr, ParseExpr(query, options_.parser));
  return RangeExpr(std::move(expr), query, times, query_options, queryable, context);
}

StatusOr<QueryResult> Engine::InstantExpr(ExprPtr expr, std::string_view query, TimestampMs time,
                                          const QueryOptions& query_options,
                                          series::Queryable& queryable,
                                          const series::RequestContext& context) const {
  return Run(options_, query_options, std::move(expr), query, {time, time, 0}, queryable, context);
}

StatusOr<QueryResult> Engine::RangeExpr(ExprPtr expr, std::string_view query,
                                        const RangeTimes& times, const QueryOptions& query_options,
                                        series::Queryable& queryable,
                                        const series::RequestContext& context) const {
  if (times.step_ms <= 0)
    return InvalidArgumentError("zero or negative query resolution step widths are not accepted");
  int64_t length = 0;
  if (__builtin_sub_overflow(times.end, times.start, &length)) {
    return InvalidArgumentError("time range of the query is too long");
  }
  return Run(options_, query_options, std::move(expr), query,
             {times.start, times.end, times.step_ms}, queryable, context);
}

ErrorKind KindOf(const Status& status) {
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
      return ErrorKind::kBadData;
    case StatusCode::kFailedPrecondition:
    case StatusCode::kResourceExhausted:
    case StatusCode::kUnimplemented:
      return ErrorKind::kExecution;
    case StatusCode::kCancelled:
      return ErrorKind::kCanceled;
    case StatusCode::kDeadlineExceeded:
      return ErrorKind::kTimeout;
    default:
      return ErrorKind::kInternal;
  }
}

}  // namespace aion::promql
