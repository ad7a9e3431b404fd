#pragma once

// Object names: slash-separated, relative, without empty, "." or ".." parts. Names come from
// configuration and from files in buckets (meta.json lists files), so every provider that maps them
// to paths checks them here. Pure functions.

#include <string>
#include <string_view>

#include "base/status.h"

namespace aion::objstore {

/// Longest accepted name: what the strictest object stores allow.
inline constexpr size_t kObjectNameBytesMax = 1024;

/// kInvalidArgument for a name no object may have.
Status CheckObjectName(std::string_view name);
/// Like CheckObjectName for a directory: "" is the root and one trailing slash is allowed.
Status CheckDirectoryName(std::string_view name);
/// "" stays "", everything else gets exactly one trailing slash.
std::string DirectoryPrefix(std::string_view directory);

}  // namespace aion::objstore
