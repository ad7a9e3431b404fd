#include "store/bucket/label_joiner.h"

#include <algorithm>

namespace aion::store {
namespace {

void AppendPair(std::string* out, std::string_view name, std::string_view value) {
  if (name.size() >= 0x80 || value.size() >= 0x80) [[unlikely]] {
    model::AppendPackedLabel(out, name, value);
    return;
  }
  out->push_back(static_cast<char>(name.size()));
  out->append(name);
  out->push_back(static_cast<char>(value.size()));
  out->append(value);
}

}  // namespace

LabelJoiner::LabelJoiner(const blocks::IndexHeader& header, model::LabelsView external,
                         const std::vector<std::string>& removed)
    : symbols_(header.symbols()), symbols_sorted_(header.symbols_sorted()), removed_(removed) {
  for (const model::LabelView label : external) {
    if (!IsRemoved(label.name)) external_.push_back(label);
  }
}

bool LabelJoiner::IsRemoved(std::string_view name) const {
  return std::binary_search(removed_.begin(), removed_.end(), name);
}

Status LabelJoiner::Append(const std::vector<tsdb::LabelRefs>& labels, std::string* out) {
  if (!symbols_sorted_) return AppendUnsorted(labels, out);
  const size_t size_before = out->size();
  size_t external = 0;
  int64_t ref_before = -1;
  for (const tsdb::LabelRefs& refs : labels) {
    std::string_view value;
    const Name* name = FindName(refs.name);
    // Symbols are sorted, so names are in order when their references are.
    const bool sound = name != nullptr && symbols_.Lookup(refs.value, &value) &&
                       refs.name > ref_before && !value.empty();
    if (!sound) [[unlikely]] {
      out->resize(size_before);
      return AppendUnsorted(labels, out);
    }
    ref_before = refs.name;
    for (; external < name->external_before; ++external)
      AppendPair(out, external_[external].name, external_[external].value);
    if (!name->left_out) AppendPair(out, name->text, value);
  }
  for (; external < external_.size(); ++external)
    AppendPair(out, external_[external].name, external_[external].value);
  return OkStatus();
}

const LabelJoiner::Name* LabelJoiner::FindName(uint32_t ref) {
  Name& name = names_[ref % kNamesCached];
  if (name.ref == ref && !name.text.empty()) [[likely]]
    return &name;
  std::string_view text;
  if (!symbols_.Lookup(ref, &text) || text.empty()) return nullptr;
  const auto at = std::lower_bound(
      external_.begin(), external_.end(), text,
      [](const model::LabelView& label, std::string_view wanted) { return label.name < wanted; });
  name = {ref, static_cast<uint32_t>(at - external_.begin()),
          IsRemoved(text) || (at != external_.end() && at->name == text), text};
  return &name;
}

// For old blocks, which hold labels out of order or with empty values.
Status LabelJoiner::AppendUnsorted(const std::vector<tsdb::LabelRefs>& labels, std::string* out) {
  std::string packed;
  RETURN_IF_ERROR(tsdb::AppendPackedLabels(labels, symbols_, &packed));
  model::LabelsBuilder builder{model::LabelsView(packed)};
  for (const std::string& name : removed_) builder.Delete(name);
  for (const model::LabelView& label : external_) builder.Set(label.name, label.value);
  builder.AppendPacked(out);
  return OkStatus();
}

}  // namespace aion::store
