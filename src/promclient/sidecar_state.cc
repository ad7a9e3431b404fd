#include "promclient/sidecar_state.h"

#include <algorithm>
#include <filesystem>

#include "base/env.h"
#include "runtime/backoff.h"

namespace aion::promclient {
namespace {

constexpr DurationMs kBlockDurationMs = 2 * 3600 * 1000;

std::string Clean(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

}  // namespace

Status CheckFlags(const PrometheusFlags& flags, const FlagsRequirement& requirement,
                  std::vector<std::string>* warnings) {
  if (!flags.delay_compact_file.empty()) {
    const std::string meta_path =
        Clean(JoinPath(requirement.tsdb_path, requirement.shipper_meta_file_name));
    if (Clean(flags.delay_compact_file) != meta_path) {
      return FailedPreconditionError(
          "found that Prometheus and Thanos use different paths for tracking block uploads. "
          "Prometheus uses "
          "--storage.tsdb.delay-compact-file.path=" +
          flags.delay_compact_file + " while Thanos will write to " + meta_path +
          ", they must both use the same path.");
    }
  }
  if (flags.min_block_duration_ms != flags.max_block_duration_ms &&
      flags.delay_compact_file.empty()) {
    if (!requirement.ignore_unequal_block_size) {
      return FailedPreconditionError(
          "found that TSDB Max time is " + FormatModelDuration(flags.max_block_duration_ms) +
          " and Min time is " + FormatModelDuration(flags.min_block_duration_ms) +
          ". Compaction needs to be disabled (storage.tsdb.min-block-duration = "
          "storage.tsdb.max-block-duration)");
    }
    warnings->push_back(
        "flag to ignore Prometheus min/max block duration flags differing is being used. If the "
        "upload of a 2h block "
        "fails and a Prometheus compaction happens that block may be missing from your Thanos "
        "bucket storage.");
  }
  if (flags.min_block_duration_ms != kBlockDurationMs) {
    warnings->push_back(
        "found that TSDB block time is not 2h. Only 2h block time is recommended. block-time: " +
        FormatModelDuration(flags.min_block_duration_ms));
  }
  return OkStatus();
}

Status CheckWalDirectory(const std::string& tsdb_path) {
  const std::string doubt =
      "WAL dir is not accessible. Is this dir a TSDB directory? If yes it is shared with TSDB?";
  const auto info = Env::Posix().Stat(JoinPath(tsdb_path, "wal"));
  if (!info.ok()) return info.status().WithContext(doubt);
  return info->is_directory ? OkStatus() : FailedPreconditionError(doubt);
}

SidecarState::SidecarState(SidecarStateOptions options, std::shared_ptr<PrometheusClient> client,
                           telemetry::Logger logger, const telemetry::Registry& registry)
    : options_(std::move(options)),
      client_(std::move(client)),
      logger_(std::move(logger)),
      up_metric_(registry.AddGauge(
          "thanos_sidecar_prometheus_up",
          "Boolean indicator whether the sidecar can reach its Prometheus peer.")) {
  snapshot_.min_time = options_.min_time();
}

Status SidecarState::RetryForever(std::string_view failure, const CancelToken& cancel,
                                  const std::function<Status(const CancelToken&)>& attempt) {
  while (true) {
    CancelSource limit(CancelToken::Clock::now() + options_.get_config_timeout, cancel);
    const Status status = attempt(limit.Token());
    if (status.ok()) return status;
    RETURN_IF_ERROR(cancel.Check());
    logger_.Warn(std::string(failure) + ". Is Prometheus running? Retrying", {{"err", status}});
    RETURN_IF_ERROR(runtime::SleepFor(options_.get_config_interval, cancel));
  }
}

Status SidecarState::ValidateFlags(const CancelToken& cancel) {
  const auto flags = client_->Flags(cancel);
  if (!flags.ok() && flags.status().code() == StatusCode::kUnimplemented) {
    logger_.Warn(
        "failed to check Prometheus flags, due to potentially older Prometheus. No extra "
        "validation is done.",
        {{"err", flags.status()}});
    return OkStatus();
  }
  RETURN_IF_ERROR(flags.status().WithContext("fetch Prometheus flags"));
  std::vector<std::string> warnings;
  const Status status = CheckFlags(*flags, *options_.flags, &warnings);
  for (const std::string& warning : warnings) logger_.Warn(warning);
  return status;
}

Status SidecarState::UpdateVersion(const CancelToken& cancel) {
  ASSIGN_OR_RETURN(std::string version, client_->BuildVersion(cancel));
  const std::lock_guard lock(mutex_);
  snapshot_.version = std::move(version);
  return OkStatus();
}

Status SidecarState::UpdateRangeAndLabels(const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const std::optional<TimestampMs> lowest, client_->LowestTimestamp(cancel));
  if (!lowest && !std::exchange(warned_of_missing_range_, true)) {
    logger_.Warn(
        "Prometheus does not tell its lowest timestamp; --min-time alone bounds what is announced");
  }
  ASSIGN_OR_RETURN(model::Labels labels, client_->ExternalLabels(cancel));
  const std::lock_guard lock(mutex_);
  lowest_time_ = lowest.value_or(kTimestampMin);
  snapshot_.external_labels = std::move(labels);
  snapshot_.known = true;
  return OkStatus();
}

Status SidecarState::WaitForPrometheus(const CancelToken& cancel) {
  if (options_.flags) {
    RETURN_IF_ERROR(
        RetryForever("failed to validate prometheus flags", cancel,
                     [this](const CancelToken& token) { return ValidateFlags(token); }));
    logger_.Info("successfully validated prometheus flags");
  }
  RETURN_IF_ERROR(RetryForever("failed to fetch prometheus version", cancel,
                               [this](const CancelToken& token) { return UpdateVersion(token); }));
  logger_.Info("successfully loaded prometheus version");
  RETURN_IF_ERROR(
      RetryForever("failed to fetch initial external labels", cancel,
                   [this](const CancelToken& token) { return UpdateRangeAndLabels(token); }));
  const SidecarSnapshot now = Get();
  logger_.Info("successfully loaded prometheus external labels",
               {{"external_labels", now.external_labels.ToString()}});
  if (now.external_labels.empty()) {
    return FailedPreconditionError(
        "no external labels configured on Prometheus server, uniquely identifying external labels "
        "must be configured; "
        "see https://thanos.io/tip/thanos/storage.md#external-labels for details.");
  }
  up_metric_.Set(1);
  const std::lock_guard lock(mutex_);
  snapshot_.up = true;
  return OkStatus();
}

Status SidecarState::Refresh(const CancelToken& cancel) {
  CancelSource limit(CancelToken::Clock::now() + options_.get_config_timeout, cancel);
  Status status = UpdateRangeAndLabels(limit.Token());
  const bool was_up = Get().up;
  // A Prometheus that came back may be another version of it.
  if (status.ok() && !was_up) status = UpdateVersion(limit.Token());
  if (!status.ok()) logger_.Warn("updating labels failed", {{"err", status}});
  up_metric_.Set(status.ok() ? 1 : 0);
  const std::lock_guard lock(mutex_);
  snapshot_.up = status.ok();
  return status;
}

Status SidecarState::Run(const CancelToken& cancel,
                         const std::function<void(const Status&)>& on_heartbeat) {
  RETURN_IF_ERROR(WaitForPrometheus(cancel));
  on_heartbeat(OkStatus());
  while (runtime::SleepFor(options_.get_config_interval, cancel).ok()) {
    const Status status = Refresh(cancel);
    if (cancel.IsCancelled()) break;
    on_heartbeat(status);
  }
  return OkStatus();
}

SidecarSnapshot SidecarState::Get() const {
  SidecarSnapshot snapshot;
  {
    const std::lock_guard lock(mutex_);
    snapshot = snapshot_;
    snapshot.min_time = lowest_time_;
  }
  snapshot.min_time = std::max(snapshot.min_time, options_.min_time());
  return snapshot;
}

}  // namespace aion::promclient
