#pragma once

// Label sets as the operators make them from a series' labels, in packed form, without going
// through pairs of strings.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/labels.h"
#include "promql/exec/query.h"

namespace aion::promql {

/// __name__, __type__ and __unit__: what goes when the result is no longer the metric.
bool IsMetadataLabel(std::string_view name);
bool HasMetadataLabels(model::LabelsView labels);
model::Labels DropMetadata(model::LabelsView labels);

/// `out` becomes the packed labels named in `sorted_names`. One walk over both.
void KeepLabels(model::LabelsView labels, const std::vector<std::string>& sorted_names,
                std::string* out);
/// `out` becomes the packed labels not named in `sorted_names`.
void RemoveLabels(model::LabelsView labels, const std::vector<std::string>& sorted_names,
                  std::string* out);

/// Gives packed label sets their index in order of appearance.
class LabelSetIndex {
 public:
  /// The index of the set, and whether it is new.
  std::pair<size_t, bool> Find(const std::string& packed) {
    const auto [it, inserted] = index_.try_emplace(packed, index_.size());
    return {it->second, inserted};
  }
  size_t size() const { return index_.size(); }

 private:
  struct Hash {
    size_t operator()(const std::string& packed) const { return model::LabelsView(packed).Hash(); }
  };
  std::unordered_map<std::string, size_t, Hash> index_;
};

/// Joins series of equal labels whose steps do not meet. kFailedPrecondition `vector cannot contain
/// metrics with the same labelset` where they do. The first of each keeps its place.
Status JoinEqualLabels(StepMatrix* matrix);
/// The same error when any two series have equal labels.
Status CheckUniqueLabels(const StepMatrix& matrix);
Status SameLabelsetError();

}  // namespace aion::promql
