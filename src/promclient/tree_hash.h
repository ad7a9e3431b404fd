#pragma once

// TreeHash: one hash over the names and contents of files, which changes when any of them does.

#include <set>
#include <string>

#include "base/env.h"
#include "base/status.h"

namespace aion::promclient {

class TreeHash {
 public:
  static constexpr size_t kFilesMax = 100'000;
  static constexpr int kDepthMax = 64;

  explicit TreeHash(Env& env) : env_(env) {}

  /// Adds a file under its path.
  void AddFile(const std::string& path, std::string_view content);
  /// Adds every file below `directory`, in name order. The directory itself may be a symlink, and
  /// so may files; symlinked directories below it are not entered, so that links cannot loop. Real
  /// directories are gathered in `directories`.
  Status AddDirectory(const std::string& directory, std::set<std::string>* directories);

  std::string Hex() const;

 private:
  Status AddEntries(const std::string& directory, int depth, std::set<std::string>* directories);

  Env& env_;
  size_t file_count_ = 0;
  std::string digests_;  // One short line a file; hashed at the end.
};

/// The path with all symlinks resolved; kNotFound naming it when something is missing.
StatusOr<std::string> ResolveSymlinks(const std::string& path);

}  // namespace aion::promclient
