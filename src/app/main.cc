// aion: every component as a subcommand.

#include <pthread.h>
#include <sys/resource.h>

#include <cstdio>
#include <vector>

#include "app/components.h"
#include "app/flags.h"
#include "app/host.h"
#include "app/version.h"
#include "config/command_line.h"

namespace aion::app {
namespace {

struct Component {
  std::string_view name;
  Status (*build)(const config::FlagValues& flags, Host& host);
};

constexpr Component kComponents[] = {
    {"sidecar", BuildSidecar}, {"store", BuildStore}, {"query", BuildQuery}, {"all", BuildAll}};

/// What a thread's stack holds, whatever the system's limit says: the deepest expressions are
/// evaluated in it.
constexpr size_t kStackBytes = size_t{8} << 20;

void SetThreadStacks() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

/// As many descriptors as the system allows: each connection and open block takes some.
void RaiseDescriptorLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string VersionText() {
  std::string text = "thanos, version ";
  text.append(kVersion)
      .append(" (branch: ")
      .append(kBranch)
      .append(", revision: ")
      .append(Revision())
      .append(")\n");
  text.append("  implementation:   aion\n");
  return text.append("  platform:         linux/amd64");
}

StatusOr<telemetry::Logger> MakeLogger(const config::FlagValues& flags) {
  telemetry::LogOptions options;
  ASSIGN_OR_RETURN(options.level, telemetry::ParseLogLevel(flags.String("log.level")));
  ASSIGN_OR_RETURN(options.format, telemetry::ParseLogFormat(flags.String("log.format")));
  options.debug_name = flags.String("debug.name");
  return telemetry::Logger(options);
}

HostOptions HostOptionsOf(std::string_view component, const config::FlagValues& flags) {
  HostOptions options;
  options.component = component;
  options.http_address = flags.String("http-address");
  options.http_grace_ms = flags.Duration("http-grace-period");
  options.grpc_address = flags.String("grpc-address");
  options.grpc_grace_ms = flags.Duration("grpc-grace-period");
  options.grpc_connection_age_max_ms = flags.Duration("grpc-server-max-connection-age");
  if (component == "query" || component == "all") {
    options.tenant_header = flags.String("query.tenant-header");
    options.default_tenant = flags.String("query.default-tenant-id");
  }
  return options;
}

Status RunComponent(const config::CommandLine& line, const telemetry::Logger& logger) {
  const config::FlagValues& flags = *line.values;
  for (const std::string& warning : line.warnings) logger.Warn(warning);
  RETURN_IF_ERROR(config::CheckFlagsInForce(*line.command, flags));
  const std::string_view name = line.command->name;
  Host host(HostOptionsOf(name, flags), logger, telemetry::Registry());
  for (const Component& component : kComponents) {
    if (component.name != name) continue;
    RETURN_IF_ERROR(component.build(flags, host));
    logger.Info("starting " + std::string(name), {{"version", kVersion}, {"revision", Revision()}});
    return host.Run();
  }
  return UnimplementedError("command not built in: " + std::string(name));
}

int Main(int argc, char** argv) {
  BlockSignals();
  RaiseDescriptorLimit();
  SetThreadStacks();
  const std::string version = VersionText();
  const std::vector<std::string_view> args(argv + 1, argv + argc);
  const config::CommandLine line =
      config::ParseCommandLine(Program(version), {.args = args, .program = argv[0]});
  if (line.action != config::CommandLine::Action::kRun) {
    std::fputs(line.text.c_str(), line.to_stdout ? stdout : stderr);
    return line.exit_code;
  }
  const auto logger = MakeLogger(*line.values);
  if (!logger.ok()) {
    std::fprintf(stderr, "%s\n", logger.status().ToString().c_str());
    return 1;
  }
  if (const Status status = RunComponent(line, *logger); !status.ok()) {
    logger->Error(std::string(line.command->name) + " command failed", {{"err", status}});
    return 1;
  }
  logger->Info("exiting");
  return 0;
}

}  // namespace
}  // namespace aion::app

int main(int argc, char** argv) { return aion::app::Main(argc, argv); }
