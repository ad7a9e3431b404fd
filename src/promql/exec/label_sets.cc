#include "promql/exec/label_sets.h"

#include <algorithm>
#include <unordered_set>

namespace aion::promql {
namespace {

/// Merges a walk over labels with one over sorted names; calls `visit(label, named)` for each
/// label.
template <typename Visit>
void WalkNamed(model::LabelsView labels, const std::vector<std::string>& sorted_names,
               const Visit& visit) {
  auto name = sorted_names.begin();
  for (const model::LabelView label : labels) {
    while (name != sorted_names.end() && *name < label.name) ++name;
    visit(label, name != sorted_names.end() && *name == label.name);
  }
}

bool Overlap(const StepRow& a, const StepRow& b) {
  for (size_t word = 0; word < a.word_count(); ++word) {
    if ((a.PresentWord(word) & b.PresentWord(word)) != 0) return true;
  }
  return false;
}

void Absorb(StepRow* into, const StepRow& from) {
  for (size_t step = 0; step < from.count(); ++step) into->CopyStep(step, from, step);
}

}  // namespace

bool IsMetadataLabel(std::string_view name) {
  return name.starts_with("__") &&
         (name == model::kMetricName || name == "__type__" || name == "__unit__");
}

bool HasMetadataLabels(model::LabelsView labels) {
  for (const model::LabelView label : labels) {
    if (IsMetadataLabel(label.name)) return true;
    if (label.name > "__unit__") return false;
  }
  return false;
}

model::Labels DropMetadata(model::LabelsView labels) {
  if (!HasMetadataLabels(labels)) return model::Labels(labels);
  std::string packed;
  packed.reserve(labels.packed().size());
  for (const model::LabelView label : labels) {
    if (!IsMetadataLabel(label.name)) model::AppendPackedLabel(&packed, label.name, label.value);
  }
  return model::Labels::FromPacked(std::move(packed));
}

void KeepLabels(model::LabelsView labels, const std::vector<std::string>& sorted_names,
                std::string* out) {
  out->clear();
  WalkNamed(labels, sorted_names, [out](model::LabelView label, bool named) {
    if (named) model::AppendPackedLabel(out, label.name, label.value);
  });
}

void RemoveLabels(model::LabelsView labels, const std::vector<std::string>& sorted_names,
                  std::string* out) {
  out->clear();
  WalkNamed(labels, sorted_names, [out](model::LabelView label, bool named) {
    if (!named) model::AppendPackedLabel(out, label.name, label.value);
  });
}

Status SameLabelsetError() {
  return FailedPreconditionError("vector cannot contain metrics with the same labelset");
}

Status CheckUniqueLabels(const StepMatrix& matrix) {
  if (matrix.series.size() < 2) return OkStatus();
  std::unordered_set<std::string_view> seen;
  seen.reserve(matrix.series.size());
  for (const StepSeries& series : matrix.series) {
    if (!seen.insert(series.labels.packed()).second) return SameLabelsetError();
  }
  return OkStatus();
}

Status JoinEqualLabels(StepMatrix* matrix) {
  if (CheckUniqueLabels(*matrix).ok()) return OkStatus();
  LabelSetIndex index;
  std::vector<StepSeries> joined;
  for (StepSeries& series : matrix->series) {
    const auto [at, is_new] = index.Find(series.labels.packed());
    if (is_new) {
      joined.push_back(std::move(series));
      continue;
    }
    if (Overlap(joined[at].row, series.row)) return SameLabelsetError();
    Absorb(&joined[at].row, series.row);
  }
  matrix->series = std::move(joined);
  return OkStatus();
}

}  // namespace aion::promql
