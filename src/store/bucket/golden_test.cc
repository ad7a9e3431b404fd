#include <gtest/gtest.h>

#include "chunk/aggregate.h"
#include "store/bucket/store_fixture.h"
#include "tsdb/block/block_reader.h"

namespace aion::store {
namespace {

constexpr std::string_view kGolden = AION_SOURCE_DIR "/../shared/golden";

const std::vector<series::Aggregate> kAllAggregates = {
    series::Aggregate::kCount, series::Aggregate::kSum, series::Aggregate::kMin,
    series::Aggregate::kMax, series::Aggregate::kCounter};

/// What a Series call must give for one block, read by the local block reader.
std::vector<ReadSeries> Expected(const tsdb::BlockReader& block,
                                 const std::vector<series::Aggregate>& aggregates) {
  std::vector<std::pair<model::Labels, ReadSeries>> rows;
  const Status status = tsdb::ForEachSeries(block, [&](const tsdb::BlockSeries& series) -> Status {
    ReadSeries read;
    for (const tsdb::ChunkMeta& meta : series.chunks) {
      ASSIGN_OR_RETURN(const tsdb::ChunkRecord record, block.Chunk(meta.ref));
      if (record.encoding != chunk::Encoding::kAggregate) {
        read.chunks.push_back({meta.min_time, meta.max_time, static_cast<int>(record.encoding), 0,
                               std::string(record.data)});
        continue;
      }
      ASSIGN_OR_RETURN(const chunk::AggregateSlots slots, chunk::SplitAggregate(record.data));
      for (const series::Aggregate aggregate : aggregates) {
        const chunk::AggregatePart& part = slots[static_cast<size_t>(aggregate) - 1];
        read.chunks.push_back({meta.min_time, meta.max_time, static_cast<int>(part.encoding),
                               static_cast<int>(aggregate), std::string(part.data)});
      }
    }
    model::LabelsBuilder labels(series.labels_view());
    for (const auto& [name, value] : block.meta().thanos->labels) labels.Set(name, value);
    const model::Labels full = labels.Build();
    read.labels = full.ToString();
    rows.emplace_back(full, std::move(read));
    return OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status.ToString();
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ReadSeries> all;
  for (auto& [labels, read] : rows) all.push_back(std::move(read));
  return all;
}

class Golden : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::string(kGolden) + "/bucket";
    if (!std::filesystem::exists(directory_))
      GTEST_SKIP() << "no golden data beside the checkout: " << directory_;
    bucket_ = *objstore::MakeFilesystemBucket({.directory = directory_});
  }
  std::string directory_;
  std::unique_ptr<objstore::Bucket> bucket_;
};

/// Aggregates that all chunks of the block have: histograms have no minimum and maximum.
std::vector<series::Aggregate> Aggregates(const tsdb::BlockReader& block) {
  std::vector<series::Aggregate> common;
  if (block.meta().thanos->resolution_ms == 0) return common;
  common = kAllAggregates;
  const Status status = tsdb::ForEachSeries(block, [&](const tsdb::BlockSeries& series) -> Status {
    for (const tsdb::ChunkMeta& meta : series.chunks) {
      ASSIGN_OR_RETURN(const tsdb::ChunkRecord record, block.Chunk(meta.ref));
      ASSIGN_OR_RETURN(const chunk::AggregateSlots slots, chunk::SplitAggregate(record.data));
      std::erase_if(common, [&](series::Aggregate a) {
        return !slots[static_cast<size_t>(a) - 1].present();
      });
    }
    return OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status.ToString();
  return common;
}

void ExpectServesAllBlocks(const std::string& directory, BucketStore& store) {
  size_t blocks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const auto block = tsdb::BlockReader::Open(Env::Posix(), entry.path().string());
    ASSERT_TRUE(block.ok()) << block.status().ToString();
    const std::string id = (*block)->meta().ulid.ToString();
    SeriesRequest request;
    request.range = {(*block)->meta().min_time, (*block)->meta().max_time};
    request.matchers = MatchAnything();
    request.block_matchers = {Match(model::MatchType::kEqual, "__block_id", id)};
    request.max_resolution_window_ms = (*block)->meta().thanos->resolution_ms;
    request.aggregates = Aggregates(**block);
    const auto read = ReadStream(store.Series(request, {}));
    ASSERT_TRUE(read.ok()) << id << ": " << read.status().ToString();
    const auto expected = Expected(**block, request.aggregates);
    EXPECT_FALSE(expected.empty());
    ASSERT_EQ(read->size(), expected.size()) << id;
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ((*read)[i].labels, expected[i].labels) << id;
      ASSERT_EQ((*read)[i].chunks.size(), expected[i].chunks.size())
          << id << " " << expected[i].labels;
      ASSERT_TRUE((*read)[i].chunks == expected[i].chunks) << id << " " << expected[i].labels;
    }
    ++blocks;
  }
  EXPECT_GT(blocks, 10u);
}

TEST_F(Golden, EveryBlockIsServedAsItIs) {
  const TestDirectory data("golden");
  BucketStoreOptions options;
  options.data_directory = data.path();
  TestStore test(*bucket_, options);
  const Status synced = test.store->InitialSync({});
  ASSERT_TRUE(synced.ok()) << synced.ToString();
  EXPECT_TRUE(test.store->FailedBlocks().empty());
  ExpectServesAllBlocks(directory_, *test.store);
  ExpectServesAllBlocks(directory_, *test.store);  // Now from the caches.
}

TEST_F(Golden, SmallEstimatesOnlyCostRefetches) {
  BucketStoreOptions options;
  options.estimates = {.series_bytes_max = 16, .chunk_bytes_max = 16};
  TestStore test(*bucket_, options);
  ASSERT_TRUE(test.store->InitialSync({}).ok());
  ExpectServesAllBlocks(directory_, *test.store);
}

}  // namespace
}  // namespace aion::store
