#include "promclient/reload_trigger.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/env.h"
#include "base/text.h"
#include "runtime/backoff.h"

namespace aion::promclient {
namespace {

class HttpReload : public ReloadTrigger {
 public:
  explicit HttpReload(std::shared_ptr<PrometheusClient> client) : client_(std::move(client)) {}
  Status Trigger(const CancelToken& cancel) override { return client_->Reload(cancel); }
  std::string_view Method() const override { return "http"; }

 private:
  std::shared_ptr<PrometheusClient> client_;
};

class SignalReload : public ReloadTrigger {
 public:
  SignalReload(SignalReloadOptions options, std::shared_ptr<PrometheusClient> client)
      : options_(std::move(options)), client_(std::move(client)) {}

  Status Trigger(const CancelToken& cancel) override {
    RuntimeInfo before;
    if (client_ != nullptr) {
      auto info = client_->Runtime(cancel);
      if (!info.ok())
        return info.status().WithContext(
            "pre-reload check failed: failed to get config status before reload");
      before = *std::move(info);
    }
    ASSIGN_OR_RETURN(const int pid, FindProcess(options_.proc_directory, options_.process_name));
    if (kill(pid, SIGHUP) != 0) {
      return UnknownError("failed to send SIGHUP to pid " + std::to_string(pid) + ": " +
                          std::strerror(errno));
    }
    return client_ == nullptr ? OkStatus()
                              : WaitForLoad(before, cancel).WithContext("post-reload check failed");
  }
  std::string_view Method() const override { return "signal"; }

 private:
  Status WaitForLoad(const RuntimeInfo& before, const CancelToken& cancel) {
    while (true) {
      auto now = client_->Runtime(cancel);
      if (!now.ok()) return now.status().WithContext("failed to get config status after reload");
      if (now->reload_config_success && now->last_config_time > before.last_config_time)
        return OkStatus();
      // A good configuration was followed by a bad one: it will not become good by waiting.
      if (before.reload_config_success && !now->reload_config_success) {
        return FailedPreconditionError("configuration reload has failed");
      }
      RETURN_IF_ERROR(runtime::SleepFor(options_.poll_interval, cancel)
                          .WithContext("configuration reload not seen"));
    }
  }

  const SignalReloadOptions options_;
  const std::shared_ptr<PrometheusClient> client_;
};

bool IsProcessNamed(const std::string& directory, const std::string& name) {
  const auto comm = ReadFile(Env::Posix(), JoinPath(directory, "comm"), 4096);
  if (comm.ok() && std::string_view(*comm).substr(0, comm->find('\n')) == name) return true;
  std::error_code error;
  const auto executable = std::filesystem::read_symlink(JoinPath(directory, "exe"), error);
  return !error && executable.filename() == name;
}

}  // namespace

StatusOr<int> FindProcess(const std::string& proc_directory, const std::string& name) {
  ASSIGN_OR_RETURN(const std::vector<std::string> entries, Env::Posix().List(proc_directory));
  int found = 0;
  for (const std::string& entry : entries) {
    if (entry.empty() || entry.size() > 9 ||
        entry.find_first_not_of("0123456789") != std::string::npos)
      continue;
    const int pid = std::stoi(entry);
    if ((found == 0 || pid < found) && pid != getpid() &&
        IsProcessNamed(JoinPath(proc_directory, entry), name)) {
      found = pid;
    }
  }
  if (found == 0) return NotFoundError("failed to find process matching " + QuoteGo(name));
  return found;
}

std::unique_ptr<ReloadTrigger> MakeHttpReload(std::shared_ptr<PrometheusClient> client) {
  return std::make_unique<HttpReload>(std::move(client));
}

std::unique_ptr<ReloadTrigger> MakeSignalReload(SignalReloadOptions options,
                                                std::shared_ptr<PrometheusClient> client) {
  return std::make_unique<SignalReload>(std::move(options), std::move(client));
}

}  // namespace aion::promclient
