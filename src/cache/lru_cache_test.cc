#include "cache/lru_cache.h"

#include <gtest/gtest.h>

#include <thread>

namespace aion::cache {
namespace {

std::shared_ptr<const void> Text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

constexpr uint64_t kCost = 100 + 1 + LruCache::kEntryOverheadBytes;

TEST(LruCache, KeepsWhatWasUsedLast) {
  std::vector<std::string> evicted;
  LruCache cache({.bytes_max = 2 * kCost, .item_bytes_max = 2 * kCost},
                 [&](std::string_view key, uint64_t bytes) {
                   EXPECT_EQ(bytes, kCost);
                   evicted.emplace_back(key);
                 });
  EXPECT_EQ(cache.Insert("a", Text("A"), 100), InsertResult::kAdded);
  EXPECT_EQ(cache.Insert("b", Text("B"), 100), InsertResult::kAdded);
  EXPECT_NE(cache.Get("a"), nullptr);
  EXPECT_EQ(cache.Insert("c", Text("C"), 100), InsertResult::kAdded);
  EXPECT_EQ(evicted, std::vector<std::string>{"b"});
  EXPECT_EQ(cache.Get("b"), nullptr);
  EXPECT_EQ(*static_cast<const std::string*>(cache.Get("a").get()), "A");
  EXPECT_EQ(cache.SizeBytes(), 2 * kCost);
  EXPECT_EQ(cache.Count(), 2u);
}

TEST(LruCache, ReplacesAndRefuses) {
  int evictions = 0;
  LruCache cache({.bytes_max = 10 * kCost, .item_bytes_max = 2 * kCost},
                 [&](auto, auto) { ++evictions; });
  EXPECT_EQ(cache.Insert("a", Text("1"), 100), InsertResult::kAdded);
  const auto held = cache.Get("a");
  EXPECT_EQ(cache.Insert("a", Text("2"), 100), InsertResult::kReplaced);
  EXPECT_EQ(*static_cast<const std::string*>(held.get()), "1") << "held values live on";
  EXPECT_EQ(*static_cast<const std::string*>(cache.Get("a").get()), "2");
  EXPECT_EQ(cache.Insert("b", Text("3"), 3 * kCost), InsertResult::kTooLarge);
  EXPECT_EQ(evictions, 0);
}

TEST(LruCache, ThreadsShareIt) {
  LruCache cache({.bytes_max = 64 * kCost, .item_bytes_max = 2 * kCost});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        const std::string key = std::to_string((i * 7 + t) % 97);
        if (const auto value = cache.Get(key)) {
          EXPECT_EQ(*static_cast<const std::string*>(value.get()), key);
        } else {
          cache.Insert(key, Text(key), 100);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.SizeBytes(), 64 * kCost);
}

}  // namespace
}  // namespace aion::cache
