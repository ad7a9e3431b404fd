#pragma once

// ReloadTrigger: how a running Prometheus is told to re-read its configuration: by HTTP, or by a
// signal whose outcome is then polled. Calls block, and end with their token. Not thread-safe.

#include <chrono>
#include <memory>
#include <string>

#include "base/cancel.h"
#include "base/status.h"
#include "promclient/prometheus.h"

namespace aion::promclient {

class ReloadTrigger {
 public:
  virtual ~ReloadTrigger() = default;
  /// OK once Prometheus has taken the new configuration.
  virtual Status Trigger(const CancelToken& cancel) = 0;
  /// "http" or "signal".
  virtual std::string_view Method() const = 0;
};

/// POST /-/reload; needs `--web.enable-lifecycle` of Prometheus.
std::unique_ptr<ReloadTrigger> MakeHttpReload(std::shared_ptr<PrometheusClient> client);

struct SignalReloadOptions {
  std::string process_name =
      "prometheus";  ///< As the kernel names the process, or its executable's file name.
  std::string proc_directory = "/proc";
  std::chrono::milliseconds poll_interval{1000};
};
/// SIGHUP to the first process of that name, then polls /api/v1/status/runtimeinfo for a newer
/// successful load. With a null client the outcome is not checked.
std::unique_ptr<ReloadTrigger> MakeSignalReload(SignalReloadOptions options,
                                                std::shared_ptr<PrometheusClient> client);

/// The pid of the first process whose name is `name`; kNotFound `failed to find process matching
/// "x"`.
StatusOr<int> FindProcess(const std::string& proc_directory, const std::string& name);

}  // namespace aion::promclient
