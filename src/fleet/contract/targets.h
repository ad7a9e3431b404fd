#pragma once

// The targets API: what Prometheus scrapes, as `/api/v1/targets` and thanos.Targets carry it. Plain
// movable values; labels and discovered labels include external labels. TargetsApi is thread-safe;
// its call blocks and ends soon after `context.cancel` does.

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

/// Numbers are the wire's; replicas that disagree are settled by the lowest one.
enum class TargetHealth : uint8_t { kDown = 0, kUp = 1, kUnknown = 2 };

struct ActiveTarget {
  model::Labels discovered_labels;
  model::Labels labels;
  std::string scrape_pool;
  std::string scrape_url;
  std::string global_url;
  std::string last_error;
  TimePoint last_scrape;
  double last_scrape_seconds = 0;
  TargetHealth health = TargetHealth::kDown;
};

struct DroppedTarget {
  model::Labels discovered_labels;
};

struct TargetsRequest {
  enum class State : uint8_t { kAny = 0, kActive = 1, kDropped = 2 };
  State state = State::kAny;
  PartialResponse partial_response = PartialResponse::kWarn;
};

struct TargetsResponse {
  std::vector<ActiveTarget> active;
  std::vector<DroppedTarget> dropped;
  model::Warnings warnings;
};

class TargetsApi {
 public:
  virtual ~TargetsApi() = default;
  virtual StatusOr<TargetsResponse> Targets(const TargetsRequest& request,
                                            const RequestContext& context) = 0;
};

/// "down", "up", "unknown"; parsing takes any case.
std::string_view TargetHealthText(TargetHealth health);
StatusOr<TargetHealth> ParseTargetHealth(std::string_view text);

}  // namespace aion::fleet
