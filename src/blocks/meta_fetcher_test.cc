#include "blocks/meta_fetcher.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "blocks/block_files.h"
#include "blocks/meta_filters.h"
#include "objstore/faults.h"
#include "objstore/providers/inmem.h"

namespace aion::blocks {
namespace {

namespace fs = std::filesystem;

Ulid MakeId(int number) {
  Random random(static_cast<uint64_t>(number));
  return Ulid::Make(1700000000000 + number, random);
}

tsdb::BlockMeta MakeMeta(int number) {
  tsdb::BlockMeta meta;
  meta.ulid = MakeId(number);
  meta.min_time = number * 1000;
  meta.max_time = number * 1000 + 1000;
  meta.compaction.sources = {meta.ulid};
  meta.thanos.emplace();
  meta.thanos->labels = {{"cluster", "c"}};
  meta.thanos->source = "sidecar";
  return meta;
}

class MetaFetcherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "/aion-meta-fetcher-" + std::to_string(::getpid());
    fs::remove_all(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  void Put(const tsdb::BlockMeta& meta) { PutText(meta.ulid, kMetaFile, tsdb::PrintMeta(meta)); }
  void PutText(const Ulid& id, std::string_view file, std::string_view text) {
    ASSERT_TRUE(objstore::UploadBytes(*bucket_, BlockObject(id, file), text).ok());
  }
  std::unique_ptr<MetaFetcher> Fetcher(
      objstore::Bucket& bucket, std::vector<std::shared_ptr<MetaFilter>> filters = {},
      DiscoveryStrategy strategy = DiscoveryStrategy::kConcurrent) {
    auto base = std::make_shared<BaseMetaFetcher>(
        bucket, MetaFetcherOptions{.directory = directory_, .concurrency = 3, .strategy = strategy},
        registry_, telemetry::Logger());
    return std::make_unique<MetaFetcher>(base, std::move(filters), registry_);
  }
  std::vector<Ulid> Ids(const MetaView& view) {
    std::vector<Ulid> ids;
    for (const auto& [id, meta] : view.metas) ids.push_back(id);
    return ids;
  }

  std::string directory_;
  telemetry::Registry registry_;
  std::unique_ptr<objstore::Bucket> bucket_ = objstore::MakeInMemoryBucket();
};

TEST_F(MetaFetcherTest, FindsBlocksAndWhatIsPartial) {
  Put(MakeMeta(1));
  Put(MakeMeta(2));
  PutText(MakeId(3), kIndexFile, "no meta yet");
  PutText(MakeId(4), kMetaFile, "{not json");
  auto stolen = MakeMeta(1);
  PutText(MakeId(5), kMetaFile, tsdb::PrintMeta(stolen));
  ASSERT_TRUE(
      objstore::UploadBytes(*bucket_, "debug/metas/" + MakeId(6).ToString() + ".json", "x").ok());
  ASSERT_TRUE(objstore::UploadBytes(*bucket_, "not-a-block/meta.json", "x").ok());
  for (const DiscoveryStrategy strategy :
       {DiscoveryStrategy::kConcurrent, DiscoveryStrategy::kRecursive}) {
    const auto fetcher = Fetcher(*bucket_, {}, strategy);
    const auto view = fetcher->Fetch({});
    ASSERT_TRUE(view.ok()) << view.status().ToString();
    EXPECT_TRUE(view->incomplete.ok());
    EXPECT_EQ(Ids(*view), (std::vector<Ulid>{MakeId(1), MakeId(2)}));
    ASSERT_EQ(view->partial.size(), 3u);
    EXPECT_EQ(view->partial.at(MakeId(3)).code(), StatusCode::kNotFound);
    EXPECT_EQ(view->partial.at(MakeId(4)).code(), StatusCode::kDataLoss);
    EXPECT_NE(view->partial.at(MakeId(4)).message().find(MakeId(4).ToString()), std::string::npos);
    EXPECT_EQ(view->partial.at(MakeId(5)).code(), StatusCode::kDataLoss);
    const SyncCounts counts = fetcher->LastCounts();
    EXPECT_EQ(counts.Of(BlockState::kLoaded), 2u);
    EXPECT_EQ(counts.Of(BlockState::kNoMeta), 1u);
    EXPECT_EQ(counts.Of(BlockState::kCorruptedMeta), 2u);
  }
  const std::string text = registry_.Expose(telemetry::ExpositionFormat::kText);
  EXPECT_NE(text.find("blocks_meta_synced{state=\"loaded\"} 2"), std::string::npos) << text;
  EXPECT_NE(text.find("blocks_meta_synced{state=\"marked-for-no-downsample\"} 0"),
            std::string::npos)
      << text;
}

TEST_F(MetaFetcherTest, KeepsMetasInMemoryAndOnDisk) {
  Put(MakeMeta(1));
  const auto plan = std::make_shared<objstore::FaultPlan>(objstore::FaultOptions{});
  const auto counted = objstore::MakeFaultyBucket(*bucket_, plan);
  const std::string cached = directory_ + "/meta-syncer/" + MakeId(1).ToString() + "/meta.json";
  ASSERT_TRUE(Fetcher(*counted)->Fetch({}).ok());
  EXPECT_EQ(*ReadFile(Env::Posix(), cached), tsdb::PrintMeta(MakeMeta(1)));

  // A damaged cached file is read again from the bucket, and one of a block that is gone is
  // removed.
  ASSERT_TRUE(WriteFileAtomically(Env::Posix(), cached, "{").ok());
  const std::string gone = directory_ + "/meta-syncer/" + MakeId(9).ToString();
  fs::create_directories(gone);
  const auto view = Fetcher(*counted)->Fetch({});
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(Ids(*view), std::vector<Ulid>{MakeId(1)});
  EXPECT_EQ(*ReadFile(Env::Posix(), cached), tsdb::PrintMeta(MakeMeta(1)));
  EXPECT_FALSE(fs::exists(gone));
}

TEST_F(MetaFetcherTest, AnErrorGivesAnIncompleteView) {
  for (int i = 1; i <= 20; ++i) Put(MakeMeta(i));
  const auto faulty = objstore::MakeFaultyBucket(
      *bucket_,
      std::make_shared<objstore::FaultPlan>(objstore::FaultOptions{.seed = 3, .error_rate = 0.2}));
  const auto fetcher = Fetcher(*faulty);
  int incomplete = 0;
  for (int i = 0; i < 20; ++i) {
    const auto view = fetcher->Fetch({});
    if (!view.ok()) continue;  // The listing itself failed.
    if (view->incomplete.ok()) {
      EXPECT_EQ(view->metas.size(), 20u);
    } else {
      ++incomplete;
      EXPECT_TRUE(view->incomplete.message().starts_with("incomplete view: "))
          << view->incomplete.ToString();
      EXPECT_LT(view->metas.size(), 20u);
      EXPECT_TRUE(view->partial.empty()) << "an error is no missing meta.json";
    }
  }
  EXPECT_GT(incomplete, 0);
}

TEST_F(MetaFetcherTest, AChangedMetaIsSeenByTheRecursiveStrategy) {
  FakeClock clock(1000);
  bucket_ = objstore::MakeInMemoryBucket(clock);
  auto meta = MakeMeta(1);
  Put(meta);
  const auto fetcher = Fetcher(*bucket_, {}, DiscoveryStrategy::kRecursive);
  ASSERT_TRUE(fetcher->Fetch({}).ok());
  clock.Advance(1000);
  meta.thanos->labels["new"] = "label";
  Put(meta);
  const auto view = fetcher->Fetch({});
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->metas.at(MakeId(1))->thanos->labels.count("new"), 1u);
}

TEST_F(MetaFetcherTest, TimeAndLabelFilters) {
  for (int i = 1; i <= 4; ++i) {
    auto meta = MakeMeta(i);
    meta.thanos->labels["shard"] = std::to_string(i % 2);
    Put(meta);
  }
  const auto rules =
      model::ParseRelabelRules("- {action: keep, source_labels: [shard], regex: '1'}");
  const auto by_id = model::ParseRelabelRules(
      "- {action: drop, source_labels: [__block_id], regex: " + MakeId(1).ToString() + "}");
  const auto fetcher =
      Fetcher(*bucket_, {MakeTimeFilter([] { return 1500; }, [] { return 3000; }),
                         MakeLabelShardFilter(*rules), MakeLabelShardFilter(*by_id)});
  const auto view = fetcher->Fetch({});
  ASSERT_TRUE(view.ok());
  // 4 begins after the range's end; 2 is of the other shard; 1 is dropped by its id; 3 begins at
  // the end, which counts.
  EXPECT_EQ(Ids(*view), std::vector<Ulid>{MakeId(3)});
  EXPECT_EQ(fetcher->LastCounts().Of(BlockState::kTimeExcluded), 1u);
  EXPECT_EQ(fetcher->LastCounts().Of(BlockState::kLabelExcluded), 2u);
}

TEST_F(MetaFetcherTest, ConsistencyDelay) {
  auto fresh = MakeMeta(1), old = MakeMeta(2), compacted = MakeMeta(3), by_id = MakeMeta(4);
  fresh.thanos->upload_time = "2026-01-01T00:00:00Z";
  old.thanos->upload_time = "2025-12-31T00:00:00Z";
  compacted.thanos->upload_time = "2026-01-01T00:00:00Z";
  compacted.thanos->source = "compactor";
  for (const auto& meta : {fresh, old, compacted, by_id}) Put(meta);
  const FakeClock clock(*ParseRfc3339("2026-01-01T00:10:00Z"));
  const auto fetcher =
      Fetcher(*bucket_, {MakeConsistencyDelayFilter(30 * 60 * 1000, clock, registry_)});
  EXPECT_EQ(Ids(*fetcher->Fetch({})), (std::vector<Ulid>{MakeId(2), MakeId(3), MakeId(4)}));
  EXPECT_EQ(fetcher->LastCounts().Of(BlockState::kTooFresh), 1u);
}

TEST_F(MetaFetcherTest, AClockThatLagsHidesNothing) {
  for (int i = 1; i <= 2; ++i) Put(MakeMeta(i));
  auto uploaded_later = MakeMeta(3);
  uploaded_later.thanos->upload_time = "2026-01-01T00:00:00Z";
  Put(uploaded_later);
  const FakeClock early(0);  // Before every name and upload.
  const auto undelayed = Fetcher(*bucket_, {MakeConsistencyDelayFilter(0, early, registry_)});
  EXPECT_EQ(Ids(*undelayed->Fetch({})).size(), 3u);
  const auto delayed = Fetcher(*bucket_, {MakeConsistencyDelayFilter(60'000, early, registry_)});
  EXPECT_EQ(Ids(*delayed->Fetch({})), (std::vector<Ulid>{MakeId(1), MakeId(2)}));
}

TEST_F(MetaFetcherTest, DeletionMarks) {
  for (int i = 1; i <= 3; ++i) Put(MakeMeta(i));
  FakeClock clock(10'000'000);
  ASSERT_TRUE(*WriteMark(*bucket_, {MarkKind::kDeletion, MakeId(1), 9'000, "", ""}, {}));
  ASSERT_TRUE(*WriteMark(*bucket_, {MarkKind::kDeletion, MakeId(2), 9'999, "", ""}, {}));
  PutText(MakeId(3), MarkFile(MarkKind::kDeletion), "unreadable");
  const auto filter = std::make_shared<DeletionMarkFilter>(
      *bucket_, DeletionMarkFilter::Options{.delay_ms = 500'000}, clock, telemetry::Logger());
  const auto fetcher = Fetcher(*bucket_, {filter});
  EXPECT_EQ(Ids(*fetcher->Fetch({})), (std::vector<Ulid>{MakeId(2), MakeId(3)}));
  EXPECT_EQ(filter->Marks().size(), 2u);
  EXPECT_EQ(fetcher->LastCounts().Of(BlockState::kMarkedForDeletion), 2u);
  // A mark taken away later does not bring the block back.
  ASSERT_TRUE(*RemoveMark(*bucket_, MakeId(1), MarkKind::kDeletion, {}));
  EXPECT_EQ(Ids(*fetcher->Fetch({})), (std::vector<Ulid>{MakeId(2), MakeId(3)}));
  clock.Advance(1'000'000);
  EXPECT_EQ(Ids(*fetcher->Fetch({})), std::vector<Ulid>{MakeId(3)});
}

TEST_F(MetaFetcherTest, Duplicates) {
  auto a = MakeMeta(1), b = MakeMeta(2), both = MakeMeta(3), other_labels = MakeMeta(4),
       same = MakeMeta(5);
  both.compaction.sources = {a.ulid, b.ulid};
  other_labels.compaction.sources = {a.ulid};
  other_labels.thanos->labels = {{"cluster", "d"}};
  same.compaction.sources = {a.ulid, b.ulid};
  for (const auto& meta : {a, b, both, other_labels, same}) Put(meta);
  const auto dedup = std::make_shared<DedupFilter>();
  const auto fetcher = Fetcher(*bucket_, {dedup});
  EXPECT_EQ(Ids(*fetcher->Fetch({})), (std::vector<Ulid>{MakeId(3), MakeId(4)}));
  EXPECT_EQ(dedup->Duplicates(), (std::vector<Ulid>{MakeId(1), MakeId(2), MakeId(5)}));
}

TEST_F(MetaFetcherTest, ReplicaLabels) {
  auto both = MakeMeta(1), only = MakeMeta(2);
  both.thanos->labels = {{"cluster", "c"}, {"replica", "a"}};
  only.thanos->labels = {{"replica", "a"}};
  Put(both);
  Put(only);
  const auto fetcher = Fetcher(*bucket_, {MakeReplicaLabelRemover({"replica", "rule_replica"})});
  const auto view = fetcher->Fetch({});
  EXPECT_EQ(view->metas.at(MakeId(1))->thanos->labels,
            (std::map<std::string, std::string>{{"cluster", "c"}}));
  EXPECT_EQ(view->metas.at(MakeId(2))->thanos->labels,
            (std::map<std::string, std::string>{{"replica", "deduped"}}));
  EXPECT_EQ(fetcher->LastCounts().replica_labels_removed, 2u);
}

}  // namespace
}  // namespace aion::blocks
