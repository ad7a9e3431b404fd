#pragma once

// FileWatch: tells whether a file's content has changed since the last look, by its hash, so that
// touched files, replaced symlinks and rewritten mounts are all seen for what they hold. The caller
// decides how often to look. Not thread-safe.

#include <optional>
#include <string>

#include "base/env.h"
#include "base/status.h"

namespace aion::config {

class FileWatch {
 public:
  FileWatch(Env& env, std::string path) : env_(env), path_(std::move(path)) {}

  /// The content when it differs from what the last successful Poll() saw, the first time always;
  /// nullopt when it is the same. An unreadable file is an error and changes nothing.
  StatusOr<std::optional<std::string>> Poll();
  const std::string& path() const { return path_; }

 private:
  Env& env_;
  const std::string path_;
  std::optional<std::string> hash_;
};

}  // namespace aion::config
