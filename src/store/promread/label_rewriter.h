#pragma once

// LabelRewriter: from the labels Prometheus sends to those the store shows: external labels set
// over them, replica labels taken away. One pass over sorted labels into reused strings.
//
// Prometheus adds its own external labels to remote read, where the series has no label of that
// name. So the labels a series truly has (its core, by which Prometheus sorts) are what comes, less
// the names of external labels; unless the series has such a name natively, which the rewriter
// reports as far as it can be seen: a value that is not the external one, or a replica label that
// is no external one.

#include <string>
#include <vector>

#include "model/labels.h"

namespace aion::store {

class LabelRewriter {
 public:
  LabelRewriter(model::Labels external_labels, std::vector<std::string> replica_labels);

  struct Result {
    std::string labels;  ///< Packed: what the store shows.
    std::string core;    ///< Packed: what Prometheus sorts by.
    bool native_conflict = false;
  };
  /// Replaces `result`. Requires: `received` sorted by name.
  void Rewrite(model::LabelsView received, Result* result) const;

  /// The external labels that are shown, with the replica labels gone.
  const model::Labels& shown_external() const { return shown_external_; }
  /// Every name whose presence in a series makes its place uncertain: external and replica labels,
  /// sorted.
  const std::vector<std::string>& affected_names() const { return affected_names_; }

 private:
  bool IsAffected(std::string_view name) const;

  const model::Labels external_labels_;
  std::vector<std::string> affected_names_;
  model::Labels shown_external_;
};

}  // namespace aion::store
