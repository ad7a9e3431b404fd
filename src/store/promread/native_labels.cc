#include "store/promread/native_labels.h"

#include <algorithm>

namespace aion::store {

std::shared_ptr<const NativeLabels::Names> NativeLabels::Fresh(const CancelToken& cancel) {
  {
    const std::lock_guard lock(mutex_);
    const auto age = std::chrono::steady_clock::now() - fetched_at_;
    if (names_ != nullptr && age < lifetime_) return names_;
    // One asks; the others make do with what was known not long ago.
    if (names_ != nullptr && fetching_ && age < 2 * lifetime_) return names_;
    fetching_ = true;
  }
  auto names = Fetch(cancel);
  const std::lock_guard lock(mutex_);
  fetching_ = false;
  return names;
}

std::shared_ptr<const NativeLabels::Names> NativeLabels::Fetch(const CancelToken& cancel) {
  const auto fetched_at = std::chrono::steady_clock::now();
  auto list = client_->LabelNames({}, model::QueryRange(), 0, cancel);
  if (!list.ok()) return nullptr;
  auto names = std::make_shared<const Names>(list->begin(), list->end());
  const std::lock_guard lock(mutex_);
  names_ = names;
  fetched_at_ = fetched_at;
  return names;
}

bool NativeLabels::MayOccur(const std::vector<std::string>& names, const CancelToken& cancel) {
  if (names.empty()) return false;
  const std::shared_ptr<const Names> known = Fresh(cancel);
  if (known == nullptr) return true;
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return known->contains(name); });
}

void NativeLabels::Forget() {
  const std::lock_guard lock(mutex_);
  names_ = nullptr;
}

}  // namespace aion::store
