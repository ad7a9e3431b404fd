#pragma once

// IndexCache: what requests have read of indexes, kept in memory for the next ones
// (`--index-cache-size`).
//
// Three kinds of items: postings lists as they lie in the index, expanded postings (the series of a
// block that satisfy matchers), and series tables (labels and chunk places of such series,
// decoded). Thread-safe.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/lru_cache.h"
#include "model/matcher.h"
#include "telemetry/metrics.h"

namespace aion::store {

enum class IndexCacheItem : uint8_t { kPostings = 0, kExpandedPostings = 1, kSeries = 2 };
inline constexpr size_t kIndexCacheItemCount = 3;

class IndexCache {
 public:
  IndexCache(const cache::LruCacheOptions& options, const telemetry::Registry& registry);

  /// Null when it is not there. `T` is what was inserted under this kind.
  template <typename T>
  std::shared_ptr<const T> Get(IndexCacheItem item, std::string_view block, std::string_view key,
                               std::string_view tenant) {
    return std::static_pointer_cast<const T>(Find(item, block, key, tenant));
  }
  void Insert(IndexCacheItem item, std::string_view block, std::string_view key,
              std::shared_ptr<const void> value, uint64_t bytes);

 private:
  struct ItemMetrics {
    telemetry::Counter* added = nullptr;
    telemetry::Counter* evicted = nullptr;
    telemetry::Counter* overflowed = nullptr;
    telemetry::Gauge* items = nullptr;
    telemetry::Gauge* bytes = nullptr;
    telemetry::Gauge* total_bytes = nullptr;
  };
  std::shared_ptr<const void> Find(IndexCacheItem item, std::string_view block,
                                   std::string_view key, std::string_view tenant);
  void OnEvict(std::string_view key, uint64_t bytes);

  telemetry::Family<telemetry::Counter> requests_;
  telemetry::Family<telemetry::Counter> hits_;
  std::array<ItemMetrics, kIndexCacheItemCount> metrics_;
  cache::LruCache lru_;  // Last: its callback uses the others.
};

/// The matchers as one string, in a fixed order.
std::string MatchersKey(const std::vector<model::Matcher>& matchers);

}  // namespace aion::store
