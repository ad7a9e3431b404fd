#include "app/observers.h"

#include <algorithm>

namespace aion::app {
namespace {

using telemetry::Counter;
using telemetry::Family;
using telemetry::Gauge;
using telemetry::Histogram;

std::vector<double> DurationBuckets() {
  return {0.001, 0.01, 0.1, 0.3, 0.6, 1, 2, 3, 6, 9, 20, 30, 60, 90, 120, 240, 360, 720};
}
std::vector<double> SizeBuckets() { return telemetry::ExponentialBuckets(256, 4, 8); }

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

class HttpMetrics : public net::HttpObserver {
 public:
  HttpMetrics(const telemetry::Registry& registry, std::string tenant_header,
              std::string default_tenant)
      : tenant_header_(std::move(tenant_header)),
        default_tenant_(std::move(default_tenant)),
        requests_(registry.AddCounterFamily("http_requests_total",
                                            "Tracks the number of HTTP requests.", Names(true))),
        durations_(registry.AddHistogramFamily("http_request_duration_seconds",
                                               "Tracks the latencies for HTTP requests.",
                                               Names(true), DurationBuckets())),
        request_sizes_(registry.AddHistogramFamily("http_request_size_bytes",
                                                   "Tracks the size of HTTP requests.", Names(true),
                                                   SizeBuckets())),
        response_sizes_(registry.AddHistogramFamily("http_response_size_bytes",
                                                    "Tracks the size of HTTP responses.",
                                                    Names(true), SizeBuckets())),
        in_flight_(registry.AddGaugeFamily(
            "http_inflight_requests",
            "Current number of HTTP requests the handler is responding to.", Names(false))) {}

  void Begin(const net::Request& request) override { InFlight(request).Add(1); }

  void End(const net::Request& request, const Record& record) override {
    InFlight(request).Sub(1);
    const std::string code = std::to_string(record.code), method = Lower(request.method);
    std::vector<std::string_view> values = {code, request.handler, method};
    if (WithTenant()) values.push_back(Tenant(request));
    requests_.With(values).Add();
    durations_.With(values).Observe(record.duration_seconds);
    request_sizes_.With(values).Observe(static_cast<double>(record.request_bytes));
    response_sizes_.With(values).Observe(static_cast<double>(record.response_bytes));
  }

 private:
  bool WithTenant() const { return !tenant_header_.empty(); }
  std::vector<std::string> Names(bool code) const {
    std::vector<std::string> names;
    if (code) names.emplace_back("code");
    names.insert(names.end(), {"handler", "method"});
    if (WithTenant()) names.emplace_back("tenant");
    return names;
  }
  std::string_view Tenant(const net::Request& request) const {
    const std::string_view tenant = request.headers.Get(tenant_header_);
    return tenant.empty() ? std::string_view(default_tenant_) : tenant;
  }
  Gauge& InFlight(const net::Request& request) {
    const std::string method = Lower(request.method);
    std::vector<std::string_view> values = {request.handler, method};
    if (WithTenant()) values.push_back(Tenant(request));
    return in_flight_.With(values);
  }

  const std::string tenant_header_, default_tenant_;
  Family<Counter> requests_;
  Family<Histogram> durations_, request_sizes_, response_sizes_;
  Family<Gauge> in_flight_;
};

class GrpcMetrics : public net::GrpcObserver {
 public:
  GrpcMetrics(const telemetry::Registry& registry, std::string_view side)
      : started_(Count(registry, side, "started_total",
                       "RPCs started on the " + std::string(side) + ".", {})),
        received_(Count(registry, side, "msg_received_total",
                        "Messages received on the " + std::string(side) + ".", {})),
        sent_(Count(registry, side, "msg_sent_total",
                    "Messages sent by the " + std::string(side) + ".", {})),
        handled_(Count(
            registry, side, "handled_total",
            "RPCs completed on the " + std::string(side) + ", regardless of success or failure.",
            {"grpc_code"})),
        seconds_(registry.AddHistogramFamily(Name(side, "handling_seconds"),
                                             "Response latency (seconds) of gRPC calls.",
                                             Labels({}), DurationBuckets())),
        panics_(
            registry.AddCounter("grpc_req_panics_recovered_total",
                                "Total number of gRPC requests recovered from internal panic.")) {}

  void Register(const net::GrpcMethod& method) override {
    started_.With(Values(method));
    received_.With(Values(method));
    sent_.With(Values(method));
    seconds_.With(Values(method));
    for (int code = 0; code <= 16; ++code) HandledCounter(method, static_cast<StatusCode>(code));
  }
  void Started(const net::GrpcMethod& method) override { started_.With(Values(method)).Add(); }
  void MessageReceived(const net::GrpcMethod& method) override {
    received_.With(Values(method)).Add();
  }
  void MessageSent(const net::GrpcMethod& method) override { sent_.With(Values(method)).Add(); }
  void Handled(const net::GrpcMethod& method, StatusCode code, double seconds) override {
    HandledCounter(method, code).Add();
    seconds_.With(Values(method)).Observe(seconds);
  }
  void PanicRecovered() override { panics_.Add(); }

 private:
  static std::string Name(std::string_view side, std::string_view what) {
    return "grpc_" + std::string(side) + "_" + std::string(what);
  }
  static std::vector<std::string> Labels(std::vector<std::string> more) {
    std::vector<std::string> names = {"grpc_type", "grpc_service", "grpc_method"};
    names.insert(names.end(), more.begin(), more.end());
    return names;
  }
  static Family<Counter> Count(const telemetry::Registry& registry, std::string_view side,
                               std::string_view what, std::string help,
                               std::vector<std::string> more) {
    return registry.AddCounterFamily(Name(side, what), "Total number of " + help,
                                     Labels(std::move(more)));
  }
  static std::array<std::string_view, 3> Values(const net::GrpcMethod& method) {
    return {method.type(), method.service, method.method};
  }
  Counter& HandledCounter(const net::GrpcMethod& method, StatusCode code) {
    return handled_.With({method.type(), method.service, method.method, StatusCodeName(code)});
  }

  Family<Counter> started_, received_, sent_, handled_;
  Family<Histogram> seconds_;
  Counter& panics_;
};

}  // namespace

std::shared_ptr<net::HttpObserver> MakeHttpObserver(const telemetry::Registry& registry,
                                                    std::string tenant_header,
                                                    std::string default_tenant) {
  return std::make_shared<HttpMetrics>(registry, std::move(tenant_header),
                                       std::move(default_tenant));
}

std::shared_ptr<net::GrpcObserver> MakeGrpcObserver(const telemetry::Registry& registry,
                                                    GrpcSide side) {
  return std::make_shared<GrpcMetrics>(registry, side == GrpcSide::kServer ? "server" : "client");
}

}  // namespace aion::app
