#include "telemetry/prober.h"

namespace aion::telemetry {
namespace {

Family<Gauge> StatusGauges(std::string_view component, const Registry& registry) {
  return registry.WithLabels({{"component", std::string(component)}})
      .AddGaugeFamily("status",
                      "Represents status (0 indicates failure, 1 indicates success) of the "
                      "component.",
                      {"check"});
}

}  // namespace

Prober::Prober(std::string_view component, Logger logger, const Registry& registry)
    : logger_(std::move(logger)),
      ready_gauge_(StatusGauges(component, registry).With({"ready"})),
      healthy_gauge_(StatusGauges(component, registry).With({"healthy"})) {}

void Prober::SetReady() {
  const std::lock_guard lock(mutex_);
  reported_not_ready_ = false;
  if (ready_.exchange(true)) return;
  ready_gauge_.Set(1);
  logger_.Info("changing probe status", {{"status", "ready"}});
  for (const auto& callback : callbacks_) callback(true);
}

void Prober::SetNotReady(const Status& reason) {
  const std::lock_guard lock(mutex_);
  const bool was_ready = ready_.exchange(false);
  ready_gauge_.Set(0);
  if (!was_ready && reported_not_ready_) return;
  reported_not_ready_ = true;
  if (reason.ok()) {
    logger_.Warn("changing probe status", {{"status", "not-ready"}});
  } else {
    logger_.Warn("changing probe status", {{"status", "not-ready"}, {"reason", reason}});
  }
  if (!was_ready) return;
  for (const auto& callback : callbacks_) callback(false);
}

void Prober::SetHealthy() {
  if (healthy_.exchange(true)) return;
  healthy_gauge_.Set(1);
  logger_.Info("changing probe status", {{"status", "healthy"}});
}

void Prober::SetNotHealthy(const Status& reason) {
  if (!healthy_.exchange(false)) return;
  healthy_gauge_.Set(0);
  if (reason.ok()) {
    logger_.Info("changing probe status", {{"status", "not-healthy"}});
  } else {
    logger_.Info("changing probe status", {{"status", "not-healthy"}, {"reason", reason}});
  }
}

void Prober::OnReadyChange(std::function<void(bool ready)> callback) {
  const std::lock_guard lock(mutex_);
  callback(ready_.load());
  callbacks_.push_back(std::move(callback));
}

}  // namespace aion::telemetry
