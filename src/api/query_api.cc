#include "api/query_api.h"

#include <algorithm>
#include <chrono>

#include "api/params.h"
#include "base/text.h"
#include "net/cors.h"
#include "promql/parse/parser.h"
#include "promql/parse/selectors.h"
#include "promql/plan/explain.h"
#include "wire/json.h"
#include "wire/prometheus_json.h"

namespace aion::api {
namespace {

constexpr int64_t kPointsMax = 11'000;
constexpr size_t kLoggedQueryBytesMax = 1024;
constexpr DurationMs kResolution5mMs = 300'000;
constexpr DurationMs kResolution1hMs = 3'600'000;

/// The engine's verdicts as the API's: whatever is not the text's fault or the clock's is
/// `execution`.
Status EngineError(const Status& status) {
  switch (promql::KindOf(status)) {
    case promql::ErrorKind::kBadData:
    case promql::ErrorKind::kCanceled:
    case promql::ErrorKind::kTimeout:
      return status;
    default:
      return FailedPreconditionError(std::string(status.message()));
  }
}

StatusOr<store::ShardInfo> ShardInfoOf(const net::Params& params) {
  store::ShardInfo info;
  const std::string_view text = params.Get("shard_info");
  if (text.empty()) return info;
  const auto fail = [](std::string_view why) {
    return InvalidArgumentError("could not unmarshal parameter shard_info: " + std::string(why));
  };
  auto parsed = wire::ParseJson(text);
  if (!parsed.ok()) return fail(parsed.status().message());
  if (!parsed->IsObject()) return fail("not an object");
  const auto number = [&](std::string_view name) -> int64_t {
    const wire::JsonValue* value = parsed->Find(name);
    return value == nullptr ? 0 : static_cast<int64_t>(value->NumberOr(0));
  };
  info.shard_index = number("shard_index");
  info.total_shards = number("total_shards");
  if (const wire::JsonValue* by = parsed->Find("by"); by != nullptr) info.by = by->BoolOr(false);
  if (const wire::JsonValue* labels = parsed->Find("labels");
      labels != nullptr && labels->IsArray()) {
    for (const wire::JsonValue& label : labels->items())
      info.labels.emplace_back(label.StringOr(""));
  }
  return info;
}

void AppendExplanation(const promql::ExplainNode& node, std::string* out) {
  *out += "{\"name\":";
  AppendJsonString(out, node.name);
  if (!node.children.empty()) {
    *out += ",\"children\":[";
    for (size_t i = 0; i < node.children.size(); ++i) {
      if (i > 0) out->push_back(',');
      AppendExplanation(node.children[i], out);
    }
    out->push_back(']');
  }
  out->push_back('}');
}

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Evaluation is one pass here: the parts upstream times besides it take no time of their own.
void AppendTimings(std::string* out, const QueryTimes& times) {
  const std::pair<std::string_view, double> timings[] = {
      {"evalTotalTime", times.eval_seconds},
      {"resultSortTime", 0},
      {"queryPreparationTime", 0},
      {"innerEvalTime", times.eval_seconds},
      {"execQueueTime", times.queue_seconds},
      {"execTotalTime", times.queue_seconds + times.eval_seconds}};
  char separator = '{';
  for (const auto& [name, seconds] : timings) {
    out->push_back(std::exchange(separator, ','));
    AppendJsonString(out, name);
    out->push_back(':');
    AppendGoFloat(out, seconds);
  }
  out->push_back('}');
}

void AppendStats(std::string* out, const promql::QueryStats& stats, const QueryTimes& times) {
  *out += ",\"stats\":{\"timings\":";
  AppendTimings(out, times);
  *out += ",\"samples\":{\"totalQueryableSamples\":" + std::to_string(stats.samples_total);
  if (!stats.samples_per_step.empty()) {
    *out += ",\"totalQueryableSamplesPerStep\":[";
    bool first = true;
    for (const auto& step : stats.samples_per_step) {
      if (!std::exchange(first, false)) out->push_back(',');
      out->push_back('[');
      AppendGoFloat(out, static_cast<double>(step.time) / 1000);
      *out += "," + std::to_string(step.samples) + "]";
    }
    out->push_back(']');
  }
  *out += ",\"peakSamples\":" + std::to_string(stats.samples_peak) + "}}";
}

}  // namespace

DurationMs LookbackFor(DurationMs configured_ms, bool dynamic, DurationMs max_resolution_ms) {
  if (!dynamic) return configured_ms;
  if (std::max(kResolution5mMs, configured_ms) < max_resolution_ms)
    return std::max(configured_ms, kResolution1hMs);
  if (configured_ms < max_resolution_ms) return std::max(configured_ms, kResolution5mMs);
  return configured_ms;
}

QueryApi::QueryApi(QueryApiParts parts, QueryApiOptions options)
    : parts_(std::move(parts)), options_(std::move(options)) {}

void QueryApi::AddRoutes(net::Router* router) const {
  const auto add = [&](std::string_view path, std::string name, bool post,
                       Answer (QueryApi::*method)(const net::Request&, const net::Params&) const) {
    const net::Handler handler = JsonHandler(
        [this, method](const net::Request& request, const net::Params& params) {
          return (this->*method)(request, params);
        },
        options_.cors);
    router->Handle("GET", path, name, handler);
    if (post) router->Handle("POST", path, name, handler);
  };
  add("/api/v1/query", "query", true, &QueryApi::Query);
  add("/api/v1/query_range", "query_range", true, &QueryApi::QueryRange);
  add("/api/v1/query_explain", "query", true, &QueryApi::QueryExplain);
  add("/api/v1/query_range_explain", "query", true, &QueryApi::QueryRangeExplain);
  add("/api/v1/labels", "label_names", true, &QueryApi::LabelNames);
  add("/api/v1/label/:name/values", "label_values", false, &QueryApi::LabelValues);
  add("/api/v1/series", "series", true, &QueryApi::Series);
}

StatusOr<query::QuerierOptions> QueryApi::QuerierOptionsOf(const net::Params& params,
                                                           DurationMs auto_resolution_ms,
                                                           bool instant) const {
  query::QuerierOptions result;
  ASSIGN_OR_RETURN(result.deduplicate, BoolParam(params, "dedup", true));
  result.replica_labels = params.GetAll("replicaLabels[]");
  if (result.replica_labels.empty()) result.replica_labels = options_.replica_labels;
  for (const std::string& text : params.GetAll("storeMatch[]")) {
    ASSIGN_OR_RETURN(auto matchers, promql::ParseMetricSelector(text));
    result.store_matchers.push_back(std::move(matchers));
  }
  ASSIGN_OR_RETURN(const bool partial,
                   BoolParam(params, "partial_response", options_.partial_response));
  result.partial_response =
      partial ? store::PartialResponse::kWarn : store::PartialResponse::kAbort;

  const std::string_view resolution = params.Get("max_source_resolution");
  const bool automatic = resolution == "auto" || options_.auto_downsampling || instant;
  if (automatic) result.max_source_resolution_ms = auto_resolution_ms;
  if (!resolution.empty() && resolution != "auto") {
    ASSIGN_OR_RETURN(const auto given, DurationParam(params, "max_source_resolution"));
    result.max_source_resolution_ms = *given;
  }
  if (result.max_source_resolution_ms < 0) {
    return InvalidArgumentError(
        "negative 'max_source_resolution' is not accepted. Try a positive integer");
  }
  ASSIGN_OR_RETURN(result.shard, ShardInfoOf(params));
  result.dedup_function = options_.dedup_function;
  result.response_batch_size = options_.response_batch_size;
  return result;
}

StatusOr<promql::QueryOptions> QueryApi::QueryOptionsOf(const net::Params& params,
                                                        DurationMs max_resolution_ms) const {
  promql::QueryOptions result;
  result.lookback_delta_ms =
      LookbackFor(options_.lookback_delta_ms, options_.dynamic_lookback_delta, max_resolution_ms);
  ASSIGN_OR_RETURN(const auto given, DurationParam(params, "lookback_delta"));
  if (given && *given > 0) result.lookback_delta_ms = *given;
  result.per_step_stats = params.Get("stats") == "all";
  return result;
}

StatusOr<std::string> QueryApi::EngineOf(const net::Params& params) const {
  std::string engine(params.Get("engine"));
  if (engine.empty()) engine = options_.default_engine;
  if (engine != "prometheus" && engine != "thanos")
    return InvalidArgumentError("'" + engine + "' bad engine");
  return engine;
}

StatusOr<std::string> QueryApi::TenantOf(const net::Request& request) const {
  std::string tenant(request.headers.Get(options_.tenant_header));
  // Compat: upstream's own header is looked at as well when another one is configured.
  if (tenant.empty()) tenant = request.headers.Get("THANOS-TENANT");
  if (tenant.empty()) tenant = options_.default_tenant;
  if (tenant.find('/') != std::string::npos || tenant == "." || tenant == "..") {
    return InvalidArgumentError("tenant name not valid");
  }
  return tenant;
}

std::optional<model::Matcher> QueryApi::TenantMatcher(std::string_view tenant) const {
  if (options_.enforced_tenant_label.empty()) return std::nullopt;
  return model::Matcher::Equal(options_.enforced_tenant_label, std::string(tenant));
}

StatusOr<promql::ExprPtr> QueryApi::ExprOf(const net::Request& request,
                                           const net::Params& params) const {
  ASSIGN_OR_RETURN(const std::string tenant, TenantOf(request));
  ASSIGN_OR_RETURN(promql::ExprPtr expr,
                   promql::ParseExpr(params.Get("query"), parts_.engine->options().parser));
  if (const auto matcher = TenantMatcher(tenant)) promql::EnforceMatcher(*matcher, expr.get());
  return expr;
}

StatusOr<series::RequestContext> QueryApi::ContextOf(const net::Request& request) const {
  series::RequestContext context;
  context.cancel = request.cancel;
  ASSIGN_OR_RETURN(context.tenant, TenantOf(request));
  context.request_id = std::string(request.headers.Get(kRequestIdHeader));
  return context;
}

query::SelectObserver QueryApi::SelectObserverFor(const std::string& tenant) const {
  if (parts_.metrics == nullptr) return nullptr;
  return [metrics = parts_.metrics, tenant](const query::SelectStats& stats) {
    metrics->Selected(tenant, stats.series, stats.samples, stats.seconds);
  };
}

void QueryApi::LogFailure(const Status& status, std::string_view query,
                          const series::RequestContext& context) const {
  const promql::ErrorKind kind = promql::KindOf(status);
  if (kind == promql::ErrorKind::kBadData || kind == promql::ErrorKind::kCanceled) return;
  parts_.logger.Warn("query failed", {{"query", query.substr(0, kLoggedQueryBytesMax)},
                                      {"tenant", context.tenant},
                                      {"request-id", context.request_id},
                                      {"err", status}});
}

Answer QueryApi::Run(const net::Request& request, const net::Params& params,
                     const query::QuerierOptions& querier, const Evaluate& evaluate) const {
  ASSIGN_OR_RETURN(const std::string engine, EngineOf(params));
  DurationMs timeout_ms = options_.query_timeout_ms;
  if (!params.Get("timeout").empty()) {
    ASSIGN_OR_RETURN(const DurationMs given, ParseDuration(params.Get("timeout")));
    timeout_ms = std::min(timeout_ms, given);
  }
  const CancelSource cancel(CancelToken::Clock::now() + std::chrono::milliseconds(timeout_ms),
                            request.cancel);
  MemoryAccountant accountant(options_.memory_budget_bytes);
  ASSIGN_OR_RETURN(series::RequestContext context, ContextOf(request));
  context.cancel = cancel.Token();
  context.accountant = &accountant;

  const QueryMetrics::Running running(parts_.metrics, engine);
  const auto asked = std::chrono::steady_clock::now();
  runtime::Gate::Permit permit;
  if (parts_.query_gate != nullptr) {
    auto entered = parts_.query_gate->Enter(context.cancel);
    if (!entered.ok()) return ExecutionError(entered.status());
    permit = std::move(entered).value();
  }
  query::ActiveQueries::Entry active;
  if (parts_.active_queries != nullptr) {
    active = parts_.active_queries->Insert(params.Get("query"), parts_.clock->NowMs());
  }
  const auto select_gate = parts_.make_select_gate ? parts_.make_select_gate() : nullptr;
  query::StoreQueryable queryable(parts_.store, querier, select_gate.get(),
                                  SelectObserverFor(context.tenant));
  const auto begun = std::chrono::steady_clock::now();
  auto result = evaluate(queryable, context);
  QueryTimes times;
  times.queue_seconds = Seconds(begun - asked);
  times.eval_seconds = Seconds(std::chrono::steady_clock::now() - begun);
  if (!result.ok()) {
    LogFailure(result.status(), params.Get("query"), context);
    return EngineError(result.status());
  }
  if (parts_.metrics != nullptr) parts_.metrics->Evaluated(engine, times, result->stats);

  AnswerData answer;
  answer.warnings = std::move(result->warnings);
  answer.json = "{";
  wire::AppendQueryValueJson(&answer.json, result->value);
  if (!params.Get("stats").empty()) AppendStats(&answer.json, result->stats, times);
  answer.json += ",\"analysis\":{}}";
  const std::string_view analyze = params.Get("analyze");
  if (analyze == "true" || analyze == "1") {
    answer.warnings.AddWarning(engine == "thanos"
                                   ? "Query fallback to prometheus engine; not analyzable."
                                   : "Query not analyzable; change engine to 'thanos'.");
  }
  return answer;
}

Answer QueryApi::Query(const net::Request& request, const net::Params& params) const {
  ASSIGN_OR_RETURN(const TimestampMs time, TimeParam(params, "time", parts_.clock->NowMs()));
  ASSIGN_OR_RETURN(const auto querier,
                   QuerierOptionsOf(params, options_.instant_max_source_resolution_ms, true));
  ASSIGN_OR_RETURN(const auto query_options,
                   QueryOptionsOf(params, querier.max_source_resolution_ms));
  ASSIGN_OR_RETURN(promql::ExprPtr expr, ExprOf(request, params));
  return Run(request, params, querier,
             [&](series::Queryable& queryable, const series::RequestContext& context) {
               return parts_.engine->InstantExpr(std::move(expr), params.Get("query"), time,
                                                 query_options, queryable, context);
             });
}

namespace {

/// Start, end and step of a range request; at most 11,000 points.
StatusOr<promql::RangeTimes> RangeTimesOf(const net::Params& params, DurationMs default_step_ms) {
  promql::RangeTimes times;
  ASSIGN_OR_RETURN(times.start, ParseTime(params.Get("start")));
  ASSIGN_OR_RETURN(times.end, ParseTime(params.Get("end")));
  if (times.end < times.start)
    return InvalidArgumentError("end timestamp must not be before start time");
  ASSIGN_OR_RETURN(const auto given_step, DurationParam(params, "step"));
  times.step_ms = given_step.value_or(
      std::max((times.end - times.start) / 1000 / 250, default_step_ms / 1000) * 1000);
  if (times.step_ms <= 0) {
    return InvalidArgumentError(
        "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  if ((times.end - times.start) / times.step_ms > kPointsMax) {
    return InvalidArgumentError(
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
        "resolution (?step=XX)");
  }
  return times;
}

}  // namespace

Answer QueryApi::QueryRange(const net::Request& request, const net::Params& params) const {
  ASSIGN_OR_RETURN(const promql::RangeTimes times, RangeTimesOf(params, options_.default_step_ms));
  if (parts_.metrics != nullptr)
    parts_.metrics->RangeAsked(static_cast<double>(times.end - times.start) / 1000);
  // Without a resolution given, at least five samples fit between two steps.
  ASSIGN_OR_RETURN(const auto querier, QuerierOptionsOf(params, times.step_ms / 5, false));
  ASSIGN_OR_RETURN(const auto query_options,
                   QueryOptionsOf(params, querier.max_source_resolution_ms));
  ASSIGN_OR_RETURN(promql::ExprPtr expr, ExprOf(request, params));
  return Run(request, params, querier,
             [&](series::Queryable& queryable, const series::RequestContext& context) {
               return parts_.engine->RangeExpr(std::move(expr), params.Get("query"), times,
                                               query_options, queryable, context);
             });
}

Answer QueryApi::Explain(const net::Params& params, const promql::EvalRange& range) const {
  ASSIGN_OR_RETURN(const std::string engine, EngineOf(params));
  if (engine != "thanos") return InvalidArgumentError("engine type must be 'thanos'");
  ASSIGN_OR_RETURN(promql::ExprPtr expr,
                   promql::ParseExpr(params.Get("query"), parts_.engine->options().parser));
  promql::PlanOptions options;
  options.range = range;
  options.lookback_ms = parts_.engine->options().lookback_delta_ms;
  ASSIGN_OR_RETURN(const promql::Plan plan, promql::MakePlan(std::move(expr), options));
  AnswerData answer;
  AppendExplanation(promql::Explain(plan), &answer.json);
  return answer;
}

Answer QueryApi::QueryExplain(const net::Request& /*request*/, const net::Params& params) const {
  ASSIGN_OR_RETURN(const TimestampMs time, TimeParam(params, "time", parts_.clock->NowMs()));
  return Explain(params, {time, time, 0});
}

Answer QueryApi::QueryRangeExplain(const net::Request& /*request*/,
                                   const net::Params& params) const {
  ASSIGN_OR_RETURN(const promql::RangeTimes times, RangeTimesOf(params, options_.default_step_ms));
  return Explain(params, {times.start, times.end, times.step_ms});
}

}  // namespace aion::api
