#pragma once

// Reloader: keeps a Prometheus next to us on the configuration it should have. It watches a config
// file (a template, see `config_template.h`) and rule directories, writes the expanded file where
// Prometheus reads it, and triggers a reload when the content changed.
//
//   inotify or interval → read and hash everything → write the output → changed? → trigger, retried
//   until it works
//
// What counts is content: a touch, or a Kubernetes ConfigMap's swapped symlink with the same bytes,
// reloads nothing. Run() belongs to one thread and blocks; everything else is constant after
// construction.

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/env.h"
#include "base/status.h"
#include "config/env_substitution.h"
#include "promclient/directory_watch.h"
#include "promclient/reload_trigger.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aion::promclient {

struct ReloaderOptions {
  std::string config_file;         ///< "" for none.
  std::string config_output_file;  ///< "": Prometheus reads config_file itself.
  std::vector<std::string> watched_directories;
  /// How often everything is re-read without a hint; 0: apply once and watch nothing.
  std::chrono::milliseconds watch_interval{180'000};
  std::chrono::milliseconds retry_interval{5'000};
  /// Quiet time after the last change before it is applied.
  std::chrono::milliseconds delay_interval{0};
  bool tolerate_unset_variables = false;
  config::EnvLookup env_lookup = config::ProcessEnv;

  bool HasWork() const { return !config_file.empty() || !watched_directories.empty(); }
};

class Reloader {
 public:
  /// `registry` carries the prefix (`thanos_sidecar_`); metric names are `reloader_*`.
  Reloader(ReloaderOptions options, std::unique_ptr<ReloadTrigger> trigger,
           telemetry::Logger logger, const telemetry::Registry& registry);
  ~Reloader();

  /// Applies and watches until `cancel`. An error only when the first apply fails (config
  /// unreadable, unset variable); later failures are logged, counted and retried at the next look.
  Status Run(const CancelToken& cancel);

  /// One look: hash, write, trigger if changed. Retries the trigger every retry_interval until
  /// `cancel` ends; that failure is not an error of Apply, the next look tries again.
  Status Apply(const CancelToken& cancel);

 private:
  struct Metrics;
  struct Content {
    std::string config_hash;
    std::string directories_hash;
    std::set<std::string> directories;  ///< To watch for changes.
    bool operator==(const Content& other) const {
      return config_hash == other.config_hash && directories_hash == other.directories_hash;
    }
  };

  StatusOr<Content> Read();
  Status WriteOutput(const std::string& template_bytes);
  void TriggerUntilDone(const Content& content, const CancelToken& cancel);
  bool WaitForChange(const CancelToken& cancel);

  const ReloaderOptions options_;
  const std::unique_ptr<ReloadTrigger> trigger_;
  const telemetry::Logger logger_;
  const std::unique_ptr<Metrics> metrics_;
  DirectoryWatch watch_;
  Content applied_;
  bool force_reload_ = false;
};

}  // namespace aion::promclient
