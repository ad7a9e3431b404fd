#include "promclient/directory_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace aion::promclient {
namespace {

constexpr uint32_t kEvents = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE |
                             IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

DirectoryWatch::DirectoryWatch()
    : inotify_fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

DirectoryWatch::~DirectoryWatch() {
  if (inotify_fd_ >= 0) close(inotify_fd_);
  if (wake_fd_ >= 0) close(wake_fd_);
}

Status DirectoryWatch::SetDirectories(const std::set<std::string>& directories) {
  if (inotify_fd_ < 0) return ResourceExhaustedError("create watcher: inotify is not available");
  std::erase_if(watched_, [&](const auto& watched) {
    if (directories.contains(watched.first)) return false;
    inotify_rm_watch(inotify_fd_, watched.second);
    return true;
  });
  Status status;
  for (const std::string& directory : directories) {
    if (watched_.size() >= kDirectoriesMax && !watched_.contains(directory)) break;
    // Added anew each time: the directory may have been replaced by another of its name.
    const int watch = inotify_add_watch(inotify_fd_, directory.c_str(), kEvents);
    if (watch >= 0) {
      watched_[directory] = watch;
      continue;
    }
    watched_.erase(directory);
    if (status.ok())
      status = UnknownError("add " + directory + " to watcher: " + std::strerror(errno));
  }
  return status;
}

DirectoryWatch::Events DirectoryWatch::Drain() {
  Events events;
  alignas(inotify_event) std::array<char, 16384> bytes;
  while (true) {
    const ssize_t size = read(inotify_fd_, bytes.data(), bytes.size());
    if (size <= 0) return events;
    for (ssize_t at = 0; at + static_cast<ssize_t>(sizeof(inotify_event)) <= size;) {
      inotify_event event;
      std::memcpy(&event, bytes.data() + at, sizeof(event));
      at += static_cast<ssize_t>(sizeof(event) + event.len);
      if ((event.mask & IN_IGNORED) != 0) continue;
      if ((event.mask & IN_Q_OVERFLOW) != 0) events.lost = true;
      ++events.count;
    }
  }
}

DirectoryWatch::Events DirectoryWatch::Wait(std::chrono::milliseconds timeout) {
  std::array<pollfd, 2> fds = {pollfd{inotify_fd_, POLLIN, 0}, pollfd{wake_fd_, POLLIN, 0}};
  const auto ms = std::clamp<int64_t>(timeout.count(), 0, 1 << 30);
  if (poll(fds.data(), fds.size(), static_cast<int>(ms)) <= 0) return {};
  uint64_t wakes;
  if ((fds[1].revents & POLLIN) != 0) [[maybe_unused]]
    const ssize_t ignored = read(wake_fd_, &wakes, sizeof(wakes));
  return (fds[0].revents & POLLIN) != 0 ? Drain() : Events{};
}

void DirectoryWatch::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t ignored = write(wake_fd_, &one, sizeof(one));
}

}  // namespace aion::promclient
