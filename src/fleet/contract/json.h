#pragma once

// JSON of the small APIs: the `data` values of
// `/api/v1/{rules,alerts,targets,metadata,query_exemplars,status/tsdb}`, byte for byte with
// upstream's field names and order (no HTML escaping). Appends; never fails; thread-safe.

#include <string>
#include <vector>

#include "fleet/contract/exemplars.h"
#include "fleet/contract/metadata.h"
#include "fleet/contract/rules.h"
#include "fleet/contract/targets.h"
#include "fleet/contract/tsdb_status.h"

namespace aion::fleet {

/// {"groups":[…]}
void AppendRulesJson(std::string* out, const std::vector<RuleGroup>& groups);
/// {"<key>":[…]}: the querier says "alerts"; the ruler, by an accident upstream kept, "Alerts". An
/// empty list of the querier is null, as upstream prints it.
void AppendAlertsJson(std::string* out, std::string_view key,
                      const std::vector<AlertInstance>& alerts);
/// {"activeTargets":[…],"droppedTargets":[…]}
void AppendTargetsJson(std::string* out, const TargetsResponse& targets);
/// {"<metric>":[{"type":…,"help":…,"unit":…}]}
void AppendMetadataJson(std::string* out, const MetadataResponse& metadata);
/// [{"seriesLabels":…,"exemplars":[…]}]
void AppendExemplarsJson(std::string* out, const std::vector<ExemplarSeries>& series);
/// {"headStats":…,…}, each list cut to `limit` entries (0: not cut).
void AppendTsdbStatusJson(std::string* out, const TsdbStatistics& statistics, size_t limit);

/// {"a":"b"}
void AppendLabelsJson(std::string* out, model::LabelsView labels);
/// A float64 as Go's encoding/json prints it; NaN and infinities, which JSON has not, as 0.
void AppendJsonNumber(std::string* out, double value);

}  // namespace aion::fleet
