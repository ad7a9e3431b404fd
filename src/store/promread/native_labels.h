#pragma once

// NativeLabels: which label names the series of a Prometheus have by themselves, remembered for a
// while. The store asks it whether external or replica labels occur natively, which decides how it
// must sort (see `series_order.h`). Thread-safe; a refresh blocks on the network.

#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "promclient/prometheus.h"

namespace aion::store {

class NativeLabels {
 public:
  NativeLabels(std::shared_ptr<promclient::PrometheusClient> client,
               std::chrono::milliseconds lifetime)
      : client_(std::move(client)), lifetime_(lifetime) {}

  /// True when one of the names may occur, also when nobody can tell.
  bool MayOccur(const std::vector<std::string>& names, const CancelToken& cancel);
  /// A series with a conflicting name was seen although the memory said otherwise: forget it.
  void Forget();

 private:
  using Names = std::set<std::string, std::less<>>;

  std::shared_ptr<const Names> Fresh(const CancelToken& cancel);
  std::shared_ptr<const Names> Fetch(const CancelToken& cancel);

  const std::shared_ptr<promclient::PrometheusClient> client_;
  const std::chrono::milliseconds lifetime_;
  std::mutex mutex_;
  std::shared_ptr<const Names> names_;                // Guarded by mutex_.
  std::chrono::steady_clock::time_point fetched_at_;  // Guarded by mutex_.
  bool fetching_ = false;                             // Guarded by mutex_.
};

}  // namespace aion::store
