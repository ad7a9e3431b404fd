#include "store/bucket/index_cache.h"

#include <algorithm>

namespace aion::store {
namespace {

constexpr std::array<std::string_view, kIndexCacheItemCount> kItemTexts = {
    "Postings", "ExpandedPostings", "Series"};

std::string FullKey(IndexCacheItem item, std::string_view block, std::string_view key) {
  std::string full;
  full.reserve(1 + block.size() + key.size());
  full += static_cast<char>('0' + static_cast<int>(item));
  full.append(block).append(key);
  return full;
}

}  // namespace

IndexCache::IndexCache(const cache::LruCacheOptions& options, const telemetry::Registry& registry)
    : requests_(registry.AddCounterFamily("thanos_store_index_cache_requests_total",
                                          "Total number of items requests to the cache.",
                                          {"item_type", "tenant"})),
      hits_(registry.AddCounterFamily(
          "thanos_store_index_cache_hits_total",
          "Total number of items requests to the cache that were a hit.", {"item_type", "tenant"})),
      lru_(options, [this](std::string_view key, uint64_t bytes) { OnEvict(key, bytes); }) {
  auto added = registry.AddCounterFamily(
      "thanos_store_index_cache_items_added_total",
      "Total number of items that were added to the index cache.", {"item_type"});
  auto evicted = registry.AddCounterFamily(
      "thanos_store_index_cache_items_evicted_total",
      "Total number of items that were evicted from the index cache.", {"item_type"});
  auto overflowed = registry.AddCounterFamily(
      "thanos_store_index_cache_items_overflowed_total",
      "Total number of items that could not be added to the cache due to being too big.",
      {"item_type"});
  auto items =
      registry.AddGaugeFamily("thanos_store_index_cache_items",
                              "Current number of items in the index cache.", {"item_type"});
  auto bytes =
      registry.AddGaugeFamily("thanos_store_index_cache_items_size_bytes",
                              "Current byte size of items in the index cache.", {"item_type"});
  auto total = registry.AddGaugeFamily(
      "thanos_store_index_cache_total_size_bytes",
      "Current byte size of items (both value and key) in the index cache.", {"item_type"});
  for (size_t i = 0; i < kIndexCacheItemCount; ++i) {
    metrics_[i] = {&added.With({kItemTexts[i]}),      &evicted.With({kItemTexts[i]}),
                   &overflowed.With({kItemTexts[i]}), &items.With({kItemTexts[i]}),
                   &bytes.With({kItemTexts[i]}),      &total.With({kItemTexts[i]})};
  }
  registry
      .AddGauge("thanos_store_index_cache_max_size_bytes",
                "Maximum number of bytes to be held in the index cache.")
      .Set(static_cast<double>(options.bytes_max));
  registry
      .AddGauge("thanos_store_index_cache_max_item_size_bytes",
                "Maximum number of bytes for single entry to be held in the index cache.")
      .Set(static_cast<double>(options.item_bytes_max));
}

std::shared_ptr<const void> IndexCache::Find(IndexCacheItem item, std::string_view block,
                                             std::string_view key, std::string_view tenant) {
  const std::string_view text = kItemTexts[static_cast<size_t>(item)];
  requests_.With({text, tenant}).Add();
  auto value = lru_.Get(FullKey(item, block, key));
  if (value != nullptr) hits_.With({text, tenant}).Add();
  return value;
}

void IndexCache::Insert(IndexCacheItem item, std::string_view block, std::string_view key,
                        std::shared_ptr<const void> value, uint64_t bytes) {
  const ItemMetrics& metrics = metrics_[static_cast<size_t>(item)];
  std::string full = FullKey(item, block, key);
  const uint64_t cost = bytes + full.size() + cache::LruCache::kEntryOverheadBytes;
  switch (lru_.Insert(std::move(full), std::move(value), bytes)) {
    case cache::InsertResult::kTooLarge:
      metrics.overflowed->Add();
      return;
    case cache::InsertResult::kReplaced:
      return;
    case cache::InsertResult::kAdded:
      metrics.added->Add();
      metrics.items->Add();
      metrics.bytes->Add(static_cast<double>(cost));
      metrics.total_bytes->Add(static_cast<double>(cost));
  }
}

void IndexCache::OnEvict(std::string_view key, uint64_t bytes) {
  const ItemMetrics& metrics = metrics_[static_cast<size_t>(key[0] - '0')];
  metrics.evicted->Add();
  metrics.items->Sub();
  metrics.bytes->Sub(static_cast<double>(bytes));
  metrics.total_bytes->Sub(static_cast<double>(bytes));
}

std::string MatchersKey(const std::vector<model::Matcher>& matchers) {
  std::vector<std::string> texts;
  texts.reserve(matchers.size());
  for (const model::Matcher& matcher : matchers) texts.push_back(matcher.ToString());
  std::sort(texts.begin(), texts.end());
  std::string key;
  for (const std::string& text : texts) key.append(text).append(";");
  return key;
}

}  // namespace aion::store
