#include "store/bucket/bucket_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "base/hash.h"
#include "base/random.h"
#include "blocks/block_files.h"
#include "blocks/upload.h"
#include "objstore/faults.h"
#include "objstore/providers/inmem.h"
#include "store/bucket/packed_labels.h"
#include "store/bucket/store_fixture.h"
#include "store/contract/selection.h"
#include "testing/block_builder.h"
#include "testing/bucket_acceptance.h"

namespace aion::store {
namespace {

using model::MatchType;

constexpr TimestampMs kHour = 3600000;

class BucketStoreTest : public ::testing::Test {
 protected:
  BucketStoreTest() : directory_("test") {}

  /// Builds a block of one hour and uploads it.
  tsdb::BlockMeta Add(int hour, std::map<std::string, std::string> external,
                      std::vector<model::Labels> series, double increment = 1) {
    testing::BlockSpec spec;
    spec.seed = ++seed_;
    spec.external_labels = std::move(external);
    spec.min_time = hour * kHour;
    spec.max_time = spec.min_time + kHour;
    for (model::Labels& labels : series) {
      spec.series.push_back(
          testing::CounterSeries(std::move(labels), spec.min_time, 15000, 240, increment));
    }
    auto meta = testing::BuildBlock(Env::Posix(), directory_.path(), spec);
    EXPECT_TRUE(meta.ok()) << meta.status().ToString();
    const std::string block = directory_.path() + "/" + meta->ulid.ToString();
    const Status uploaded =
        blocks::UploadBlock(*bucket_, Env::Posix(), block, {.require_external_labels = false}, {});
    EXPECT_TRUE(uploaded.ok()) << uploaded.ToString();
    return *meta;
  }
  static std::vector<model::Labels> Series(std::initializer_list<std::string_view> names) {
    std::vector<model::Labels> all;
    for (const std::string_view name : names) all.push_back({{"__name__", "m"}, {"n", name}});
    return all;
  }
  void Start(BucketStoreOptions options = {}) {
    test_ = std::make_unique<TestStore>(*bucket_, std::move(options));
    const Status synced = test_->store->InitialSync({});
    ASSERT_TRUE(synced.ok()) << synced.ToString();
  }
  StatusOr<std::vector<ReadSeries>> Read(const SeriesRequest& request) {
    return ReadStream(test_->store->Series(request, {}));
  }
  static SeriesRequest Request(std::vector<model::Matcher> matchers = MatchAnything()) {
    SeriesRequest request;
    request.range = {0, 1000 * kHour};
    request.matchers = std::move(matchers);
    return request;
  }
  std::vector<std::string> Labels(const SeriesRequest& request) {
    const auto read = Read(request);
    EXPECT_TRUE(read.ok()) << read.status().ToString();
    std::vector<std::string> labels;
    if (read.ok()) {
      for (const ReadSeries& series : *read) labels.push_back(series.labels);
    }
    return labels;
  }

  TestDirectory directory_;
  uint64_t seed_ = 0;
  std::unique_ptr<objstore::Bucket> bucket_ = objstore::MakeInMemoryBucket();
  std::unique_ptr<TestStore> test_;
};

TEST_F(BucketStoreTest, MergesBlocksOfAStream) {
  Add(1, {{"cluster", "x"}}, Series({"a", "b"}));
  Add(2, {{"cluster", "x"}}, Series({"b", "c"}));
  Start();
  const auto read = Read(Request());
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[0].labels, R"({__name__="m", cluster="x", n="a"})");
  EXPECT_EQ((*read)[0].chunks.size(), 2u);
  EXPECT_EQ((*read)[1].chunks.size(), 4u);
  EXPECT_EQ((*read)[1].chunks[0].min_time, kHour);
  EXPECT_EQ((*read)[1].chunks[3].max_time, 3 * kHour - 15000);
  EXPECT_EQ((*read)[2].chunks.size(), 2u);
}

TEST_F(BucketStoreTest, GivesOnlyChunksThatOverlapTheRange) {
  Add(1, {{"cluster", "x"}}, Series({"a"}));
  Add(2, {{"cluster", "x"}}, Series({"a", "b"}));
  Start();
  auto request = Request();
  // Chunks hold 120 samples of 15 s: half an hour.
  request.range = {kHour, kHour + 1000};
  auto read = Read(request);
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ((*read)[0].chunks.size(), 1u);
  request.range = {2 * kHour - 15000, 2 * kHour};
  read = Read(request);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].chunks.size(), 2u);
  request.range = {10 * kHour, 20 * kHour};
  EXPECT_TRUE(Read(request)->empty());
}

TEST_F(BucketStoreTest, ExternalLabelsSelectWinAndSort) {
  Add(1, {{"m_ext", "x"}},
      {{{"__name__", "m"}, {"a", "1"}},
       {{"__name__", "m"}, {"a", "1"}, {"z", "2"}},
       {{"__name__", "m"}, {"a", "1"}, {"b", "2"}},
       {{"__name__", "m"}, {"m_ext", "own"}}});
  Add(1, {{"m_ext", "y"}}, {{{"__name__", "m"}, {"a", "1"}}});
  Start();
  EXPECT_EQ(Labels(Request()),
            (std::vector<std::string>{
                R"({__name__="m", a="1", b="2", m_ext="x"})", R"({__name__="m", a="1", m_ext="x"})",
                R"({__name__="m", a="1", m_ext="x", z="2"})", R"({__name__="m", a="1", m_ext="y"})",
                R"({__name__="m", m_ext="x"})"}));
  EXPECT_EQ(Labels(Request({Match(MatchType::kEqual, "m_ext", "y"),
                            Match(MatchType::kEqual, "__name__", "m")})),
            (std::vector<std::string>{R"({__name__="m", a="1", m_ext="y"})"}));
  EXPECT_TRUE(Labels(Request({Match(MatchType::kEqual, "m_ext", "own")})).empty());
}

TEST_F(BucketStoreTest, MatchersOnExternalLabelsAloneFindNothing) {
  Add(1, {{"cluster", "x"}}, Series({"a"}));
  Start();
  EXPECT_TRUE(Labels(Request({Match(MatchType::kEqual, "cluster", "x")})).empty());
  EXPECT_EQ(Labels(Request({Match(MatchType::kEqual, "cluster", "x"),
                            Match(MatchType::kRegex, "n", ".*")}))
                .size(),
            1u);
  Start({.own_matchers_required = false});
  EXPECT_EQ(Labels(Request({Match(MatchType::kEqual, "cluster", "x")})).size(), 1u);
}

TEST_F(BucketStoreTest, ReplicaLabelsAreTakenOutAndSortedAgain) {
  Add(1, {{"replica", "a"}}, Series({"a", "b"}));
  Add(1, {{"replica", "b"}}, Series({"a", "c"}), 2);
  // Equal samples on both sides: the chunks are the same and come once.
  Add(2, {{"replica", "a"}}, Series({"a"}));
  Add(2, {{"replica", "b"}}, Series({"a"}));
  // The replica label within the series itself.
  Add(3, {},
      {{{"__name__", "m"}, {"n", "d"}, {"replica", "a"}},
       {{"__name__", "m"}, {"n", "d"}, {"replica", "b"}},
       {{"__name__", "m"}, {"replica", "a"}, {"z", "1"}},
       {{"__name__", "m"}, {"replica", "b"}, {"y", "1"}}});
  Start();
  auto request = Request();
  request.without_replica_labels = {"replica"};
  const auto read = Read(request);
  ASSERT_TRUE(read.ok());
  std::vector<std::string> labels;
  for (const auto& series : *read) labels.push_back(series.labels);
  EXPECT_EQ(labels,
            (std::vector<std::string>{R"({__name__="m", n="a"})", R"({__name__="m", n="b"})",
                                      R"({__name__="m", n="c"})", R"({__name__="m", n="d"})",
                                      R"({__name__="m", y="1"})", R"({__name__="m", z="1"})"}));
  EXPECT_EQ((*read)[0].chunks.size(), 2u + 2u + 2u);
  EXPECT_EQ((*read)[3].chunks.size(), 2u) << "both replicas hold the same chunks";
}

TEST_F(BucketStoreTest, MatchersGiveWhatAScanGives) {
  std::vector<model::Labels> series;
  Random random(5);
  std::set<std::string> unique;
  while (series.size() < 300) {
    model::LabelsBuilder builder;
    std::string values[4];
    builder.Set("__name__", random.Below(2) == 0 ? "up" : "down");
    for (int i = 0; i < 4; ++i) {
      if (random.Below(3) == 0) continue;
      values[i] = std::string(1, static_cast<char>('a' + random.Below(5))) +
                  std::to_string(random.Below(4));
      static constexpr std::string_view kNames[] = {"w", "x", "y", "z"};
      builder.Set(kNames[i], values[i]);
    }
    model::Labels labels = builder.Build();
    if (unique.insert(labels.packed()).second) series.push_back(std::move(labels));
  }
  Add(1, {{"ext", "e"}}, series);
  Start();
  const std::vector<model::Matcher> pool = {
      Match(MatchType::kEqual, "__name__", "up"), Match(MatchType::kEqual, "w", "a1"),
      Match(MatchType::kEqual, "w", ""),          Match(MatchType::kNotEqual, "x", "b2"),
      Match(MatchType::kNotEqual, "x", ""),       Match(MatchType::kRegex, "y", "a.*"),
      Match(MatchType::kRegex, "y", "a1|b2|"),    Match(MatchType::kRegex, "z", "a1|c3|d0"),
      Match(MatchType::kRegex, "z", ".*"),        Match(MatchType::kRegex, "w", ".+"),
      Match(MatchType::kNotRegex, "w", "a.*"),    Match(MatchType::kNotRegex, "x", "a1|b.*|"),
      Match(MatchType::kNotRegex, "y", ".+"),     Match(MatchType::kNotRegex, "y", ".*"),
      Match(MatchType::kEqual, "none", "x"),      Match(MatchType::kEqual, "none", ""),
      Match(MatchType::kEqual, "ext", "e"),       Match(MatchType::kNotEqual, "ext", "e"),
      Match(MatchType::kRegex, "z", "[a-c][12]"), Match(MatchType::kRegex, "y", "c3"),
  };
  for (int round = 0; round < 400; ++round) {
    std::vector<model::Matcher> matchers;
    for (size_t i = 0; i <= random.Below(3); ++i)
      matchers.push_back(pool[random.Below(pool.size())]);
    std::vector<std::string> expected, names;
    for (const model::Labels& labels : series) {
      model::LabelsBuilder builder(labels);
      builder.Set("ext", "e");
      const model::Labels full = builder.Build();
      const bool own = std::any_of(matchers.begin(), matchers.end(),
                                   [](const auto& m) { return m.name() != "ext"; });
      if (own && model::MatchAll(matchers, full)) expected.push_back(full.ToString());
    }
    auto got = Labels(Request(matchers));
    std::sort(got.begin(), got.end());
    std::sort(expected.begin(), expected.end());
    std::string text;
    for (const auto& matcher : matchers) text += matcher.ToString() + " ";
    ASSERT_EQ(got, expected) << text;
  }
}

TEST_F(BucketStoreTest, LongListsAreNotReadWhereLabelsTell) {
  std::vector<model::Labels> series;
  for (int i = 0; i < 6000; ++i) {
    series.push_back({{"__name__", i % 1000 == 0 ? "rare" : "common"},
                      {"i", std::to_string(i)},
                      {"parity", i % 2 == 0 ? "even" : "odd"}});
  }
  Add(1, {{"cluster", "x"}}, series);
  Start({.series_max = 6});
  const auto rare = Match(MatchType::kEqual, "__name__", "rare");
  EXPECT_EQ(Labels(Request({rare, Match(MatchType::kRegex, "i", ".+")})).size(), 6u);
  EXPECT_EQ(Labels(Request({rare, Match(MatchType::kRegex, "i", "[12].*")})).size(), 2u);
  EXPECT_EQ(Labels(Request({rare, Match(MatchType::kNotRegex, "i", "[12].*")})).size(), 4u);
  EXPECT_EQ(Labels(Request({rare, Match(MatchType::kNotEqual, "i", "1000")})).size(), 5u);
  EXPECT_EQ(Labels(Request({rare, Match(MatchType::kEqual, "parity", "even")})).size(), 6u);
  EXPECT_EQ(Labels(Request({rare, Match(MatchType::kRegex, "cluster", ".+"),
                            Match(MatchType::kEqual, "i", "")}))
                .size(),
            0u);
  // A label that is taken out of the answer still selects.
  auto removed = Request({rare, Match(MatchType::kRegex, "i", "[12].*")});
  removed.without_replica_labels = {"i"};
  EXPECT_EQ(Labels(removed).size(), 1u);
  EXPECT_NE(test_->registry.Expose(telemetry::ExpositionFormat::kText)
                .find("lazy_expanded_postings_total 4"),
            std::string::npos);
}

TEST_F(BucketStoreTest, PackedCompareIsTheFieldsOrder) {
  Random random(3);
  std::vector<model::Labels> all = {model::Labels()};
  for (int i = 0; i < 120; ++i) {
    model::LabelsBuilder builder;
    std::vector<std::string> storage;
    storage.reserve(8);
    for (size_t j = 0; j < random.Below(4); ++j) {
      storage.push_back("n" + std::string(random.Below(3), 'x'));
      storage.push_back(std::string(1 + random.Below(2) * (126 + random.Below(4)),
                                    static_cast<char>('a' + random.Below(2))));
      builder.Set(storage[storage.size() - 2], storage.back());
    }
    all.push_back(builder.Build());
  }
  const auto sign = [](int order) { return (order > 0) - (order < 0); };
  for (const auto& a : all) {
    for (const auto& b : all) {
      ASSERT_EQ(sign(ComparePackedLabels(a.packed(), b.packed())), sign(model::Compare(a, b)))
          << a.ToString() << " " << b.ToString();
    }
  }
}

TEST_F(BucketStoreTest, ManyBlocksGoThroughTheTree) {
  for (int hour = 0; hour < 30; ++hour)
    Add(hour, {{"cluster", "x"}}, Series({"a", hour % 2 == 0 ? "even" : "odd"}));
  Start();
  const auto read = Read(Request());
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[0].chunks.size(), 60u);
  EXPECT_EQ((*read)[1].chunks.size(), 30u);
}

TEST_F(BucketStoreTest, LongSeriesAndManySegments) {
  testing::BlockSpec spec;
  spec.external_labels = {{"cluster", "x"}};
  spec.samples_per_chunk = 1;
  spec.segment_size_max = 4096;
  for (const char* name : {"a", "b", "c"}) {
    spec.series.push_back(testing::CounterSeries({{"__name__", "m"}, {"n", name}}, 0, 1000, 6000));
  }
  const auto meta = testing::BuildBlock(Env::Posix(), directory_.path(), spec);
  ASSERT_TRUE(meta.ok()) << meta.status().ToString();
  ASSERT_TRUE(blocks::UploadBlock(*bucket_, Env::Posix(),
                                  directory_.path() + "/" + meta->ulid.ToString(), {}, {})
                  .ok());
  Start();
  const auto expect_all = [&](const SeriesRequest& request, size_t series) {
    const auto read = Read(request);
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    ASSERT_EQ(read->size(), series);
    for (const ReadSeries& one : *read) {
      ASSERT_EQ(one.chunks.size(), 6000u);
      for (size_t i = 0; i < one.chunks.size(); ++i)
        ASSERT_EQ(one.chunks[i].min_time, static_cast<TimestampMs>(i) * 1000);
    }
  };
  expect_all(Request(), 3);
  expect_all(Request({Match(MatchType::kEqual, "n", "b")}), 1);
}

TEST_F(BucketStoreTest, SparseSeriesOfALargeBlock) {
  std::vector<model::Labels> series;
  for (int i = 0; i < 3000; ++i) {
    series.push_back({{"__name__", "m"},
                      {"i", std::to_string(10000 + i)},
                      {"pick", i % 100 == 7  ? "rare"
                               : i % 20 == 3 ? "often"
                                             : "no"}});
  }
  Add(1, {{"cluster", "x"}}, series);
  Start();
  const auto all = Read(Request());
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 3000u);
  struct Case {
    std::string pick;
    size_t every, first;
  };
  for (const auto& [pick, every, first] : {Case{"rare", 100, 7}, Case{"often", 20, 3}}) {
    const auto picked = Read(Request({Match(MatchType::kEqual, "pick", pick)}));
    ASSERT_TRUE(picked.ok()) << picked.status().ToString();
    ASSERT_EQ(picked->size(), 3000 / every) << pick;
    for (size_t i = 0; i < picked->size(); ++i)
      EXPECT_TRUE((*picked)[i] == (*all)[i * every + first]) << pick << i;
  }
}

TEST_F(BucketStoreTest, LabelsOnlyLimitAndShards) {
  Add(1, {{"cluster", "x"}}, Series({"a", "b", "c", "d", "e"}));
  Start();
  auto request = Request();
  request.skip_chunks = true;
  const auto read = Read(request);
  ASSERT_EQ(read->size(), 5u);
  EXPECT_TRUE((*read)[0].chunks.empty());
  request.limit = 2;
  EXPECT_EQ(Read(request)->size(), 2u);
  request.skip_chunks = false;
  EXPECT_EQ(Read(request)->size(), 2u);
  request.limit = 0;
  std::set<std::string> all;
  for (int64_t shard = 0; shard < 3; ++shard) {
    request.shard = {.shard_index = shard, .total_shards = 3, .by = true, .labels = {"n"}};
    for (const std::string& labels : Labels(request))
      EXPECT_TRUE(all.insert(labels).second) << labels;
  }
  EXPECT_EQ(all.size(), 5u);
}

TEST_F(BucketStoreTest, LimitsHaveUpstreamsTexts) {
  Add(1, {{"cluster", "x"}}, Series({"a", "b", "c"}));
  const auto failure = [&](BucketStoreOptions options) {
    Start(std::move(options));
    const auto read = Read(Request());
    EXPECT_EQ(read.status().code(), StatusCode::kResourceExhausted) << read.status().ToString();
    return std::string(read.status().message());
  };
  EXPECT_NE(failure({.series_max = 2}).find("exceeded series limit: limit 2 violated (got 3)"),
            std::string::npos);
  EXPECT_NE(failure({.chunks_max = 5}).find("exceeded chunks limit: limit 5 violated (got 6)"),
            std::string::npos);
  EXPECT_NE(failure({.bytes_max = 10}).find("exceeded bytes limit while fetching"),
            std::string::npos);
  EXPECT_NE(test_->registry.Expose(telemetry::ExpositionFormat::kText)
                .find("thanos_bucket_store_queries_dropped_total{reason=\"bytes\",tenant=\"\"} 1"),
            std::string::npos);
}

TEST_F(BucketStoreTest, LabelNamesAndValues) {
  const auto first = Add(1, {{"cluster", "x"}}, Series({"a", "b"}));
  Add(2, {{"cluster", "y"}}, {{{"__name__", "other"}, {"k", "v"}}});
  Start();
  using Names = std::vector<std::string>;
  LabelNamesRequest names;
  names.range = {0, 10 * kHour};
  EXPECT_EQ(test_->store->LabelNames(names, {})->values, (Names{"__name__", "cluster", "k", "n"}));
  names.without_replica_labels = {"cluster"};
  names.limit = 2;
  EXPECT_EQ(test_->store->LabelNames(names, {})->values, (Names{"__name__", "k"}));
  names = {};
  names.range = {kHour, kHour + 1};
  const auto in_first = test_->store->LabelNames(names, {});
  EXPECT_EQ(in_first->values, (Names{"__name__", "cluster", "n"}));
  EXPECT_NE(in_first->hints.find("hintspb.LabelNamesResponseHints"), std::string::npos);
  EXPECT_NE(in_first->hints.find(first.ulid.ToString()), std::string::npos);
  names.range = {0, 10 * kHour};
  names.matchers = {Match(MatchType::kEqual, "__name__", "other")};
  EXPECT_EQ(test_->store->LabelNames(names, {})->values, (Names{"__name__", "cluster", "k"}));

  LabelValuesRequest values;
  values.range = {0, 10 * kHour};
  values.label = "n";
  EXPECT_EQ(test_->store->LabelValues(values, {})->values, (Names{"a", "b"}));
  values.label = "cluster";
  EXPECT_EQ(test_->store->LabelValues(values, {})->values, (Names{"x", "y"}));
  values.matchers = {Match(MatchType::kEqual, "k", "v")};
  EXPECT_EQ(test_->store->LabelValues(values, {})->values, (Names{"y"}));
  values.label = "n";
  values.matchers = {Match(MatchType::kNotEqual, "n", "a")};
  EXPECT_EQ(test_->store->LabelValues(values, {})->values, (Names{"b"}));
  values.without_replica_labels = {"n"};
  EXPECT_TRUE(test_->store->LabelValues(values, {})->values.empty());
}

TEST_F(BucketStoreTest, AnnouncesItsBlocks) {
  Start();
  EXPECT_GT(test_->store->Info().min_time, test_->store->Info().max_time) << "nothing yet";
  Add(1, {{"cluster", "x"}}, Series({"a"}));
  Add(2, {{"cluster", "x"}}, Series({"a"}));
  Add(5, {{"cluster", "x"}}, Series({"a"}));
  Add(2, {{"cluster", "y"}}, Series({"a"}));
  ASSERT_TRUE(test_->store->Sync({}).ok());
  const StoreInfo info = test_->store->Info();
  EXPECT_EQ(info.min_time, kHour);
  EXPECT_EQ(info.max_time, 6 * kHour);
  ASSERT_EQ(info.label_sets.size(), 2u);
  EXPECT_EQ(info.label_sets[0].ToString(), R"({cluster="x"})");
  ASSERT_EQ(info.tsdb_infos.size(), 3u);
  EXPECT_EQ(info.tsdb_infos[0].max_time, 3 * kHour);
  EXPECT_TRUE(info.supports_sharding && info.supports_without_replica_labels);
}

TEST_F(BucketStoreTest, SyncAddsAndDropsBlocks) {
  const auto first = Add(1, {{"cluster", "x"}}, Series({"a"}));
  const TestDirectory data("data");
  std::filesystem::create_directories(data.path() + "/01M7YN5Y65J7GPXRK55S3CQZJP");
  Start({.data_directory = data.path()});
  EXPECT_FALSE(std::filesystem::exists(data.path() + "/01M7YN5Y65J7GPXRK55S3CQZJP"))
      << "of a block that is gone";
  Add(2, {{"cluster", "x"}}, Series({"b"}));
  ASSERT_TRUE(test_->store->Sync({}).ok());
  EXPECT_EQ(Labels(Request()).size(), 2u);
  EXPECT_TRUE(std::filesystem::exists(data.path() + "/" + first.ulid.ToString() + "/index-header"));
  ASSERT_TRUE(blocks::DeleteBlock(*bucket_, first.ulid, {}).ok());
  ASSERT_TRUE(test_->store->Sync({}).ok());
  EXPECT_EQ(Labels(Request()).size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(data.path() + "/" + first.ulid.ToString()));
}

TEST_F(BucketStoreTest, AHalfUploadedBlockIsNotSeen) {
  const auto whole = Add(1, {{"cluster", "x"}}, Series({"a"}));
  const auto half = Add(2, {{"cluster", "x"}}, Series({"b"}));
  ASSERT_TRUE(bucket_->Delete(blocks::BlockObject(half.ulid, "meta.json"), {}).ok());
  Start();
  EXPECT_EQ(Labels(Request()), std::vector<std::string>{R"({__name__="m", cluster="x", n="a"})"});
}

TEST_F(BucketStoreTest, ADamagedBlockIsNamedAndTheOthersServe) {
  const auto good = Add(1, {{"cluster", "x"}}, Series({"a"}));
  const auto bad = Add(2, {{"cluster", "x"}}, Series({"b"}));
  const std::string index = blocks::BlockObject(bad.ulid, "index");
  const std::string bytes(bucket_->Get(index, {})->view());
  ASSERT_TRUE(
      objstore::UploadBytes(*bucket_, index, std::string_view(bytes).substr(0, bytes.size() - 20))
          .ok());
  Start();
  ASSERT_EQ(test_->store->FailedBlocks().size(), 1u);
  const Status failure = test_->store->FailedBlocks().at(bad.ulid);
  EXPECT_EQ(failure.code(), StatusCode::kDataLoss);
  EXPECT_NE(failure.message().find(bad.ulid.ToString()), std::string::npos) << failure.ToString();
  EXPECT_EQ(Labels(Request()), std::vector<std::string>{R"({__name__="m", cluster="x", n="a"})"});
  // Once mended it is loaded.
  ASSERT_TRUE(objstore::UploadBytes(*bucket_, index, bytes).ok());
  ASSERT_TRUE(test_->store->Sync({}).ok());
  EXPECT_TRUE(test_->store->FailedBlocks().empty());
  EXPECT_EQ(Labels(Request()).size(), 2u);
}

TEST_F(BucketStoreTest, DamagedChunksFailTheRequestWithBlockAndOffset) {
  const auto bad = Add(1, {{"cluster", "x"}}, Series({"a"}));
  Add(2, {{"cluster", "x"}}, Series({"b"}));
  const std::string chunks = blocks::ChunkSegmentObject(bad.ulid, 0);
  const std::string bytes(bucket_->Get(chunks, {})->view());
  Start();
  for (size_t at : {size_t{8}, size_t{9}, size_t{20}, bytes.size() - 1}) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    ASSERT_TRUE(objstore::UploadBytes(*bucket_, chunks, flipped).ok());
    const auto read = Read(Request());
    ASSERT_EQ(read.status().code(), StatusCode::kDataLoss) << at << " " << read.status().ToString();
    EXPECT_NE(read.status().message().find(chunks), std::string::npos) << read.status().ToString();
    EXPECT_NE(read.status().message().find("offset "), std::string::npos)
        << read.status().ToString();
  }
  for (size_t size : {size_t{0}, size_t{8}, size_t{10}, bytes.size() - 1}) {
    ASSERT_TRUE(
        objstore::UploadBytes(*bucket_, chunks, std::string_view(bytes).substr(0, size)).ok());
    EXPECT_EQ(Read(Request()).status().code(), StatusCode::kDataLoss) << size;
  }
  auto elsewhere = Request();
  elsewhere.range = {2 * kHour, 3 * kHour};
  EXPECT_EQ(Labels(elsewhere).size(), 1u) << "other blocks keep serving";
}

TEST_F(BucketStoreTest, DamagedIndexesNeverCrashTheStore) {
  const auto block = Add(1, {{"cluster", "x"}}, Series({"a", "b", "c"}));
  const std::string index = blocks::BlockObject(block.ulid, "index");
  const std::string bytes(bucket_->Get(index, {})->view());
  // The header is sound; the parts that are read by ranges are not.
  Start({.index_cache = {.bytes_max = 0}});
  size_t failures = 0;
  for (size_t at = 5; at < bytes.size(); at += 3) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x81);
    ASSERT_TRUE(objstore::UploadBytes(*bucket_, index, flipped).ok());
    const auto read = Read(Request(
        {Match(MatchType::kEqual, "__name__", "m"), Match(MatchType::kNotEqual, "n", "b")}));
    if (read.ok()) {
      EXPECT_EQ(read->size(), 2u) << at;
      continue;
    }
    ++failures;
    EXPECT_EQ(read.status().code(), StatusCode::kDataLoss) << read.status().ToString();
    EXPECT_NE(read.status().message().find(block.ulid.ToString()), std::string::npos)
        << read.status().ToString();
  }
  EXPECT_GT(failures, 5u);
  for (size_t size = 0; size < bytes.size(); size += 11) {
    ASSERT_TRUE(
        objstore::UploadBytes(*bucket_, index, std::string_view(bytes).substr(0, size)).ok());
    (void)Read(Request());
  }
}

TEST_F(BucketStoreTest, ABlockThatVanishesUnderAQueryIsATypedError) {
  const auto block = Add(1, {{"cluster", "x"}}, Series({"a"}));
  Start();
  // Tables are loaded when Series returns; chunks are not.
  auto stream = test_->store->Series(Request(), {});
  ASSERT_TRUE(stream.ok());
  ASSERT_TRUE(blocks::DeleteBlock(*bucket_, block.ulid, {}).ok());
  SeriesFrame frame;
  const auto next = (*stream)->Next(&frame);
  EXPECT_EQ(next.status().code(), StatusCode::kUnavailable) << next.status().ToString();
  EXPECT_NE(next.status().message().find(block.ulid.ToString()), std::string::npos);
}

TEST_F(BucketStoreTest, BucketErrorsFailTheRequestAndLeaveTheStoreWell) {
  for (int hour = 1; hour <= 6; ++hour) Add(hour, {{"cluster", "x"}}, Series({"a", "b"}));
  const auto plan = std::make_shared<objstore::FaultPlan>(
      objstore::FaultOptions{.seed = 4, .error_rate = 0.1, .cut_read_rate = 0.1});
  const auto faulty = objstore::MakeFaultyBucket(*bucket_, plan);
  TestStore test(*faulty, {.index_cache = {.bytes_max = 0}});
  for (int i = 0; i < 50; ++i) (void)test.store->Sync({});
  int failures = 0;
  for (int i = 0; i < 100; ++i) {
    const auto read = ReadStream(test.store->Series(Request(), {}));
    if (!read.ok()) {
      ++failures;
    } else {
      EXPECT_EQ(read->size(), 2u);
      EXPECT_EQ((*read)[0].chunks.size(), 12u);
    }
  }
  EXPECT_GT(failures, 10);
  plan->Heal();
  EXPECT_EQ(ReadStream(test.store->Series(Request(), {}))->size(), 2u);
}

TEST_F(BucketStoreTest, AnIncompleteViewDropsNothing) {
  for (int hour = 1; hour <= 6; ++hour) Add(hour, {{"cluster", "x"}}, Series({"a"}));
  const auto plan =
      std::make_shared<objstore::FaultPlan>(objstore::FaultOptions{.seed = 2, .error_rate = 0.15});
  const auto faulty = objstore::MakeFaultyBucket(*bucket_, plan);
  TestStore test(*faulty);
  plan->Heal();
  ASSERT_TRUE(test.store->InitialSync({}).ok());
  const auto sick =
      std::make_shared<objstore::FaultPlan>(objstore::FaultOptions{.seed = 2, .error_rate = 0.15});
  const auto sick_bucket = objstore::MakeFaultyBucket(*bucket_, sick);
  TestStore other(*sick_bucket);
  size_t loaded = 0;
  for (int i = 0; i < 30; ++i) {
    (void)other.store->Sync({});
    EXPECT_GE(other.store->LoadedMetas().size(), loaded) << "blocks are only added";
    loaded = other.store->LoadedMetas().size();
  }
  EXPECT_GT(loaded, 0u);
}

TEST_F(BucketStoreTest, CancelEndsARequest) {
  Add(1, {{"cluster", "x"}}, Series({"a"}));
  Start();
  CancelSource source;
  RequestContext context;
  context.cancel = source.Token();
  auto stream = test_->store->Series(Request(), context);
  ASSERT_TRUE(stream.ok());
  source.Cancel();
  SeriesFrame frame;
  EXPECT_EQ((*stream)->Next(&frame).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(test_->store->Series(Request(), context).status().code(), StatusCode::kCancelled);
}

TEST_F(BucketStoreTest, TheGateLimitsRequestsAtOnce) {
  Add(1, {{"cluster", "x"}}, Series({"a"}));
  Start({.series_concurrency_max = 1});
  auto first = test_->store->Series(Request(), {});
  ASSERT_TRUE(first.ok());
  RequestContext context;
  const CancelSource deadline(CancelToken::Clock::now() + std::chrono::milliseconds(20));
  context.cancel = deadline.Token();
  EXPECT_EQ(test_->store->Series(Request(), context).status().code(),
            StatusCode::kDeadlineExceeded);
  first = UnavailableError("let go");
  EXPECT_TRUE(test_->store->Series(Request(), {}).ok());
}

TEST_F(BucketStoreTest, MemoryIsChargedToTheQuery) {
  Add(1, {{"cluster", "x"}}, Series({"a"}));
  Start();
  MemoryAccountant small(1000);
  RequestContext context;
  context.accountant = &small;
  const auto refused = ReadStream(test_->store->Series(Request(), context));
  EXPECT_EQ(refused.status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(small.used_bytes(), 0u);
  MemoryAccountant large(uint64_t{1} << 30);
  context.accountant = &large;
  EXPECT_TRUE(ReadStream(test_->store->Series(Request(), context)).ok());
  EXPECT_EQ(large.used_bytes(), 0u);
  EXPECT_GT(large.peak_bytes(), 0u);
}

TEST_F(BucketStoreTest, LazyHeadersAreOpenedByTheFirstRequest) {
  Add(1, {{"cluster", "x"}}, Series({"a"}));
  const TestDirectory data("lazy");
  Start({.data_directory = data.path(), .lazy_headers = true});
  EXPECT_TRUE(std::filesystem::is_empty(data.path()));
  EXPECT_EQ(Labels(Request()).size(), 1u);
  EXPECT_FALSE(std::filesystem::is_empty(data.path()));
}

TEST_F(BucketStoreTest, RequestsAndSyncsMeet) {
  for (int hour = 1; hour <= 4; ++hour) Add(hour, {{"cluster", "x"}}, Series({"a", "b", "c"}));
  const auto extra = Add(5, {{"cluster", "y"}}, Series({"z"}));
  Start();
  const std::string meta_name = blocks::BlockObject(extra.ulid, "meta.json");
  const std::string meta(bucket_->Get(meta_name, {})->view());
  std::atomic<bool> done{false};
  std::thread syncer([&] {
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(i % 2 == 0 ? bucket_->Delete(meta_name, {}).ok()
                             : objstore::UploadBytes(*bucket_, meta_name, meta).ok());
      EXPECT_TRUE(test_->store->Sync({}).ok());
    }
    done = true;
  });
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      while (!done) {
        const auto read = Read(Request());
        ASSERT_TRUE(read.ok()) << read.status().ToString();
        EXPECT_GE(read->size(), 3u);
      }
    });
  }
  syncer.join();
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace aion::store
