#include "store/promread/label_rewriter.h"

#include <algorithm>

namespace aion::store {

LabelRewriter::LabelRewriter(model::Labels external_labels, std::vector<std::string> replica_labels)
    : external_labels_(std::move(external_labels)), affected_names_(std::move(replica_labels)) {
  model::LabelsBuilder shown(external_labels_);
  for (const std::string& name : affected_names_) shown.Delete(name);
  shown_external_ = shown.Build();
  for (const model::LabelView label : external_labels_) affected_names_.emplace_back(label.name);
  std::sort(affected_names_.begin(), affected_names_.end());
  affected_names_.erase(std::unique(affected_names_.begin(), affected_names_.end()),
                        affected_names_.end());
}

bool LabelRewriter::IsAffected(std::string_view name) const {
  return std::binary_search(affected_names_.begin(), affected_names_.end(), name, std::less<>());
}

void LabelRewriter::Rewrite(model::LabelsView received, Result* result) const {
  result->labels.clear();
  result->core.clear();
  result->native_conflict = false;
  auto external = shown_external_.begin();
  const auto end = shown_external_.end();
  for (const model::LabelView label : received) {
    if (IsAffected(label.name)) {
      if (external_labels_.Get(label.name) != label.value) result->native_conflict = true;
      continue;
    }
    for (; external != end && (*external).name < label.name; ++external) {
      model::AppendPackedLabel(&result->labels, (*external).name, (*external).value);
    }
    model::AppendPackedLabel(&result->labels, label.name, label.value);
    model::AppendPackedLabel(&result->core, label.name, label.value);
  }
  for (; external != end; ++external)
    model::AppendPackedLabel(&result->labels, (*external).name, (*external).value);
}

}  // namespace aion::store
