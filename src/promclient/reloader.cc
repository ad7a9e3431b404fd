#include "promclient/reloader.h"

#include <algorithm>
#include <filesystem>

#include "promclient/config_template.h"
#include "promclient/tree_hash.h"
#include "runtime/backoff.h"

namespace aion::promclient {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSettleTime{20};
constexpr int kSettlesMax = 20;

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) {
    if (!joined.empty()) joined += ",";
    joined += text;
  }
  return joined;
}

std::string ParentOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace

struct Reloader::Metrics {
  explicit Metrics(const telemetry::Registry& registry)
      : reloads(registry.AddCounter("reloader_reloads_total", "Total number of reload requests.")),
        reloads_failed(registry.AddCounter("reloader_reloads_failed_total",
                                           "Total number of reload requests that failed.")),
        last_successful(registry.AddGauge("reloader_last_reload_successful",
                                          "Whether the last reload attempt was successful")),
        last_success_seconds(registry.AddGauge("reloader_last_reload_success_timestamp_seconds",
                                               "Timestamp of the last successful reload")),
        applies(registry.AddCounter("reloader_config_apply_operations_total",
                                    "Total number of config apply operations.")),
        applies_failed(registry.AddCounter("reloader_config_apply_operations_failed_total",
                                           "Total number of config apply operations that failed.")),
        unset_variables(registry.AddGauge(
            "reloader_config_environment_variable_expansion_errors",
            "Number of environment variable expansions that failed during the last operation.")),
        info(registry.AddGaugeFamily("reloader_info",
                                     "A metric with a constant '1' value labeled by reload method "
                                     "(either 'http' or 'signal').",
                                     {"method"})),
        watches(
            registry.AddGauge("reloader_watches", "Number of resources watched by the reloader.")),
        watch_events(registry.AddCounter(
            "reloader_watch_events_total",
            "Total number of events received by the reloader from the watcher.")),
        watch_errors(registry.AddCounter(
            "reloader_watch_errors_total",
            "Total number of errors received by the reloader from the watcher.")) {}

  telemetry::Counter& reloads;
  telemetry::Counter& reloads_failed;
  telemetry::Gauge& last_successful;
  telemetry::Gauge& last_success_seconds;
  telemetry::Counter& applies;
  telemetry::Counter& applies_failed;
  telemetry::Gauge& unset_variables;
  telemetry::Family<telemetry::Gauge> info;
  telemetry::Gauge& watches;
  telemetry::Counter& watch_events;
  telemetry::Counter& watch_errors;
};

Reloader::Reloader(ReloaderOptions options, std::unique_ptr<ReloadTrigger> trigger,
                   telemetry::Logger logger, const telemetry::Registry& registry)
    : options_(std::move(options)),
      trigger_(std::move(trigger)),
      logger_(std::move(logger)),
      metrics_(std::make_unique<Metrics>(registry)) {
  metrics_->info.With({trigger_->Method()}).Set(1);
}

Reloader::~Reloader() = default;

StatusOr<Reloader::Content> Reloader::Read() {
  Content content;
  if (!options_.config_file.empty()) {
    auto bytes = ReadFile(Env::Posix(), options_.config_file, kConfigFileBytesMax);
    if (!bytes.ok()) return bytes.status().WithContext("read config file");
    TreeHash hash(Env::Posix());
    hash.AddFile(options_.config_file, *bytes);
    content.config_hash = hash.Hex();
    if (!options_.config_output_file.empty()) RETURN_IF_ERROR(WriteOutput(*bytes));
    // A ConfigMap's file is a link into a directory that is swapped: both ends are watched.
    content.directories.insert(ParentOf(options_.config_file));
    ASSIGN_OR_RETURN(const std::string resolved, ResolveSymlinks(options_.config_file));
    content.directories.insert(ParentOf(resolved));
  }
  if (!options_.watched_directories.empty()) {
    TreeHash hash(Env::Posix());
    for (const std::string& directory : options_.watched_directories) {
      RETURN_IF_ERROR(hash.AddDirectory(directory, &content.directories).WithContext("build hash"));
      content.directories.insert(ParentOf(directory));
    }
    content.directories_hash = hash.Hex();
  }
  return content;
}

Status Reloader::WriteOutput(const std::string& template_bytes) {
  auto expanded =
      ExpandConfig(template_bytes, options_.env_lookup, options_.tolerate_unset_variables);
  if (!expanded.ok()) {
    metrics_->unset_variables.Set(1);
    return expanded.status();
  }
  metrics_->unset_variables.Set(expanded->unset_variables);
  if (expanded->unset_variables != 0) {
    logger_.Warn("expand environment variable: references to unset variables are left as they are",
                 {{"count", expanded->unset_variables}, {"cfg", options_.config_file}});
  }
  // Written only when it differs: the output may lie in a watched directory.
  const auto current = ReadFile(Env::Posix(), options_.config_output_file, kConfigFileBytesMax);
  if (current.ok() && *current == expanded->text) return OkStatus();
  return WriteFileAtomically(Env::Posix(), options_.config_output_file, expanded->text);
}

Status Reloader::Apply(const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const Content content, Read());
  if (options_.watch_interval.count() == 0) return OkStatus();
  if (const Status status = watch_.SetDirectories(content.directories); !status.ok()) {
    metrics_->watch_errors.Add();
    logger_.Error("watch error", {{"err", status}});
  }
  metrics_->watches.Set(static_cast<double>(watch_.directory_count()));
  if (force_reload_ || !(content == applied_)) TriggerUntilDone(content, cancel);
  return OkStatus();
}

void Reloader::TriggerUntilDone(const Content& content, const CancelToken& cancel) {
  while (true) {
    metrics_->reloads.Add();
    const Status status = trigger_->Trigger(cancel).WithContext("trigger reload");
    if (status.ok()) break;
    metrics_->reloads_failed.Add();
    metrics_->last_successful.Set(0);
    force_reload_ = true;
    logger_.Error("Failed to trigger reload. Retrying.", {{"err", status}});
    if (!runtime::SleepFor(options_.retry_interval, cancel).ok()) return;
  }
  force_reload_ = false;
  applied_ = content;
  metrics_->last_successful.Set(1);
  metrics_->last_success_seconds.Set(static_cast<double>(Clock::System().NowMs()) / 1000);
  logger_.Info("Reload triggered", {{"cfg_in", options_.config_file},
                                    {"cfg_out", options_.config_output_file},
                                    {"watched_dirs", Joined(options_.watched_directories)}});
}

// True when it is time to look again; false once cancelled. After a first change it waits until
// nothing changes for a moment, so that a burst of events is one look; a directory that never comes
// to rest is looked at all the same.
bool Reloader::WaitForChange(const CancelToken& cancel) {
  const milliseconds settle = std::max(options_.delay_interval, kSettleTime);
  auto until = std::chrono::steady_clock::now() + options_.watch_interval;
  bool changed = false;
  while (!cancel.IsCancelled()) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) return true;
    const auto left = std::chrono::duration_cast<milliseconds>(until - now) + milliseconds(1);
    const auto events = watch_.Wait(changed ? std::min(left, settle) : left);
    metrics_->watch_events.Add(static_cast<double>(events.count));
    if (events.lost) metrics_->watch_errors.Add();
    if (events.count == 0 && changed) return true;
    if (events.count != 0 && !std::exchange(changed, true)) {
      until = std::min(until, std::chrono::steady_clock::now() + kSettlesMax * settle);
    }
  }
  return false;
}

Status Reloader::Run(const CancelToken& cancel) {
  const uint64_t callback = cancel.OnCancel([this] { watch_.Wake(); });
  const auto deadline = [&] { return CancelToken::Clock::now() + options_.watch_interval; };
  if (!options_.HasWork()) logger_.Info("nothing to be watched");
  if (options_.HasWork()) {
    logger_.Info(trigger_->Method() == "signal" ? "reloading via process signal"
                                                : "reloading via HTTP");
    CancelSource first(deadline(), cancel);
    if (Status status = Apply(first.Token()); !status.ok()) {
      cancel.RemoveCallback(callback);
      return status;
    }
  }
  const bool watches = options_.HasWork() && options_.watch_interval.count() != 0;
  if (watches) {
    logger_.Info("started watching config file and directories for changes",
                 {{"cfg", options_.config_file},
                  {"out", options_.config_output_file},
                  {"dirs", Joined(options_.watched_directories)}});
  }
  while (watches && WaitForChange(cancel)) {
    metrics_->applies.Add();
    CancelSource source(deadline(), cancel);
    if (const Status status = Apply(source.Token()); !status.ok()) {
      metrics_->applies_failed.Add();
      logger_.Error("apply error", {{"err", status}});
    }
  }
  while (!cancel.IsCancelled()) watch_.Wait(milliseconds(60'000));
  cancel.RemoveCallback(callback);
  return OkStatus();
}

}  // namespace aion::promclient
