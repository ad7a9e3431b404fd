#include "app/host.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>

#include "app/observers.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/ulid.h"
#include "telemetry/process_metrics.h"

namespace aion::app {
namespace {

sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

constexpr size_t kRequestIdBytesMax = 128;

/// Every request has an id that headers and metadata can carry: its sender's, or a new one.
void GiveRequestId(net::Request& request) {
  const std::string_view given = request.headers.Get("X-Request-ID");
  const bool usable =
      !given.empty() && given.size() <= kRequestIdBytesMax &&
      std::all_of(given.begin(), given.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (usable) return;
  thread_local Random random = Random::FromSystem();
  request.headers.Set("X-Request-ID", Ulid::Make(Clock::System().NowMs(), random).ToString());
}

/// An event one thread waits for and another sets, in a form poll() understands.
class WakeUp {
 public:
  WakeUp() : fd_(eventfd(0, EFD_CLOEXEC)) {}
  ~WakeUp() { close(fd_); }
  int fd() const { return fd_; }
  void Set() const {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
  }

 private:
  const int fd_;
};

/// Returns when SIGINT or SIGTERM arrives (logged) or the event is set. SIGHUP is taken and, so
/// far, moves nothing.
Status WaitForSignal(const telemetry::Logger& logger, const WakeUp& interrupted) {
  const sigset_t signals = HandledSignals();
  const int fd = signalfd(-1, &signals, SFD_CLOEXEC);
  if (fd < 0) return InternalError("signalfd failed");
  pollfd watched[2] = {{fd, POLLIN, 0}, {interrupted.fd(), POLLIN, 0}};
  while (true) {
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents != 0) break;
    signalfd_siginfo info;
    if (read(fd, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
    if (info.ssi_signo == SIGHUP) continue;
    logger.Info("caught signal. Exiting.",
                {{"signal", info.ssi_signo == SIGINT ? "interrupt" : "terminated"}});
    break;
  }
  close(fd);
  return OkStatus();
}

}  // namespace

void BlockSignals() {
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A peer that closes early shows in write's result.
  signal(SIGPIPE, SIG_IGN);
}

Host::Host(HostOptions options, telemetry::Logger logger, telemetry::Registry registry)
    : options_(std::move(options)),
      logger_(std::move(logger)),
      registry_(std::move(registry)),
      prober_(options_.component, logger_, registry_.WithPrefix("thanos_")),
      process_metrics_(telemetry::AddProcessMetrics(
          registry_, {std::string(kVersion), std::string(Revision()), std::string(kBranch)})) {
  AddProbeRoutes();
  if (options_.grpc_address.empty()) return;
  net::GrpcServerOptions grpc;
  grpc.address = options_.grpc_address;
  grpc.connection_age_max_ms = options_.grpc_connection_age_max_ms;
  grpc.observer = MakeGrpcObserver(registry_, GrpcSide::kServer);
  grpc_ = std::make_unique<net::GrpcServer>(std::move(grpc));
  prober_.OnReadyChange([this](bool ready) { grpc_->SetServing(ready); });
}

Host::~Host() {
  // Servers first: handlers use what the component made.
  http_.reset();
  grpc_.reset();
  while (!owned_.empty()) owned_.pop_back();
}

void Host::AddProbeRoutes() {
  constexpr net::RouteOptions kControl{.control = true};
  const auto probe = [](bool good, net::ResponseWriter& response) {
    net::SendText(response, good ? 200 : 503, "text/plain; charset=utf-8", "");
  };
  router_.Handle(
      "GET", "/-/healthy", "healthy",
      [this, probe](const net::Request&, net::ResponseWriter& response) {
        probe(prober_.IsHealthy(), response);
      },
      kControl);
  router_.Handle(
      "GET", "/-/ready", "ready",
      [this, probe](const net::Request&, net::ResponseWriter& response) {
        probe(prober_.IsReady(), response);
      },
      kControl);
  router_.Handle(
      "GET", "/metrics", "metrics",
      [this](const net::Request& request, net::ResponseWriter& response) {
        const telemetry::ExpositionFormat format =
            telemetry::NegotiateFormat(request.headers.Get("Accept"));
        net::SendText(response, 200, telemetry::ContentType(format), registry_.Expose(format));
      },
      kControl);
}

void Host::AddActor(std::string name, std::function<Status()> execute,
                    std::function<void()> interrupt) {
  actors_.push_back({std::move(name), std::move(execute), std::move(interrupt)});
}

Status Host::StartHttp() {
  net::HttpServerOptions http;
  http.address = options_.http_address;
  http.prepare = GiveRequestId;
  http.observer = MakeHttpObserver(registry_, options_.tenant_header, options_.default_tenant);
  auto server = net::HttpServer::Start(std::move(router_), std::move(http));
  if (!server.ok()) return std::move(server).status().WithContext("listen HTTP");
  http_ = std::move(server).value();
  logger_.Info("listening for requests and metrics", {{"service", "http/server"},
                                                      {"component", options_.component},
                                                      {"address", http_->address()}});
  prober_.SetHealthy();
  return OkStatus();
}

Status Host::StartGrpc() {
  RETURN_IF_ERROR(grpc_->Start().WithContext("listen gRPC"));
  logger_.Info("listening for serving gRPC", {{"service", "gRPC/server"},
                                              {"component", options_.component},
                                              {"address", grpc_->address()}});
  prober_.SetReady();
  return OkStatus();
}

Status Host::Run() {
  RETURN_IF_ERROR(StartHttp());
  WakeUp stop_signals;
  runtime::RunGroup group;
  group.Add(
      "signals", [&] { return WaitForSignal(logger_, stop_signals); },
      [&](const Status&) { stop_signals.Set(); });
  for (Actor& actor : actors_) {
    group.Add(actor.name, actor.execute, [&actor, this](const Status& reason) {
      prober_.SetNotReady(reason);
      actor.interrupt();
    });
  }
  const Status status = group.Run();
  prober_.SetNotReady(status);
  if (grpc_ != nullptr) grpc_->Stop(options_.grpc_grace_ms);
  prober_.SetNotHealthy(status);
  http_->Stop(options_.http_grace_ms);
  return status;
}

}  // namespace aion::app
