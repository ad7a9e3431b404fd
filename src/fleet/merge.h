#pragma once

// Merging the small APIs' answers of many endpoints into one, with replicas removed: pure functions
// on values, in the order and with the ties upstream has. `replica_labels` are the names dropped
// before entries are compared.
//
//   rules      groups joined by (file, name); equal rules (kind, name, labels, query, alert
//   duration) become one: the
//              most severe alert state wins, then the newest evaluation
//   targets    equal targets (URL, pool, labels) become one: lowest health number, then the newest
//   scrape metadata   distinct entries a metric, at most `limit` metrics exemplars  joined by
//   series labels, distinct by (time, labels, value), all ascending status     sums by tenant;
//   label value counts by maximum

#include <string>
#include <vector>

#include "fleet/contract/exemplars.h"
#include "fleet/contract/metadata.h"
#include "fleet/contract/rules.h"
#include "fleet/contract/targets.h"
#include "fleet/contract/tsdb_status.h"

namespace aion::fleet {

/// `labels` with those of `external` set over them.
model::Labels WithExternalLabels(model::LabelsView labels, model::LabelsView external);
model::Labels WithoutLabels(model::LabelsView labels, const std::vector<std::string>& names);

/// Keeps the rules that satisfy every matcher; a label whose value is a template counts as absent.
/// Groups left without rules are dropped, if there was a matcher at all.
void FilterRulesByMatchers(const std::vector<std::vector<model::Matcher>>& matchers,
                           std::vector<RuleGroup>* groups);
/// The request's rule_names, rule_groups and files.
void FilterRulesByNames(const RulesRequest& request, std::vector<RuleGroup>* groups);

void MergeRuleGroups(const std::vector<std::string>& replica_labels,
                     std::vector<RuleGroup>* groups);
void MergeTargets(const std::vector<std::string>& replica_labels, TargetsResponse* targets);
void MergeExemplars(const std::vector<std::string>& replica_labels,
                    std::vector<ExemplarSeries>* series);
/// Adds `from` to `into`.
void MergeMetadata(MetadataResponse from, int32_t limit, MetadataResponse* into);
void MergeTsdbStatistics(const TsdbStatistics& from, TsdbStatistics* into);
/// All tenants of an answer as one entry.
TsdbStatistics SumOfTenants(const TsdbStatusResponse& response);

}  // namespace aion::fleet
