#pragma once

// Selection: which stores and series a request concerns, decided from labels and times alone. Pure
// functions, shared by every Store.

#include <optional>
#include <string>
#include <vector>

#include "model/labels.h"
#include "model/matcher.h"
#include "store/contract/store.h"

namespace aion::store {

/// False when no label set can hold a matching series: a matcher on a label that the set has does
/// not match. A store that announces no label set may hold anything.
bool LabelSetsMatch(const std::vector<model::Matcher>& matchers,
                    const std::vector<model::Labels>& label_sets);

/// The matchers left after those on `external_labels` were evaluated and dropped; nullopt when one
/// does not match.
std::optional<std::vector<model::Matcher>> StripExternalMatchers(
    const std::vector<model::Matcher>& matchers, model::LabelsView external_labels);

/// Decides for one request which series belong to its shard: XXH64 of the selected labels modulo
/// the shard count.
class ShardFilter {
 public:
  explicit ShardFilter(ShardInfo info);
  bool active() const { return info_.total_shards >= 1; }
  bool Matches(model::LabelsView labels) const;

 private:
  ShardInfo info_;  // Label names sorted.
};

}  // namespace aion::store
