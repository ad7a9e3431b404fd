#include "net/internal/curl_pool.h"

#include <algorithm>

namespace aion::net::internal {
namespace {

/// How often a call that waits for a connection looks at its token.
constexpr std::chrono::milliseconds kWaitStep{20};

}  // namespace

CurlSlot::CurlSlot() : multi(curl_multi_init()), easy(curl_easy_init()) {
  // One for the host and one for where it redirects to.
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 2L);
}

CurlSlot::~CurlSlot() {
  curl_easy_cleanup(easy);
  curl_multi_cleanup(multi);
}

StatusOr<std::unique_ptr<CurlSlot>> CurlPool::Take(const std::string& name,
                                                   const CancelToken& cancel) {
  const int busy_max = config_.max_connections_per_host;
  std::unique_lock lock(mutex_);
  // Looked up anew each time: a host without connections may have been erased during the wait.
  while (busy_max > 0 && hosts_[name].busy >= busy_max) {
    freed_.wait_for(lock, kWaitStep);
    RETURN_IF_ERROR(cancel.Check());
  }
  Host& host = hosts_[name];
  ++host.busy;
  if (host.idle.empty()) {
    lock.unlock();
    return std::make_unique<CurlSlot>();
  }
  std::unique_ptr<CurlSlot> slot = std::move(host.idle.back());
  host.idle.pop_back();
  return slot;
}

void CurlPool::Give(const std::string& name, std::unique_ptr<CurlSlot> slot) {
  std::vector<std::unique_ptr<CurlSlot>> dropped;  // Closed outside the lock.
  const auto now = Clock::now();
  std::lock_guard lock(mutex_);
  Host& host = hosts_[name];
  --host.busy;
  freed_.notify_one();
  if (slot != nullptr) {
    slot->idle_since = now;
    host.idle.push_back(std::move(slot));
  }
  Trim(host, now, &dropped);
}

void CurlPool::Trim(Host& host, Clock::time_point now,
                    std::vector<std::unique_ptr<CurlSlot>>* dropped) {
  const auto drop_front = [&](Host& from) {
    dropped->push_back(std::move(from.idle.front()));
    from.idle.erase(from.idle.begin());
  };
  const auto idle_max = static_cast<size_t>(std::max(1, config_.max_idle_connections_per_host));
  while (host.idle.size() > idle_max) drop_front(host);
  const auto timeout = std::chrono::milliseconds(config_.idle_connection_timeout_ms);
  if (timeout.count() <= 0 || now - last_sweep_ <= timeout / 4) return;
  last_sweep_ = now;
  for (auto it = hosts_.begin(); it != hosts_.end();) {
    Host& each = it->second;
    while (!each.idle.empty() && now - each.idle.front()->idle_since > timeout) drop_front(each);
    it = each.idle.empty() && each.busy == 0 ? hosts_.erase(it) : std::next(it);
  }
}

}  // namespace aion::net::internal
