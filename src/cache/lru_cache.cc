#include "cache/lru_cache.h"

#include <list>
#include <mutex>
#include <unordered_map>

#include "base/hash.h"

namespace aion::cache {
namespace {

constexpr size_t kShardsMax = 16;
// A shard must hold the largest item allowed, or the limit of an item would not be what it says.
size_t ShardCount(const LruCacheOptions& options) {
  size_t count = 1;
  while (count < kShardsMax && options.bytes_max / (count * 2) >= options.item_bytes_max)
    count *= 2;
  return count;
}

}  // namespace

struct LruCache::Shard {
  struct Entry {
    std::string key;
    Value value;
    uint64_t bytes = 0;
  };
  mutable std::mutex mutex;
  std::list<Entry> entries;  // Most recently used first. Guarded by mutex, as all below.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;
  uint64_t bytes = 0;
};

LruCache::LruCache(const LruCacheOptions& options,
                   std::function<void(std::string_view, uint64_t)> on_evict)
    : options_(options), on_evict_(std::move(on_evict)) {
  for (size_t i = 0; i < ShardCount(options_); ++i) shards_.push_back(std::make_unique<Shard>());
}

LruCache::~LruCache() = default;

LruCache::Shard& LruCache::ShardOf(std::string_view key) {
  return *shards_[XxHash64(key) % shards_.size()];
}

LruCache::Value LruCache::Get(std::string_view key) {
  Shard& shard = ShardOf(key);
  const std::lock_guard lock(shard.mutex);
  const auto at = shard.by_key.find(key);
  if (at == shard.by_key.end()) return nullptr;
  shard.entries.splice(shard.entries.begin(), shard.entries, at->second);
  return at->second->value;
}

InsertResult LruCache::Insert(std::string key, Value value, uint64_t value_bytes) {
  const uint64_t bytes = value_bytes + key.size() + kEntryOverheadBytes;
  const uint64_t shard_bytes_max = options_.bytes_max / shards_.size();
  if (bytes > options_.item_bytes_max || bytes > shard_bytes_max) return InsertResult::kTooLarge;
  Shard& shard = ShardOf(key);
  std::list<Shard::Entry> gone;  // Destroyed without the lock.
  InsertResult result = InsertResult::kAdded;
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto at = shard.by_key.find(key); at != shard.by_key.end()) {
      const auto old = at->second;
      shard.bytes -= old->bytes;
      shard.by_key.erase(at);
      gone.splice(gone.begin(), shard.entries, old);
      result = InsertResult::kReplaced;
    }
    while (shard.bytes + bytes > shard_bytes_max) {
      const auto last = std::prev(shard.entries.end());
      shard.bytes -= last->bytes;
      shard.by_key.erase(last->key);
      gone.splice(gone.end(), shard.entries, last);
    }
    shard.entries.push_front({std::move(key), std::move(value), bytes});
    shard.by_key.emplace(shard.entries.front().key, shard.entries.begin());
    shard.bytes += bytes;
  }
  if (result == InsertResult::kReplaced) gone.pop_front();
  if (on_evict_) {
    for (const auto& entry : gone) on_evict_(entry.key, entry.bytes);
  }
  return result;
}

uint64_t LruCache::SizeBytes() const {
  uint64_t bytes = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    bytes += shard->bytes;
  }
  return bytes;
}

uint64_t LruCache::Count() const {
  uint64_t count = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    count += shard->entries.size();
  }
  return count;
}

}  // namespace aion::cache
