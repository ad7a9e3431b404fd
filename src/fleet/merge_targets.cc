#include <algorithm>

#include "fleet/merge.h"

namespace aion::fleet {
namespace {

int CompareIdentity(const ActiveTarget& a, const ActiveTarget& b) {
  if (const int order = a.scrape_url.compare(b.scrape_url)) return order;
  if (const int order = a.scrape_pool.compare(b.scrape_pool)) return order;
  if (const int order = Compare(a.discovered_labels, b.discovered_labels)) return order;
  return Compare(a.labels, b.labels);
}
int CompareIdentity(const DroppedTarget& a, const DroppedTarget& b) {
  return Compare(a.discovered_labels, b.discovered_labels);
}

bool IsPreferred(const ActiveTarget& a, const ActiveTarget& b) {
  if (a.health != b.health) return a.health < b.health;
  return a.last_scrape > b.last_scrape;
}
bool IsPreferred(const DroppedTarget& /*a*/, const DroppedTarget& /*b*/) { return false; }

// Sorts without the replica labels, so that replicas are neighbours whatever their labels' names
// sort like.
template <typename Target>
void Deduplicate(std::vector<Target>* targets) {
  std::stable_sort(targets->begin(), targets->end(),
                   [](const Target& a, const Target& b) { return CompareIdentity(a, b) < 0; });
  size_t kept = 0;
  for (size_t i = 0; i < targets->size(); ++i) {
    Target& target = (*targets)[i];
    if (kept == 0 || CompareIdentity((*targets)[kept - 1], target) != 0) {
      if (kept != i) (*targets)[kept] = std::move(target);
      ++kept;
    } else if (IsPreferred(target, (*targets)[kept - 1])) {
      (*targets)[kept - 1] = std::move(target);
    }
  }
  targets->resize(kept);
}

}  // namespace

void MergeTargets(const std::vector<std::string>& replica_labels, TargetsResponse* targets) {
  for (ActiveTarget& target : targets->active) {
    target.discovered_labels = WithoutLabels(target.discovered_labels, replica_labels);
    target.labels = WithoutLabels(target.labels, replica_labels);
  }
  for (DroppedTarget& target : targets->dropped) {
    target.discovered_labels = WithoutLabels(target.discovered_labels, replica_labels);
  }
  Deduplicate(&targets->active);
  Deduplicate(&targets->dropped);
}

}  // namespace aion::fleet
