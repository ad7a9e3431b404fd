#include <unistd.h>

#include "api/query_api.h"
#include "api/query_metrics.h"
#include "api/small_apis.h"
#include "api/status_api.h"
#include "app/builders.h"
#include "app/components.h"
#include "app/version.h"
#include "base/text.h"
#include "config/path_or_content.h"
#include "fleet/fan_out.h"
#include "fleet/rpc_services.h"
#include "net/dns.h"
#include "promql/parse/selectors.h"
#include "query/active_queries.h"
#include "runtime/thread_pool.h"
#include "store/proxy/proxy.h"
#include "store/proxy/tsdb_selector.h"
#include "store/rpc/store_service.h"
#include "ui/routes.h"
#include "ui/shell.h"

namespace aion::app {
namespace {

using config::FlagValues;

net::GrpcClientTls TlsOf(const FlagValues& flags) {
  net::GrpcClientTls tls;
  tls.enabled = flags.Bool("grpc-client-tls-secure");
  tls.skip_verify = flags.Bool("grpc-client-tls-skip-verify");
  tls.cert_file = flags.String("grpc-client-tls-cert");
  tls.key_file = flags.String("grpc-client-tls-key");
  tls.ca_file = flags.String("grpc-client-tls-ca");
  tls.server_name = flags.String("grpc-client-server-name");
  return tls;
}

fleet::EndpointSourcesOptions SourcesOf(const FlagValues& flags) {
  fleet::EndpointSourcesOptions options;
  options.config = config::PathOrContent::FromFlags(flags, "endpoint.sd-config", false, false);
  options.config_reload_interval =
      std::chrono::milliseconds(flags.Duration("endpoint.sd-config-reload-interval"));
  options.endpoints = {flags.Strings("endpoint"), flags.Strings("endpoint-group"),
                       flags.Strings("endpoint-strict"), flags.Strings("endpoint-group-strict")};
  options.file_patterns = flags.Strings("store.sd-files");
  options.file_interval = std::chrono::milliseconds(flags.Duration("store.sd-interval"));
  options.dns_interval = std::chrono::milliseconds(flags.Duration("store.sd-dns-interval"));
  options.tls = TlsOf(flags);
  return options;
}

fleet::EndpointSetOptions SetOf(const FlagValues& flags) {
  fleet::EndpointSetOptions options;
  options.info_timeout = std::chrono::milliseconds(flags.Duration("endpoint.info-timeout"));
  options.unhealthy_timeout = std::chrono::milliseconds(flags.Duration("store.unhealthy-timeout"));
  options.metric_labels = flags.Strings("query.conn-metric.label");
  return options;
}

/// One value of --enable-feature.
void EnableFeature(std::string_view feature, const telemetry::Logger& logger,
                   promql::EngineOptions* options) {
  const std::pair<std::string_view, bool*> switches[] = {
      {"promql-experimental-functions", &options->parser.experimental_functions},
      {"promql-duration-expr", &options->parser.duration_expressions},
      {"promql-extended-range-selectors", &options->parser.extended_range_selectors},
      {"promql-binop-fill-modifiers", &options->parser.fill_modifiers},
      {"promql-delayed-name-removal", &options->delayed_name_removal},
      {"promql-per-step-stats", &options->per_step_stats},
      {"type-and-unit-labels", &options->type_and_unit_labels},
      {"use-start-timestamps", &options->use_start_timestamps},
  };
  for (const auto& [name, on] : switches) {
    if (feature != name) continue;
    *on = true;
    return;
  }
  if (feature == "promql-negative-offset" || feature == "promql-at-modifier") {
    logger.Warn(
        "This option for --enable-feature is now permanently enabled and therefore a no-op.",
        {{"option", feature}});
  } else if (feature == "query-pushdown") {
    logger.Warn(
        "This option for --enable-feature is now permanently deprecated and therefore ignored.",
        {{"option", feature}});
  } else {
    logger.Warn("Unknown option for --enable-feature", {{"option", feature}});
  }
}

promql::EngineOptions EngineOf(const FlagValues& flags, runtime::ThreadPool* pool,
                               const telemetry::Logger& logger) {
  promql::EngineOptions options;
  if (flags.IsSet("query.lookback-delta"))
    options.lookback_delta_ms = flags.Duration("query.lookback-delta");
  options.max_samples = std::numeric_limits<int32_t>::max();
  options.timeout_ms = flags.Duration("query.timeout");
  const DurationMs interval = flags.Duration("query.default-evaluation-interval");
  options.default_subquery_step_ms = [interval](DurationMs) { return interval; };
  options.pool = pool;
  options.thanos_x_functions = options.parser.x_functions = flags.Bool("query.enable-x-functions");
  for (const std::string& feature : SplitCommas(flags.Strings("enable-feature")))
    EnableFeature(feature, logger, &options);
  return options;
}

/// `--query.memory-budget`, or a quarter of what the machine has.
uint64_t MemoryBudgetOf(const FlagValues& flags) {
  if (const uint64_t budget = flags.Bytes("query.memory-budget"); budget != 0) return budget;
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) / 4;
}

api::QueryApiOptions ApiOf(const FlagValues& flags) {
  api::QueryApiOptions options;
  options.replica_labels = SplitCommas(flags.Strings("query.replica-label"));
  options.dedup_function = flags.String("deduplication.func") == "chain"
                               ? series::DedupFunction::kChain
                               : series::DedupFunction::kPenalty;
  options.partial_response = flags.Bool("query.partial-response");
  options.auto_downsampling = flags.Bool("query.auto-downsampling");
  options.instant_max_source_resolution_ms =
      flags.Duration("query.instant.default.max_source_resolution");
  options.default_step_ms = flags.Duration("query.default-step");
  options.query_timeout_ms = flags.Duration("query.timeout");
  if (flags.IsSet("query.lookback-delta"))
    options.lookback_delta_ms = flags.Duration("query.lookback-delta");
  options.dynamic_lookback_delta = flags.Bool("query.dynamic-lookback-delta");
  options.default_engine = flags.String("query.promql-engine");
  options.metadata_default_range_ms = flags.Duration("query.metadata.default-time-range");
  if (flags.Bool("query.enforce-tenancy"))
    options.enforced_tenant_label = flags.String("query.tenant-label-name");
  options.tenant_header = flags.String("query.tenant-header");
  options.default_tenant = flags.String("query.default-tenant-id");
  options.cors = !flags.Bool("web.disable-cors");
  options.memory_budget_bytes = MemoryBudgetOf(flags);
  return options;
}

StatusOr<std::vector<double>> BoundsOf(const FlagValues& flags, std::string_view name) {
  std::vector<double> bounds;
  for (const std::string& text : flags.Strings(name)) {
    const auto bound = ParseGoFloat(text);
    if (!bound.ok())
      return InvalidArgumentError("--" + std::string(name) + ": not a number: " + text);
    bounds.push_back(*bound);
  }
  if (!std::is_sorted(bounds.begin(), bounds.end(), std::less_equal<>())) {
    return InvalidArgumentError("--" + std::string(name) +
                                ": each value must be greater than the one before");
  }
  return bounds;
}

StatusOr<api::QueryMetricsOptions> MetricsOf(const FlagValues& flags) {
  api::QueryMetricsOptions options;
  if (!flags.String("query.active-query-path").empty())
    options.concurrent_max = flags.Int("query.max-concurrent");
  ASSIGN_OR_RETURN(options.select_seconds,
                   BoundsOf(flags, "query.telemetry.request-duration-seconds-quantiles"));
  ASSIGN_OR_RETURN(options.select_samples,
                   BoundsOf(flags, "query.telemetry.request-samples-quantiles"));
  ASSIGN_OR_RETURN(options.select_series,
                   BoundsOf(flags, "query.telemetry.request-series-seconds-quantiles"));
  return options;
}

/// Null without `--query.active-query-path`.
StatusOr<std::unique_ptr<query::ActiveQueries>> ActiveQueriesOf(const FlagValues& flags,
                                                                const telemetry::Logger& logger) {
  const std::string directory = flags.String("query.active-query-path");
  if (directory.empty()) return std::unique_ptr<query::ActiveQueries>();
  const auto queries_max =
      static_cast<size_t>(std::max<int64_t>(1, flags.Int("query.max-concurrent")));
  return query::ActiveQueries::Open(directory, queries_max, logger);
}

/// The endpoints with a StoreAPI, as the proxy asks them.
std::vector<store::ProxyMember> MembersOf(const fleet::EndpointSet& endpoints,
                                          const store::TsdbSelector& selector) {
  std::vector<store::ProxyMember> members;
  for (const auto& endpoint : endpoints.Snapshot()) {
    if (!endpoint->HasStore()) continue;
    store::ProxyMember member;
    member.store = endpoint->clients.store;
    member.address = endpoint->address;
    member.is_local = endpoint->local;
    member.info = *endpoint->info.store;
    member.info.label_sets = endpoint->info.label_sets;
    members.push_back(std::move(member));
  }
  selector.Apply(&members);
  return members;
}

fleet::InfoAnswer QuerierInfo(const store::Store& proxy, bool ready) {
  fleet::InfoAnswer info;
  info.component = "query";
  const store::StoreInfo store = proxy.Info();
  info.label_sets = store.label_sets;
  if (ready) info.store = store;
  info.exemplars = fleet::ApiTimeRange{store.min_time, store.max_time};
  info.rules = info.metric_metadata = info.targets = info.status = true;
  return info;
}

void AddWebPage(const FlagValues& flags, Host& host, const std::string& prefix) {
  ui::UiOptions page;
  page.component = "query";
  page.external_prefix = flags.String("web.external-prefix");
  page.prefix_header = flags.String("web.prefix-header");
  page.query_url = flags.String("alert.query-url");
  page.tenant_header = flags.String("query.tenant-header");
  page.default_tenant = flags.String("query.default-tenant-id");
  page.show_tenant_box = flags.Bool("query.enforce-tenancy");
  if (const auto sane = ui::SanitizePrefix(page.external_prefix); !sane.ok()) {
    host.logger().Warn("the external prefix is no URL and is left out",
                       {{"prefix", page.external_prefix}, {"err", sane.status()}});
  }
  ui::AddRoutes(host.router(), std::move(page));
  if (prefix.empty()) return;
  net::Router& router = host.router();
  const auto redirect = [prefix](const net::Request&, net::ResponseWriter& response) {
    net::SendRedirect(response, 302, prefix + "/graph");
  };
  router.SetPrefix("");
  router.Handle("GET", "/", "redirect", redirect);
  router.Handle("GET", prefix, "redirect", redirect);
  router.SetPrefix(prefix);
}

}  // namespace

Status AddQuerier(const FlagValues& flags, Host& host, const store::TsdbSelector& selector,
                  std::vector<fleet::LocalEndpoint> locals, std::shared_ptr<Event> locals_ready) {
  ASSIGN_OR_RETURN(const model::Labels selector_labels,
                   ParseLabelFlags(flags.Strings("selector-label")));
  const api::QueryApiOptions api_options = ApiOf(flags);

  // Endpoints: where they come from, and what is known of them.
  ASSIGN_OR_RETURN(auto made_sources,
                   fleet::EndpointSources::Create(
                       SourcesOf(flags), std::make_shared<net::DnsResolver>(),
                       host.logger().With({{"component", "query"}}), host.registry()));
  const std::shared_ptr<fleet::EndpointSources> sources = std::move(made_sources);
  const DurationMs response_timeout_ms = flags.Duration("store.response-timeout");
  const auto endpoints = std::make_shared<fleet::EndpointSet>(
      SetOf(flags), [sources] { return sources->Specs(); },
      MakeDialer(host, sources, UserAgent("query"), response_timeout_ms), std::move(locals),
      host.logger().With({{"component", "endpointset"}}), host.registry());
  host.Keep(sources);
  host.Keep(endpoints);

  // The read path: proxy over the endpoints, engine over the proxy.
  store::ProxyOptions proxy_options;
  proxy_options.selector_labels = selector_labels;
  proxy_options.response_timeout_ms = response_timeout_ms;
  auto& empty_answers = host.metrics().AddCounter("proxy_store_empty_stream_responses_total",
                                                  "Total number of empty responses received.");
  proxy_options.on_empty_answer = [&empty_answers] { empty_answers.Add(); };
  const auto proxy = std::make_shared<store::Proxy>(
      [endpoints, selector] { return MembersOf(*endpoints, selector); }, proxy_options);
  // What is offered to queriers above is limited; this querier's own queries are limited by their
  // memory.
  const auto offered = Guard(proxy, flags, host);
  auto* pool = host.Own(std::make_unique<runtime::ThreadPool>(runtime::ThreadPool::CoreCount()));
  auto* engine = host.Own(std::make_unique<promql::Engine>(EngineOf(flags, pool, host.logger())));
  const telemetry::Registry query_metrics = host.metrics();
  auto* query_gate = host.Own(
      std::make_unique<runtime::Gate>(static_cast<uint64_t>(flags.Int("query.max-concurrent")),
                                      query_metrics.WithPrefix("query_concurrent_")));
  // Each query has a gate of its own for its selects; their metrics are shared.
  const auto make_select_gate =
      [max = static_cast<uint64_t>(flags.Int("query.max-concurrent-select")),
       metrics = query_metrics.WithPrefix("query_concurrent_selects_")] {
        return std::make_unique<runtime::Gate>(max, metrics, "selects");
      };
  make_select_gate();  // The metrics are there before the first query.

  // The small APIs over the fleet.
  const fleet::SelectorParsers parsers{promql::ParseMetricSelector, promql::SelectorsOf};
  const auto fan_out =
      std::make_shared<fleet::FanOut>([endpoints] { return endpoints->Snapshot(); },
                                      fleet::FanOutOptions{parsers, selector_labels});
  auto* merged =
      host.Own(std::make_unique<fleet::MergedApis>(fan_out, parsers, api_options.replica_labels));
  host.Keep(fan_out);

  // HTTP.
  std::string prefix = flags.String("web.route-prefix");
  if (prefix.empty()) prefix = flags.String("web.external-prefix");
  ASSIGN_OR_RETURN(prefix, ui::SanitizePrefix(prefix));
  host.router().SetPrefix(prefix);
  api::QueryApiParts parts{engine, proxy, query_gate, make_select_gate};
  ASSIGN_OR_RETURN(auto metrics_options, MetricsOf(flags));
  parts.metrics =
      host.Own(std::make_unique<api::QueryMetrics>(host.registry(), std::move(metrics_options)));
  ASSIGN_OR_RETURN(auto active_queries, ActiveQueriesOf(flags, host.logger()));
  parts.active_queries = host.Own(std::move(active_queries));
  parts.logger = host.logger();
  auto* query_api = host.Own(std::make_unique<api::QueryApi>(std::move(parts), api_options));
  query_api->AddRoutes(&host.router());
  api::SmallApis small{merged, merged, merged, merged, merged};
  small.rules_partial_response = flags.Bool("rule.partial-response");
  small.targets_partial_response = flags.Bool("target.partial-response");
  small.metadata_partial_response = flags.Bool("metric-metadata.partial-response");
  small.exemplars_partial_response = flags.Bool("exemplar.partial-response");
  small.status_partial_response = flags.Bool("status.partial-response");
  small.cors = api_options.cors;
  api::AddSmallApiRoutes(small, &host.router());
  api::AddStoresRoute([endpoints] { return endpoints->Statuses(); }, api_options.cors,
                      &host.router());
  api::AddStatusRoutes(StatusOf(flags, api_options.cors), &host.router());
  AddWebPage(flags, host, prefix);

  // gRPC: the fleet as one store, for queriers above.
  net::GrpcServer& grpc = *host.grpc();
  auto* info = host.Own(std::make_unique<fleet::InfoFunction>([proxy, &host] {
    return StatusOr<fleet::InfoAnswer>(QuerierInfo(*proxy, host.prober().IsReady()));
  }));
  store::RegisterStore(grpc, *offered);
  fleet::RegisterInfo(grpc, *info);
  fleet::RegisterRules(grpc, *fan_out);
  fleet::RegisterTargets(grpc, *fan_out);
  fleet::RegisterMetadata(grpc, *fan_out);
  fleet::RegisterExemplars(grpc, *fan_out);
  fleet::RegisterStatus(grpc, *fan_out);
  host.Keep(offered);

  auto stop = std::make_shared<CancelSource>();
  host.AddActor(
      "endpoints",
      [=, &host]() -> Status {
        const CancelToken token = stop->Token();
        if (locals_ready != nullptr && !locals_ready->Wait(token).ok()) return OkStatus();
        sources->Start();
        endpoints->Start();
        // Ready once the peers were asked a first time; what they answer does not matter.
        if (endpoints->WaitForFirstUpdate(token).ok()) RETURN_IF_ERROR(host.StartGrpc());
        WaitForCancel(token);
        endpoints->Stop();
        sources->Stop();
        return OkStatus();
      },
      [stop] { stop->Cancel(); });
  return OkStatus();
}

Status BuildQuery(const FlagValues& flags, Host& host) {
  ASSIGN_OR_RETURN(auto rules, BuildSelector(flags));
  return AddQuerier(flags, host, store::TsdbSelector(std::move(rules)), {}, nullptr);
}

}  // namespace aion::app
