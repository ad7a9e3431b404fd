#pragma once

// CurlPool: idle connections of one HttpClient by host. A slot is one curl easy handle in a multi
// handle of its own: the multi holds the connection, and curl_multi_poll can be woken from the
// cancelling thread. Slots are taken last-in first-out, so that warm connections are used first.
// The pool is thread-safe; a taken slot belongs to one thread. For .cc files of this room only.

#include <curl/curl.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "net/http_client_config.h"

namespace aion::net::internal {

struct CurlSlot {
  CurlSlot();
  ~CurlSlot();
  CurlSlot(const CurlSlot&) = delete;
  CurlSlot& operator=(const CurlSlot&) = delete;

  CURLM* const multi;
  CURL* const easy;
  std::chrono::steady_clock::time_point idle_since;
};

class CurlPool {
 public:
  explicit CurlPool(const TransportConfig& config) : config_(config) {}

  /// Waits while the host has as many connections in use as it may; ends with `cancel`.
  StatusOr<std::unique_ptr<CurlSlot>> Take(const std::string& host, const CancelToken& cancel);
  /// Ends what Take began. Null: the connection is not worth keeping.
  void Give(const std::string& host, std::unique_ptr<CurlSlot> slot);

 private:
  using Clock = std::chrono::steady_clock;
  struct Host {
    std::vector<std::unique_ptr<CurlSlot>> idle;  // Longest idle first.
    int busy = 0;
  };
  /// Moves what may not stay idle to `dropped`. Requires: mutex_ is held.
  void Trim(Host& host, Clock::time_point now, std::vector<std::unique_ptr<CurlSlot>>* dropped);

  const TransportConfig config_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::map<std::string, Host> hosts_;  // Guarded by mutex_, as all below.
  Clock::time_point last_sweep_ = Clock::now();
};

}  // namespace aion::net::internal
