#include "store/contract/selection.h"

#include <algorithm>

namespace aion::store {

bool LabelSetsMatch(const std::vector<model::Matcher>& matchers,
                    const std::vector<model::Labels>& label_sets) {
  if (label_sets.empty()) return true;
  return std::any_of(label_sets.begin(), label_sets.end(), [&](const model::Labels& labels) {
    return StripExternalMatchers(matchers, labels).has_value();
  });
}

std::optional<std::vector<model::Matcher>> StripExternalMatchers(
    const std::vector<model::Matcher>& matchers, model::LabelsView external_labels) {
  std::vector<model::Matcher> left;
  for (const model::Matcher& matcher : matchers) {
    const std::string_view value = external_labels.Get(matcher.name());
    if (value.empty()) {
      left.push_back(matcher);
    } else if (!matcher.Matches(value)) {
      return std::nullopt;
    }
  }
  return left;
}

ShardFilter::ShardFilter(ShardInfo info) : info_(std::move(info)) {
  std::sort(info_.labels.begin(), info_.labels.end());
}

bool ShardFilter::Matches(model::LabelsView labels) const {
  if (!active()) return true;
  const uint64_t hash = info_.by ? model::HashForLabels(labels, info_.labels)
                                 : model::HashWithoutLabels(labels, info_.labels);
  return hash % static_cast<uint64_t>(info_.total_shards) ==
         static_cast<uint64_t>(info_.shard_index);
}

}  // namespace aion::store
