#pragma once

// DirectoryWatch: wakes a thread when something in a set of directories changes (inotify). A hint,
// not a truth: events may be missed or spurious, so whoever waits re-reads what it cares about and
// also looks from time to time.
//
// Wait() and SetDirectories() belong to one thread; Wake() may come from any.

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"

namespace aion::promclient {

class DirectoryWatch {
 public:
  /// More directories than this are not watched (they are still re-read at every interval).
  static constexpr size_t kDirectoriesMax = 4096;

  DirectoryWatch();
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  /// Watches exactly these directories from now on. One that is not there is an error, and the
  /// others are watched.
  Status SetDirectories(const std::set<std::string>& directories);
  size_t directory_count() const { return watched_.size(); }

  struct Events {
    uint64_t count = 0;
    bool lost = false;  ///< The kernel's queue overflowed: anything may have changed.
  };
  /// Waits until something changed, Wake() was called or `timeout` passed; gives what came, 0
  /// events for the latter two.
  Events Wait(std::chrono::milliseconds timeout);
  /// Ends a running or the next Wait.
  void Wake();

 private:
  Events Drain();

  int inotify_fd_ = -1;
  int wake_fd_ = -1;
  std::map<std::string, int> watched_;  // Directory to inotify's watch.
};

}  // namespace aion::promclient
