#include <algorithm>
#include <array>
#include <cctype>

#include "fleet/contract/rules.h"
#include "fleet/contract/targets.h"

namespace aion::fleet {
namespace {

constexpr std::array<std::string_view, 4> kAlertStates = {"unknown", "inactive", "pending",
                                                          "firing"};
constexpr std::array<std::string_view, 3> kTargetHealths = {"down", "up", "unknown"};

template <size_t kSize>
int IndexOfText(const std::array<std::string_view, kSize>& names, std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = std::find(names.begin(), names.end(), lower);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

}  // namespace

std::vector<AlertInstance> AlertsOf(const std::vector<RuleGroup>& groups) {
  std::vector<AlertInstance> alerts;
  for (const RuleGroup& group : groups) {
    for (const Rule& rule : group.rules) {
      if (rule.kind == Rule::Kind::kAlerting)
        alerts.insert(alerts.end(), rule.alerts.begin(), rule.alerts.end());
    }
  }
  return alerts;
}

std::string_view AlertStateText(AlertState state) {
  return kAlertStates[static_cast<size_t>(state) & 3];
}

StatusOr<AlertState> ParseAlertState(std::string_view text) {
  const int index = IndexOfText(kAlertStates, text);
  if (index < 0) return InvalidArgumentError("unknown alertState: " + std::string(text));
  return static_cast<AlertState>(index);
}

std::string_view TargetHealthText(TargetHealth health) {
  return kTargetHealths[std::min<size_t>(static_cast<size_t>(health), 2)];
}

StatusOr<TargetHealth> ParseTargetHealth(std::string_view text) {
  const int index = IndexOfText(kTargetHealths, text);
  if (index < 0) return InvalidArgumentError("unknown targetHealth: " + std::string(text));
  return static_cast<TargetHealth>(index);
}

}  // namespace aion::fleet
