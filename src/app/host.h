#pragma once

// Host: the process around a component: its logger, metrics, HTTP and gRPC servers, probes,
// signals, and the order in which all of that starts and stops.
//
// A component adds routes, gRPC services and actors while it is built; Run() then serves until a
// signal or the first actor that ends. HTTP (probes, metrics) is up from the start; gRPC once the
// component says StartGrpc, which also makes it ready. At the end readiness goes first, then the
// component's actors, gRPC and HTTP, each with its grace period. Not thread-safe while it is built.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "net/grpc_server.h"
#include "net/http_server.h"
#include "runtime/run_group.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "telemetry/prober.h"

namespace aion::app {

struct HostOptions {
  std::string component;  ///< "sidecar", "store", …: the label of probes and logs.
  std::string http_address;
  int64_t http_grace_ms = 120'000;
  std::string grpc_address;  ///< Empty: no gRPC server.
  int64_t grpc_grace_ms = 120'000;
  int64_t grpc_connection_age_max_ms = 3'600'000;
  /// Of HTTP metrics; empty: none.
  std::string tenant_header;
  std::string default_tenant;
};

class Host {
 public:
  Host(HostOptions options, telemetry::Logger logger, telemetry::Registry registry);
  ~Host();

  const std::string& component() const { return options_.component; }
  const telemetry::Logger& logger() const { return logger_; }
  /// Without a prefix; `metrics()` adds `thanos_`.
  const telemetry::Registry& registry() const { return registry_; }
  telemetry::Registry metrics() const { return registry_.WithPrefix("thanos_"); }
  telemetry::Prober& prober() { return prober_; }
  net::Router& router() { return router_; }
  /// Null when the options have no gRPC address.
  net::GrpcServer* grpc() { return grpc_.get(); }

  /// An actor of the component; `interrupt` must make `execute` return soon.
  void AddActor(std::string name, std::function<Status()> execute, std::function<void()> interrupt);
  /// Keeps an object alive until everything has stopped; destroyed in reverse order.
  template <typename T>
  T* Own(std::unique_ptr<T> object) {
    T* raw = object.get();
    owned_.push_back(std::shared_ptr<void>(std::move(object)));
    return raw;
  }
  void Keep(std::shared_ptr<void> object) { owned_.push_back(std::move(object)); }

  /// Starts serving gRPC and reports ready. Thread-safe; called once.
  Status StartGrpc();

  /// Serves until the end; OK after a signal.
  Status Run();

 private:
  Status StartHttp();
  void AddProbeRoutes();

  const HostOptions options_;
  const telemetry::Logger logger_;
  const telemetry::Registry registry_;
  telemetry::Prober prober_;
  std::vector<telemetry::CollectorHandle> process_metrics_;
  net::Router router_;
  std::unique_ptr<net::HttpServer> http_;
  std::unique_ptr<net::GrpcServer> grpc_;
  struct Actor {
    std::string name;
    std::function<Status()> execute;
    std::function<void()> interrupt;
  };
  std::vector<Actor> actors_;
  std::vector<std::shared_ptr<void>> owned_;
};

/// Blocks the signals the process handles in every thread started after it. To be called first in
/// main.
void BlockSignals();

}  // namespace aion::app
