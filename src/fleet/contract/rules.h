#pragma once

// The rules API: rule groups with their rules and alerts, as `/api/v1/rules`, `/api/v1/alerts` and
// thanos.Rules carry them. Whoever has rules (a Prometheus behind a sidecar, the ruler, a gRPC
// peer, the fleet as a whole) is a RulesApi.
//
// Plain movable values. Labels of rules include the external labels of where they come from.
// RulesApi is thread-safe; its call blocks and ends soon after `context.cancel` does.

#include <string>
#include <vector>

#include "base/status.h"
#include "fleet/contract/time_point.h"
#include "model/labels.h"
#include "model/warnings.h"
#include "store/contract/store.h"

namespace aion::fleet {

using store::PartialResponse;
using store::RequestContext;

/// Numbers are the wire's; a higher one is more severe.
enum class AlertState : uint8_t { kUnknown = 0, kInactive = 1, kPending = 2, kFiring = 3 };

struct AlertInstance {
  model::Labels labels;
  model::Labels annotations;
  AlertState state = AlertState::kUnknown;
  bool has_active_at = false;
  TimePoint active_at;
  std::string value;  ///< A number as Prometheus prints it: "1e+00".
  PartialResponse partial_response = PartialResponse::kWarn;
};

struct Rule {
  enum class Kind : uint8_t { kRecording, kAlerting };
  Kind kind = Kind::kRecording;
  std::string name;
  std::string query;
  model::Labels labels;
  std::string health;
  std::string last_error;
  double evaluation_seconds = 0;
  TimePoint last_evaluation;

  // Of alerting rules only.
  AlertState state = AlertState::kUnknown;
  double duration_seconds = 0;
  double keep_firing_for_seconds = 0;
  model::Labels annotations;
  std::vector<AlertInstance> alerts;
};

struct RuleGroup {
  std::string name;
  std::string file;
  std::vector<Rule> rules;
  double interval_seconds = 0;
  double evaluation_seconds = 0;
  TimePoint last_evaluation;
  int64_t limit = 0;
  PartialResponse partial_response = PartialResponse::kWarn;
};

struct RulesRequest {
  enum class Type : uint8_t { kAll = 0, kAlert = 1, kRecord = 2 };
  Type type = Type::kAll;
  PartialResponse partial_response = PartialResponse::kWarn;
  /// Series selectors on rule labels; a rule has to satisfy all of them.
  std::vector<std::string> matchers;
  /// Empty lists do not filter.
  std::vector<std::string> rule_names;
  std::vector<std::string> rule_groups;
  std::vector<std::string> files;
};

struct RulesResponse {
  std::vector<RuleGroup> groups;
  model::Warnings warnings;
};

class RulesApi {
 public:
  virtual ~RulesApi() = default;
  virtual StatusOr<RulesResponse> Rules(const RulesRequest& request,
                                        const RequestContext& context) = 0;
};

/// All alerts of all alerting rules, in order.
std::vector<AlertInstance> AlertsOf(const std::vector<RuleGroup>& groups);

/// "unknown", "inactive", "pending", "firing"; parsing takes any case.
std::string_view AlertStateText(AlertState state);
StatusOr<AlertState> ParseAlertState(std::string_view text);

}  // namespace aion::fleet
