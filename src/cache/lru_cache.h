#pragma once

// LruCache: values by string key up to a number of bytes; what was used longest ago goes first.
//
// Values are shared immutable objects of any type: whoever holds one keeps it after eviction. The
// cost of an entry is what its owner says it is, plus the key and a fixed overhead. Sharded by key,
// so that threads rarely meet. An entry over `item_bytes_max` is refused. Thread-safe.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aion::cache {

struct LruCacheOptions {
  uint64_t bytes_max = 250 << 20;
  uint64_t item_bytes_max = 125 << 20;
};

enum class InsertResult : uint8_t { kAdded, kReplaced, kTooLarge };

class LruCache {
 public:
  using Value = std::shared_ptr<const void>;
  /// Bookkeeping of an entry beside key and value.
  static constexpr uint64_t kEntryOverheadBytes = 128;

  /// `on_evict` is called, without a lock held that the cache needs, for each entry pushed out by
  /// others.
  explicit LruCache(const LruCacheOptions& options,
                    std::function<void(std::string_view key, uint64_t bytes)> on_evict = {});
  ~LruCache();
  LruCache(const LruCache&) = delete;
  LruCache& operator=(const LruCache&) = delete;

  /// Null when there is no such entry.
  Value Get(std::string_view key);
  InsertResult Insert(std::string key, Value value, uint64_t value_bytes);
  uint64_t SizeBytes() const;
  uint64_t Count() const;
  const LruCacheOptions& options() const { return options_; }

 private:
  struct Shard;
  Shard& ShardOf(std::string_view key);

  const LruCacheOptions options_;
  const std::function<void(std::string_view, uint64_t)> on_evict_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace aion::cache
