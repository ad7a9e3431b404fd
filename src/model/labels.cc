#include "model/labels.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"

namespace aion::model {

size_t LabelsView::Count() const {
  size_t count = 0;
  for (auto it = begin(); it != end(); ++it) ++count;
  return count;
}

std::string_view LabelsView::Get(std::string_view name) const {
  for (const LabelView label : *this) {
    if (label.name == name) return label.value;
    if (label.name > name) break;
  }
  return {};
}

uint64_t LabelsView::Hash() const { return XxHash64(packed_); }

std::string LabelsView::ToString() const {
  std::string text = "{";
  for (const LabelView label : *this) {
    if (text.size() > 1) text += ", ";
    text += IsLegacyLabelName(label.name) ? std::string(label.name) : QuoteGo(label.name);
    text.append("=").append(QuoteGo(label.value));
  }
  return text + "}";
}

std::string LabelsView::ToMetricString() const {
  const std::string_view name = Get(kMetricName);
  if (name.empty()) return ToString();
  const bool legacy = IsLegacyMetricName(name);
  std::string text(legacy ? name : std::string_view());
  std::string inner = legacy ? std::string() : QuoteGo(name);
  for (const LabelView label : *this) {
    if (label.name == kMetricName) continue;
    if (!inner.empty()) inner += ", ";
    inner += IsLegacyLabelName(label.name) ? std::string(label.name) : QuoteGo(label.name);
    inner.append("=").append(QuoteGo(label.value));
  }
  return inner.empty() ? text : text + "{" + inner + "}";
}

Status LabelsView::Validate(std::string_view packed) {
  ByteCursor cursor(packed);
  std::string_view previous;
  while (!cursor.AtEnd()) {
    const std::string_view name = cursor.UvarintBytes();
    const std::string_view value = cursor.UvarintBytes();
    if (!cursor.ok()) return InvalidArgumentError("labels: truncated");
    if (name.empty() || value.empty()) return InvalidArgumentError("labels: empty name or value");
    if (name <= previous)
      return InvalidArgumentError("labels: names out of order: " + std::string(name));
    previous = name;
  }
  return cursor.ok() ? OkStatus() : InvalidArgumentError("labels: truncated");
}

int Compare(LabelsView a, LabelsView b) {
  auto left = a.begin(), right = b.begin();
  const auto left_end = a.end(), right_end = b.end();
  for (; left != left_end && right != right_end; ++left, ++right) {
    const LabelView l = *left, r = *right;
    if (const int order = l.name.compare(r.name); order != 0) return order;
    if (const int order = l.value.compare(r.value); order != 0) return order;
  }
  return static_cast<int>(left != left_end) - static_cast<int>(right != right_end);
}

void AppendPackedLabel(std::string* out, std::string_view name, std::string_view value) {
  PutUvarintBytes(out, name);
  PutUvarintBytes(out, value);
}

Labels::Labels(std::initializer_list<LabelView> labels) {
  LabelsBuilder builder;
  for (const LabelView& label : labels) builder.Set(label.name, label.value);
  builder.AppendPacked(&packed_);
}

Labels Labels::FromPairs(std::vector<std::pair<std::string, std::string>> pairs) {
  LabelsBuilder builder;
  for (const auto& [name, value] : pairs) builder.Set(name, value);
  return builder.Build();
}

void LabelsBuilder::Reset(LabelsView base) {
  labels_.clear();
  for (const LabelView label : base) labels_.push_back(label);
}

void LabelsBuilder::Set(std::string_view name, std::string_view value) {
  const auto at =
      std::lower_bound(labels_.begin(), labels_.end(), name,
                       [](const LabelView& label, std::string_view n) { return label.name < n; });
  const bool present = at != labels_.end() && at->name == name;
  if (value.empty()) {
    if (present) labels_.erase(at);
  } else if (present) {
    at->value = value;
  } else {
    labels_.insert(at, LabelView{name, value});
  }
}

void LabelsBuilder::Keep(const std::vector<std::string>& names) {
  std::erase_if(labels_, [&](const LabelView& label) {
    return std::find(names.begin(), names.end(), label.name) == names.end();
  });
}

std::string_view LabelsBuilder::Get(std::string_view name) const {
  for (const LabelView& label : labels_) {
    if (label.name == name) return label.value;
  }
  return {};
}

void LabelsBuilder::AppendPacked(std::string* out) const {
  for (const LabelView& label : labels_) AppendPackedLabel(out, label.name, label.value);
}

Labels LabelsBuilder::Build() const {
  std::string packed;
  AppendPacked(&packed);
  return Labels::FromPacked(std::move(packed));
}

namespace {

uint64_t HashSelected(LabelsView labels, const std::vector<std::string>& sorted_names,
                      bool keep_named) {
  std::string bytes;
  for (const LabelView label : labels) {
    if (std::binary_search(sorted_names.begin(), sorted_names.end(), label.name) != keep_named)
      continue;
    bytes.append(label.name).push_back('\xff');
    bytes.append(label.value).push_back('\xff');
  }
  return XxHash64(bytes);
}

bool IsLegacyName(std::string_view name, bool colon) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [colon](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (colon && c == ':');
  });
}

}  // namespace

uint64_t HashForLabels(LabelsView labels, const std::vector<std::string>& sorted_names) {
  return HashSelected(labels, sorted_names, true);
}

uint64_t HashWithoutLabels(LabelsView labels, const std::vector<std::string>& sorted_names) {
  return HashSelected(labels, sorted_names, false);
}

bool IsValidLabelName(std::string_view name) { return !name.empty() && IsValidUtf8(name); }
bool IsLegacyLabelName(std::string_view name) { return IsLegacyName(name, false); }
bool IsLegacyMetricName(std::string_view name) { return IsLegacyName(name, true); }

}  // namespace aion::model
