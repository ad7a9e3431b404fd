#include "store/bucket/index_cache.h"

#include <gtest/gtest.h>

#include "store/bucket/index_cache_config.h"

namespace aion::store {
namespace {

TEST(IndexCache, CountsItsItems) {
  const telemetry::Registry registry;
  IndexCache cache({.bytes_max = 1000, .item_bytes_max = 600}, registry);
  const auto value = std::make_shared<const std::string>("v");
  EXPECT_EQ(cache.Get<std::string>(IndexCacheItem::kPostings, "B", "k", "t"), nullptr);
  cache.Insert(IndexCacheItem::kPostings, "B", "k", value, 400);
  EXPECT_EQ(cache.Get<std::string>(IndexCacheItem::kPostings, "B", "k", "t"), value);
  EXPECT_EQ(cache.Get<std::string>(IndexCacheItem::kSeries, "B", "k", "t"), nullptr)
      << "kinds are apart";
  cache.Insert(IndexCacheItem::kSeries, "B", "k", value, 400);
  cache.Insert(IndexCacheItem::kSeries, "B", "big", value, 4000);
  const std::string text = registry.Expose(telemetry::ExpositionFormat::kText);
  for (const std::string_view line :
       {"thanos_store_index_cache_requests_total{item_type=\"Postings\",tenant=\"t\"} 2",
        "thanos_store_index_cache_hits_total{item_type=\"Postings\",tenant=\"t\"} 1",
        "thanos_store_index_cache_items_evicted_total{item_type=\"Postings\"} 1",
        "thanos_store_index_cache_items_overflowed_total{item_type=\"Series\"} 1",
        "thanos_store_index_cache_items{item_type=\"Series\"} 1",
        "thanos_store_index_cache_items{item_type=\"Postings\"} 0",
        "thanos_store_index_cache_max_size_bytes 1000"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST(IndexCache, MatchersKeyDoesNotDependOnTheOrder) {
  const auto a = model::Matcher::Equal("a", "1"), b = model::Matcher::NotEqual("b", "2");
  EXPECT_EQ(MatchersKey({a, b}), MatchersKey({b, a}));
  EXPECT_NE(MatchersKey({a}), MatchersKey({a, b}));
}

TEST(IndexCacheConfig, Reads) {
  EXPECT_EQ(ParseIndexCacheConfig("")->bytes_max, uint64_t{250} << 20);
  const auto options =
      ParseIndexCacheConfig("type: in-memory\nconfig:\n  max_size: 1GB\n  max_item_size: 2MiB\n");
  ASSERT_TRUE(options.ok()) << options.status().ToString();
  EXPECT_EQ(options->bytes_max, uint64_t{1} << 30);
  EXPECT_EQ(options->item_bytes_max, uint64_t{2} << 20);
  EXPECT_EQ(IndexCacheOfSize(10 << 20).item_bytes_max, uint64_t{5} << 20);
  EXPECT_EQ(IndexCacheOfSize(uint64_t{1} << 40).item_bytes_max, uint64_t{125} << 20);
}

TEST(IndexCacheConfig, SaysWhatIsWrong) {
  EXPECT_EQ(ParseIndexCacheConfig("type: NOPE").status().message(),
            "index cache with type NOPE is not supported");
  EXPECT_EQ(ParseIndexCacheConfig("type: REDIS\nconfig: {addr: x}").status().code(),
            StatusCode::kUnimplemented);
  EXPECT_NE(ParseIndexCacheConfig("type: IN-MEMORY\nconfig: {max_size: 1MB, max_item_size: 2MB}")
                .status()
                .message()
                .find("cannot be bigger than overall cache size"),
            std::string::npos);
  EXPECT_NE(ParseIndexCacheConfig("type: IN-MEMORY\nfoo: 1")
                .status()
                .message()
                .find("field foo not found"),
            std::string::npos);
}

}  // namespace
}  // namespace aion::store
