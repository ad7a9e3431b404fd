#pragma once

// The metrics every process of the field has: `process_*` from /proc, the `go_*` names dashboards
// ask for (filled with what stands for them here), and `thanos_build_info`. Read when /metrics is
// asked.

#include <string>
#include <vector>

#include "telemetry/metrics.h"

namespace aion::telemetry {

struct BuildInfo {
  std::string version, revision, branch;
};

/// Keep the handles as long as the registry is to show the metrics. `registry` has no prefix.
std::vector<CollectorHandle> AddProcessMetrics(const Registry& registry, const BuildInfo& build);

}  // namespace aion::telemetry
