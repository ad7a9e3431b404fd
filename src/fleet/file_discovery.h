#pragma once

// FileDiscovery: addresses from `--store.sd-files`: JSON or YAML lists of {targets: […], labels:
// {…}}, with `*` in file names. A file that cannot be read or parsed keeps its last good addresses;
// one that is gone loses them. Refresh() belongs to one thread at a time; Addresses() is
// thread-safe.

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace aion::fleet {

class FileDiscovery {
 public:
  explicit FileDiscovery(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  /// Reads what changed. Errors of single files do not stop the others; they are returned together.
  Status Refresh();
  /// Unique, in order of files.
  std::vector<std::string> Addresses() const;
  bool empty() const { return patterns_.empty(); }

 private:
  struct File {
    std::string content_hash;
    std::vector<std::string> addresses;
  };

  const std::vector<std::string> patterns_;
  mutable std::mutex mutex_;
  std::map<std::string, File> files_;  // Guarded by mutex_.
};

/// The targets of one file's text; JSON is read as the YAML it is.
StatusOr<std::vector<std::string>> ParseTargetGroups(std::string_view text);

}  // namespace aion::fleet
