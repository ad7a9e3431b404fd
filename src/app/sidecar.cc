#include "api/status_api.h"
#include "app/builders.h"
#include "app/components.h"
#include "blocks/shipper.h"
#include "config/path_or_content.h"
#include "fleet/prometheus_apis.h"
#include "fleet/rpc_services.h"
#include "net/http_client.h"
#include "net/http_client_yaml.h"
#include "promclient/prometheus.h"
#include "promclient/reload_trigger.h"
#include "promclient/reloader.h"
#include "promclient/sidecar_state.h"
#include "promql/parse/parser.h"
#include "promql/parse/selectors.h"
#include "runtime/periodic.h"
#include "store/promread/prometheus_store.h"
#include "store/rpc/store_service.h"

namespace aion::app {
namespace {

using config::FlagValues;

constexpr std::chrono::seconds kUploadInterval{30};
constexpr DurationMs kKnownPollMs = 200;

std::chrono::milliseconds Milliseconds(const FlagValues& flags, std::string_view name) {
  return std::chrono::milliseconds(flags.Duration(name));
}

StatusOr<std::shared_ptr<promclient::PrometheusClient>> ClientOf(const FlagValues& flags) {
  const auto source =
      config::PathOrContent::FromFlags(flags, "prometheus.http-client", false, false);
  ASSIGN_OR_RETURN(const std::string yaml, source.Content());
  ASSIGN_OR_RETURN(const net::HttpClientConfig config, net::ParseHttpClientConfig(yaml));
  const auto http = std::make_shared<net::HttpClient>(config, UserAgent("sidecar"));
  promclient::PrometheusClientOptions options;
  options.base_url = flags.String("prometheus.url");
  return std::make_shared<promclient::PrometheusClient>(http, options);
}

promclient::SidecarStateOptions StateOf(const FlagValues& flags, bool uploads) {
  promclient::SidecarStateOptions options;
  options.get_config_interval = Milliseconds(flags, "prometheus.get_config_interval");
  options.get_config_timeout = Milliseconds(flags, "prometheus.get_config_timeout");
  const auto min_time = flags.Time("min-time");
  options.min_time = [min_time] { return min_time.At(Clock::System().NowMs()); };
  if (uploads) {
    options.flags = promclient::FlagsRequirement{flags.String("tsdb.path"),
                                                 flags.String("shipper.meta-file-name"),
                                                 flags.Bool("shipper.ignore-unequal-block-size")};
  }
  return options;
}

blocks::ShipperOptions ShipperOf(const FlagValues& flags,
                                 std::shared_ptr<promclient::SidecarState> state) {
  blocks::ShipperOptions options;
  options.directory = flags.String("tsdb.path");
  options.source = "sidecar";
  options.external_labels = [state] { return state->Get().external_labels; };
  options.upload_compacted = flags.Bool("shipper.upload-compacted");
  options.allow_out_of_order_uploads = flags.Bool("shipper.allow-out-of-order-uploads");
  options.skip_corrupted_blocks = flags.Bool("shipper.skip-corrupted-blocks");
  options.with_sha256 = flags.String("hash-func") == "SHA256";
  options.upload_concurrency =
      static_cast<size_t>(std::max<int64_t>(1, flags.Int("shipper.upload-concurrency")));
  options.state_file_name = flags.String("shipper.meta-file-name");
  return options;
}

/// Uploads every half minute once Prometheus is known.
void AddUploads(const FlagValues& flags, Host& host, objstore::Bucket& bucket,
                const std::shared_ptr<promclient::SidecarState>& state) {
  const telemetry::Logger logger = host.logger().With({{"component", "shipper"}});
  auto* shipper = host.Own(
      std::make_unique<blocks::Shipper>(bucket, ShipperOf(flags, state), host.registry(), logger));
  auto stop = std::make_shared<CancelSource>();
  host.AddActor(
      "uploads",
      [=]() -> Status {
        const CancelToken token = stop->Token();
        while (!state->Get().known && !token.IsCancelled()) WaitFor(kKnownPollMs, token);
        if (token.IsCancelled()) return OkStatus();
        runtime::Periodic uploads(
            {.name = "shipper", .interval = kUploadInterval}, [&](const CancelToken& cancel) {
              const auto uploaded = shipper->Sync(cancel);
              if (!uploaded.ok() && !cancel.IsCancelled())
                logger.Warn("upload failed; it is tried again", {{"err", uploaded.status()}});
            });
        WaitForCancel(token);
        uploads.Stop();
        return OkStatus();
      },
      [stop] { stop->Cancel(); });
}

void AddReloader(const FlagValues& flags, Host& host,
                 const std::shared_ptr<promclient::PrometheusClient>& client) {
  promclient::ReloaderOptions options;
  options.config_file = flags.String("reloader.config-file");
  options.config_output_file = flags.String("reloader.config-envsubst-file");
  options.watched_directories = flags.Strings("reloader.rule-dir");
  options.watch_interval = Milliseconds(flags, "reloader.watch-interval");
  options.retry_interval = Milliseconds(flags, "reloader.retry-interval");
  if (!options.HasWork()) return;
  auto trigger = flags.String("reloader.method") == "signal"
                     ? promclient::MakeSignalReload(
                           {.process_name = flags.String("reloader.process-name")}, client)
                     : promclient::MakeHttpReload(client);
  auto* reloader = host.Own(std::make_unique<promclient::Reloader>(
      std::move(options), std::move(trigger), host.logger().With({{"component", "reloader"}}),
      host.metrics().WithPrefix("sidecar_")));
  auto stop = std::make_shared<CancelSource>();
  host.AddActor(
      "reloader",
      [=]() -> Status {
        const CancelToken token = stop->Token();
        const Status status = reloader->Run(token);
        if (!status.ok() && !token.IsCancelled()) return status;
        WaitForCancel(token);
        return OkStatus();
      },
      [stop] { stop->Cancel(); });
}

/// Follows Prometheus: serves from the moment it is known, reports not ready while it is away.
void AddHeartbeat(Host& host, const std::shared_ptr<promclient::SidecarState>& state) {
  auto stop = std::make_shared<CancelSource>();
  auto serving = std::make_shared<bool>(false);
  host.AddActor(
      "prometheus",
      [=, &host]() -> Status {
        const CancelToken token = stop->Token();
        Status served;
        const Status status = state->Run(token, [&](const Status& heartbeat) {
          if (!heartbeat.ok()) {
            host.prober().SetNotReady(heartbeat);
          } else if (!std::exchange(*serving, true)) {
            served = host.StartGrpc();
            if (!served.ok()) stop->Cancel();
          } else {
            host.prober().SetReady();
          }
        });
        RETURN_IF_ERROR(served);
        return token.IsCancelled() ? OkStatus() : status;
      },
      [stop] { stop->Cancel(); });
}

fleet::InfoAnswer InfoOf(const store::Store& store, const promclient::SidecarSnapshot& snapshot,
                         bool ready) {
  fleet::InfoAnswer info;
  info.component = "sidecar";
  info.label_sets = {snapshot.external_labels};
  info.rules = info.metric_metadata = info.targets = info.status = true;
  info.exemplars = fleet::ApiTimeRange{snapshot.min_time, snapshot.max_time};
  if (ready) info.store = store.Info();
  return info;
}

}  // namespace

Status BuildSidecar(const FlagValues& flags, Host& host) {
  ASSIGN_OR_RETURN(const auto client, ClientOf(flags));
  ASSIGN_OR_RETURN(auto bucket, BuildBucket(flags, host, false));
  const auto state = std::make_shared<promclient::SidecarState>(
      StateOf(flags, bucket != nullptr), client, host.logger(), host.registry());
  const auto store = std::make_shared<store::PrometheusStore>(
      client, [state] { return state->Get(); }, host.logger().With({{"component", "sidecar"}}),
      host.registry());
  const fleet::SelectorParsers parsers{promql::ParseMetricSelector, promql::SelectorsOf};
  auto* apis = host.Own(std::make_unique<fleet::PrometheusApis>(
      client, [state] { return state->Get().external_labels; }, parsers));
  auto* info = host.Own(std::make_unique<fleet::InfoFunction>([=, &host] {
    return StatusOr<fleet::InfoAnswer>(InfoOf(*store, state->Get(), host.prober().IsReady()));
  }));
  host.Keep(state);
  host.Keep(store);

  net::GrpcServer& grpc = *host.grpc();
  const auto offered = Guard(store, flags, host);
  store::RegisterStore(grpc, *offered);
  host.Keep(offered);
  fleet::RegisterInfo(grpc, *info);
  fleet::RegisterRules(grpc, *apis);
  fleet::RegisterTargets(grpc, *apis);
  fleet::RegisterMetadata(grpc, *apis);
  fleet::RegisterExemplars(grpc, *apis);
  fleet::RegisterStatus(grpc, *apis);

  api::AddStatusRoutes(StatusOf(flags, /*cors=*/true), &host.router());
  AddHeartbeat(host, state);
  AddReloader(flags, host, client);
  if (bucket == nullptr) {
    host.logger().Info("no supported bucket was configured, uploads will be disabled");
    return OkStatus();
  }
  AddUploads(flags, host, *host.Own(std::move(bucket)), state);
  return OkStatus();
}

}  // namespace aion::app
