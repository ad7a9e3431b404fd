#pragma once

// RawClient: a loopback TCP client for tests, blocking with a limit, that sends exactly the bytes
// it is told to.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace aion::net::internal {

class RawClient {
 public:
  explicit RawClient(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  /// Reads more into received(); false at the end or after the limit.
  bool ReadMore(int limit_ms = 10'000) {
    pollfd poll_fd{fd_, POLLIN, 0};
    if (poll(&poll_fd, 1, limit_ms) <= 0) return false;
    char buffer[65536];
    const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    received_.append(buffer, static_cast<size_t>(count));
    return true;
  }
  /// Reads until `text` was received; false when the stream ends before.
  bool ReadUntil(std::string_view text) {
    while (received_.find(text) == std::string::npos) {
      if (!ReadMore()) return false;
    }
    return true;
  }
  const std::string& ReadAll() {
    while (ReadMore()) {
    }
    return received_;
  }
  const std::string& received() const { return received_; }
  void Forget() { received_.clear(); }

 private:
  int fd_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace aion::net::internal
