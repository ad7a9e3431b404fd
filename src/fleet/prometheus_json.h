#pragma once

// The JSON of Prometheus' small APIs, read into the contract's structs. Pure functions on hostile
// input: kInternal says which field was not as it should be; fields that are missing keep their
// defaults.

#include <vector>

#include "base/status.h"
#include "fleet/contract/exemplars.h"
#include "fleet/contract/metadata.h"
#include "fleet/contract/rules.h"
#include "fleet/contract/targets.h"
#include "fleet/contract/tsdb_status.h"
#include "wire/json.h"

namespace aion::fleet {

/// Each takes the `data` of an answer. Prometheus knows no partial response: its rules abort.
StatusOr<std::vector<RuleGroup>> RuleGroupsFromJson(const wire::JsonValue& data);
StatusOr<TargetsResponse> TargetsFromJson(const wire::JsonValue& data);
StatusOr<MetadataResponse> MetadataFromJson(const wire::JsonValue& data);
StatusOr<std::vector<ExemplarSeries>> ExemplarsFromJson(const wire::JsonValue& data);
StatusOr<TsdbStatistics> TsdbStatisticsFromJson(const wire::JsonValue& data);

}  // namespace aion::fleet
