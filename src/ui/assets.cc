#include "ui/assets.h"

#include <algorithm>

namespace aion::ui {

const Asset* FindAsset(std::string_view path) {
  const std::span<const Asset> assets = Assets();
  const auto at = std::ranges::lower_bound(assets, path, {}, &Asset::path);
  return at != assets.end() && at->path == path ? &*at : nullptr;
}

}  // namespace aion::ui
