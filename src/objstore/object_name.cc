#include "objstore/object_name.h"

#include "base/text.h"

namespace aion::objstore {
namespace {

bool IsBadPart(std::string_view part) { return part.empty() || part == "." || part == ".."; }

bool HasBadPart(std::string_view name) {
  while (true) {
    const size_t slash = name.find('/');
    if (IsBadPart(name.substr(0, slash))) return true;
    if (slash == std::string_view::npos) return false;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

Status CheckObjectName(std::string_view name) {
  if (name.empty()) return InvalidArgumentError("object name is empty");
  if (name.size() > kObjectNameBytesMax)
    return InvalidArgumentError("object name is over 1024 bytes");
  if (HasBadPart(name) || name.find('\0') != std::string_view::npos) {
    return InvalidArgumentError("object name is not a plain relative path: " + QuoteGo(name));
  }
  return OkStatus();
}

Status CheckDirectoryName(std::string_view name) {
  if (name.ends_with('/')) name.remove_suffix(1);
  return name.empty() ? OkStatus() : CheckObjectName(name);
}

std::string DirectoryPrefix(std::string_view directory) {
  std::string prefix(directory);
  if (!prefix.empty() && prefix.back() != '/') prefix += '/';
  return prefix;
}

}  // namespace aion::objstore
