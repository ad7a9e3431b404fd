#pragma once

// TsdbSelector: which databases of its members a querier looks at, by relabel rules over their
// label sets
// (`--selector.relabel-config` of the querier). Immutable and thread-safe.

#include <vector>

#include "model/relabel.h"
#include "store/proxy/proxy.h"

namespace aion::store {

class TsdbSelector {
 public:
  explicit TsdbSelector(std::vector<model::RelabelRule> rules) : rules_(std::move(rules)) {}

  /// Drops members none of whose label sets is kept; of the others keeps the sets that are, and
  /// adds matchers that answer from those only. A member without label sets stays as it is. Without
  /// rules nothing changes.
  void Apply(std::vector<ProxyMember>* members) const;

 private:
  std::vector<model::RelabelRule> rules_;
};

/// Matchers, one a label name, that series of the given label sets satisfy.
std::vector<model::Matcher> MatchersForLabelSets(const std::vector<model::Labels>& label_sets);

}  // namespace aion::store
