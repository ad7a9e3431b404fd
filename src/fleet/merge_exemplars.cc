#include <algorithm>
#include <unordered_map>

#include "fleet/merge.h"

namespace aion::fleet {
namespace {

int CompareExemplars(const Exemplar& a, const Exemplar& b) {
  if (a.time != b.time) return a.time < b.time ? -1 : 1;
  if (const int order = Compare(a.labels, b.labels)) return order;
  if (a.value < b.value) return -1;
  return b.value < a.value ? 1 : 0;
}

void DeduplicateExemplars(std::vector<Exemplar>* exemplars) {
  std::stable_sort(exemplars->begin(), exemplars->end(),
                   [](const Exemplar& a, const Exemplar& b) { return CompareExemplars(a, b) < 0; });
  exemplars->erase(
      std::unique(exemplars->begin(), exemplars->end(),
                  [](const Exemplar& a, const Exemplar& b) { return CompareExemplars(a, b) == 0; }),
      exemplars->end());
}

}  // namespace

void MergeExemplars(const std::vector<std::string>& replica_labels,
                    std::vector<ExemplarSeries>* series) {
  std::unordered_map<model::Labels, size_t, model::LabelsHash, model::LabelsEqual> index_by_labels;
  std::vector<ExemplarSeries> merged;
  for (ExemplarSeries& one : *series) {
    if (one.exemplars.empty()) continue;
    one.labels = WithoutLabels(one.labels, replica_labels);
    const auto [known, added] = index_by_labels.try_emplace(one.labels, merged.size());
    if (added) {
      merged.push_back(std::move(one));
      continue;
    }
    std::vector<Exemplar>& exemplars = merged[known->second].exemplars;
    std::move(one.exemplars.begin(), one.exemplars.end(), std::back_inserter(exemplars));
  }
  for (ExemplarSeries& one : merged) DeduplicateExemplars(&one.exemplars);
  std::sort(merged.begin(), merged.end(),
            [](const ExemplarSeries& a, const ExemplarSeries& b) { return a.labels < b.labels; });
  *series = std::move(merged);
}

}  // namespace aion::fleet
