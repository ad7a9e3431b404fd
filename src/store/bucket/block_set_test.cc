#include "store/bucket/block_set.h"

#include <gtest/gtest.h>

#include "store/bucket/range_reader.h"

namespace aion::store {
namespace {

/// A block by its range and resolution; its name tells which it is.
struct Spec {
  TimestampMs min = 0, max = 0;
  int64_t resolution_ms = 0;
  std::string cluster = "x";
};

constexpr int64_t k5m = 300000, k1h = 3600000;

class BlockSetTest : public ::testing::Test {
 protected:
  BlockSet Set(const std::vector<Spec>& specs) {
    std::map<Ulid, BlockPtr> blocks;
    for (const Spec& spec : specs) {
      auto meta = std::make_shared<tsdb::BlockMeta>();
      meta->ulid = Ulid::Make(static_cast<TimestampMs>(blocks.size() + 1), random_);
      meta->min_time = spec.min;
      meta->max_time = spec.max;
      meta->thanos.emplace();
      meta->thanos->labels = {{"cluster", spec.cluster}};
      meta->thanos->resolution_ms = spec.resolution_ms;
      blocks[meta->ulid] = std::make_shared<const LoadedBlock>(meta, LoadedBlock::Source{});
    }
    return BlockSet(blocks);
  }
  static std::string Ranges(const BlockSet& set, model::QueryRange range,
                            int64_t resolution_max_ms) {
    std::string text;
    for (const SelectedBlock& selected : set.Select(range, {}, {}, resolution_max_ms)) {
      const tsdb::BlockMeta& meta = selected.block->meta();
      text += (meta.thanos->resolution_ms == k1h   ? "1h:"
               : meta.thanos->resolution_ms == k5m ? "5m:"
                                                   : "raw:") +
              std::to_string(meta.min_time) + "-" + std::to_string(meta.max_time) + " ";
    }
    return text;
  }
  Random random_{1};
};

TEST_F(BlockSetTest, ResolutionIsTheCoarsestAllowedWithGapsFilled) {
  const BlockSet set = Set({{0, 100, 0},
                            {100, 200, 0},
                            {200, 300, 0},
                            {300, 400, 0},
                            {0, 100, k5m},
                            {100, 200, k5m},
                            {200, 300, k5m},
                            {0, 100, k1h},
                            {200, 300, k1h}});
  EXPECT_EQ(Ranges(set, {0, 400}, 0), "raw:0-100 raw:100-200 raw:200-300 raw:300-400 ");
  EXPECT_EQ(Ranges(set, {0, 400}, k5m - 1), "raw:0-100 raw:100-200 raw:200-300 raw:300-400 ");
  EXPECT_EQ(Ranges(set, {0, 400}, k5m), "5m:0-100 5m:100-200 5m:200-300 raw:300-400 ");
  EXPECT_EQ(Ranges(set, {0, 400}, k1h), "1h:0-100 5m:100-200 1h:200-300 raw:300-400 ");
  EXPECT_EQ(Ranges(set, {150, 250}, k1h), "5m:100-200 1h:200-300 ");
  EXPECT_EQ(Ranges(set, {99, 100}, k5m), "5m:0-100 5m:100-200 ");
  EXPECT_EQ(Ranges(set, {100, 100}, k5m), "5m:100-200 ");
  EXPECT_EQ(Ranges(set, {400, 500}, k1h), "");
  EXPECT_EQ(Ranges(set, {300, 200}, k1h), "");
}

TEST_F(BlockSetTest, OverlappingBlocksAreAllSelected) {
  const BlockSet set = Set({{0, 100, 0}, {50, 150, 0}, {0, 200, 0}});
  EXPECT_EQ(Ranges(set, {0, 300}, 0), "raw:0-100 raw:0-200 raw:50-150 ");
}

TEST_F(BlockSetTest, LabelSetsDoNotFillEachOther) {
  const BlockSet set = Set({{0, 100, k5m, "x"}, {0, 100, 0, "y"}, {100, 200, 0, "x"}});
  EXPECT_EQ(Ranges(set, {0, 300}, k5m), "5m:0-100 raw:100-200 raw:0-100 ");
  const auto only_y = set.Select(
      {0, 300}, {model::Matcher::Equal("cluster", "y"), model::Matcher::Equal("a", "b")}, {}, k5m);
  ASSERT_EQ(only_y.size(), 1u);
  EXPECT_EQ(only_y[0].matchers.size(), 1u);
}

TEST_F(BlockSetTest, BlockMatchers) {
  const BlockSet set = Set({{0, 100, 0, "x"}, {0, 100, 0, "y"}});
  const auto all = set.SelectAll({0, 10}, {}, {});
  ASSERT_EQ(all.size(), 2u);
  const auto one =
      set.SelectAll({0, 10}, {}, {model::Matcher::Equal("__block_id", all[1].block->name())});
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].block, all[1].block);
  EXPECT_EQ(set.SelectAll({0, 10}, {}, {model::Matcher::Equal("cluster", "y")}).size(), 1u);
}

TEST(RangeReader, CoalescesNearRanges) {
  constexpr uint64_t kKb = 1024;
  const auto reads = [](const std::vector<ByteRange>& wanted) {
    std::string text;
    for (const CoalescedRange& read : Coalesce(wanted)) {
      text +=
          std::to_string(read.bytes.begin / kKb) + "-" + std::to_string(read.bytes.end / kKb) + " ";
    }
    return text;
  };
  EXPECT_EQ(reads({}), "");
  EXPECT_EQ(reads({{0, kKb}, {512, 2 * kKb}, {10 * kKb, 11 * kKb}}), "0-11 ");
  EXPECT_EQ(reads({{0, kKb}, {200 * kKb, 201 * kKb}}), "0-1 200-201 ")
      << "too little wanted for the gap";
  EXPECT_EQ(reads({{0, 100 * kKb}, {300 * kKb, 301 * kKb}}), "0-301 ");
  EXPECT_EQ(reads({{0, 100 * kKb}, {700 * kKb, 701 * kKb}}), "0-100 700-701 ")
      << "the gap is too wide";
  EXPECT_EQ(reads({{0, 3000 * kKb}, {3000 * kKb, 6000 * kKb}}), "0-3000 3000-6000 ")
      << "too long for one read";
}

}  // namespace
}  // namespace aion::store
