#include "blocks/index_header.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "blocks/block_files.h"
#include "objstore/faults.h"
#include "objstore/providers/filesystem.h"
#include "objstore/providers/inmem.h"
#include "testing/block_builder.h"

namespace aion::blocks {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kGolden = AION_SOURCE_DIR "/../shared/golden";

std::string Build(objstore::Bucket& bucket, const Ulid& block) {
  std::string bytes;
  const Status status = BuildIndexHeader(bucket, block,
                                         [&](std::string_view piece) {
                                           bytes += piece;
                                           return OkStatus();
                                         },
                                         {});
  EXPECT_TRUE(status.ok()) << status.ToString();
  return bytes;
}

TEST(IndexHeaderGolden, SameBytesAsTheRealStoreGateway) {
  const std::string headers = std::string(kGolden) + "/index-header";
  if (!fs::exists(headers)) GTEST_SKIP() << "no golden data beside the checkout: " << headers;
  const auto bucket =
      *objstore::MakeFilesystemBucket({.directory = std::string(kGolden) + "/bucket"});
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(headers)) {
    const auto block = BlockOfDirectory(entry.path().string());
    ASSERT_TRUE(block.has_value());
    const std::string golden = *ReadFile(Env::Posix(), entry.path().string() + "/index-header");
    EXPECT_TRUE(Build(*bucket, *block) == golden) << entry.path();
    const auto header = IndexHeader::Open(Buffer(golden), {});
    EXPECT_TRUE(header.ok()) << header.status().ToString();
    ++count;
  }
  EXPECT_GT(count, 10u);
}

/// A block with many values in an in-memory bucket.
class IndexHeaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "/aion-index-header-" + std::to_string(::getpid());
    fs::remove_all(directory_);
    testing::BlockSpec spec;
    for (int i = 0; i < 200; ++i) {
      spec.series.push_back(testing::CounterSeries({{"__name__", "up"},
                                                    {"instance", "i" + std::to_string(1000 + i)},
                                                    {"job", i % 2 == 0 ? "even" : "odd"}},
                                                   0, 15000, 10));
    }
    spec.external_labels = {{"cluster", "c"}};
    const auto meta = testing::BuildBlock(Env::Posix(), directory_, spec);
    ASSERT_TRUE(meta.ok()) << meta.status().ToString();
    block_ = meta->ulid;
    index_ = *ReadFile(Env::Posix(), directory_ + "/" + block_.ToString() + "/index");
    bucket_ = objstore::MakeInMemoryBucket();
    Upload(index_);
  }
  void TearDown() override { fs::remove_all(directory_); }
  void Upload(std::string_view index) {
    ASSERT_TRUE(objstore::UploadBytes(*bucket_, BlockObject(block_, kIndexFile), index).ok());
  }

  std::string directory_;
  Ulid block_;
  std::string index_;
  std::unique_ptr<objstore::Bucket> bucket_;
};

TEST_F(IndexHeaderTest, FindsNamesValuesAndPostings) {
  for (const uint32_t sample_every : {1u, 3u, 32u, 1000u}) {
    const auto header = IndexHeader::Open(
        Buffer(Build(*bucket_, block_)),
        {.postings_sample_every = sample_every, .symbol_sample_every = sample_every});
    ASSERT_TRUE(header.ok()) << header.status().ToString();
    EXPECT_EQ((*header)->LabelNames(),
              (std::vector<std::string_view>{"__name__", "instance", "job"}));
    EXPECT_EQ((*header)->ValueCount("instance"), 200u);
    EXPECT_EQ((*header)->ValueCount("nope"), 0u);
    for (int i = 0; i < 200; ++i) {
      const std::string value = "i" + std::to_string(1000 + i);
      const auto range = (*header)->FindPostings("instance", value);
      ASSERT_TRUE(range.ok() && range->has_value()) << value;
      // One reference: length, count, reference, CRC.
      EXPECT_EQ((*range)->end - (*range)->begin, 16u) << value;
    }
    for (const std::string_view value : {"", "a", "i1000x", "i0", "z"}) {
      EXPECT_FALSE((*header)->FindPostings("instance", value)->has_value()) << value;
    }
    EXPECT_TRUE((*header)->FindPostings("", "")->has_value()) << "the list of all series";
    std::vector<std::string> seen;
    ASSERT_TRUE((*header)
                    ->ForEachValue("instance", "i1197",
                                   [&](std::string_view value, const PostingsRange&) {
                                     seen.emplace_back(value);
                                     return true;
                                   })
                    .ok());
    EXPECT_EQ(seen, (std::vector<std::string>{"i1197", "i1198", "i1199"}));
  }
}

TEST_F(IndexHeaderTest, CachesOnDiskAndRebuildsWhatIsDamaged) {
  const IndexHeaderCache cache{.directory = directory_ + "/cache"};
  const std::string path = cache.directory + "/" + block_.ToString() + "/index-header";
  ASSERT_TRUE(OpenIndexHeader(*bucket_, block_, cache, {}, {}).ok());
  const std::string good = *ReadFile(Env::Posix(), path);
  EXPECT_EQ(good, Build(*bucket_, block_));

  // With a sound cached header the bucket is not asked.
  const auto dead = objstore::MakeFaultyBucket(
      *bucket_, std::make_shared<objstore::FaultPlan>(objstore::FaultOptions{.error_rate = 1}));
  EXPECT_TRUE(OpenIndexHeader(*dead, block_, cache, {}, {}).ok());

  for (const size_t damage : {size_t{0}, size_t{5}, size_t{40}, good.size() / 2, good.size() - 3}) {
    std::string bad = good;
    bad[damage] = static_cast<char>(bad[damage] ^ 0x40);
    std::ofstream(path, std::ios::trunc) << bad;
    EXPECT_EQ(OpenIndexHeader(*dead, block_, cache, {}, {}).status().code(),
              StatusCode::kUnavailable)
        << damage;
    EXPECT_TRUE(OpenIndexHeader(*bucket_, block_, cache, {}, {}).ok()) << damage;
    EXPECT_EQ(*ReadFile(Env::Posix(), path), good);
  }
  std::ofstream(path, std::ios::trunc) << good.substr(0, good.size() / 3);
  EXPECT_TRUE(OpenIndexHeader(*bucket_, block_, cache, {}, {}).ok());
}

TEST_F(IndexHeaderTest, DamagedIndexesAreReportedWithTheBlock) {
  const IndexHeaderCache cache{.directory = directory_ + "/cache"};
  const std::string path = cache.directory + "/" + block_.ToString() + "/index-header";
  for (size_t size : {size_t{0}, size_t{4}, size_t{56}, index_.size() / 2, index_.size() - 1}) {
    Upload(index_.substr(0, size));
    const auto header = OpenIndexHeader(*bucket_, block_, cache, {}, {});
    ASSERT_FALSE(header.ok()) << size;
    EXPECT_EQ(header.status().code(), StatusCode::kDataLoss) << header.status().ToString();
    EXPECT_NE(header.status().message().find(block_.ToString()), std::string::npos)
        << header.status().ToString();
    EXPECT_FALSE(fs::exists(path)) << "nothing half-built stays";
  }
  // Bits flipped anywhere give an error or a header, never a crash.
  for (size_t at = 0; at < index_.size(); at += 37) {
    std::string bad = index_;
    bad[at] = static_cast<char>(bad[at] ^ 0x81);
    Upload(bad);
    (void)OpenIndexHeader(*bucket_, block_, {}, {}, {});
  }
}

TEST_F(IndexHeaderTest, ShortReadsAndMissingBlocks) {
  const auto cutting = objstore::MakeFaultyBucket(
      *bucket_, std::make_shared<objstore::FaultPlan>(objstore::FaultOptions{.cut_read_rate = 1}));
  EXPECT_EQ(OpenIndexHeader(*cutting, block_, {}, {}, {}).status().code(),
            StatusCode::kUnavailable);
  Random random(1);
  EXPECT_EQ(OpenIndexHeader(*bucket_, Ulid::Make(5, random), {}, {}, {}).status().code(),
            StatusCode::kNotFound);
}

TEST(IndexHeaderV1, UnsortedTablesAreRead) {
  std::vector<testing::IndexSeries> series;
  for (int i = 0; i < 50; ++i) {
    series.push_back(
        {model::Labels{{"__name__", "m"}, {"i", std::to_string(100 + i)}}, {{0, 10, 8}}});
  }
  const auto bucket = objstore::MakeInMemoryBucket();
  Random random(1);
  const Ulid block = Ulid::Make(1, random);
  ASSERT_TRUE(
      objstore::UploadBytes(*bucket, BlockObject(block, kIndexFile), testing::BuildIndexV1(series))
          .ok());
  const auto header = OpenIndexHeader(*bucket, block, {}, {}, {});
  ASSERT_TRUE(header.ok()) << header.status().ToString();
  EXPECT_EQ((*header)->index_version(), tsdb::IndexVersion::kV1);
  EXPECT_EQ((*header)->ValueCount("i"), 50u);
  EXPECT_TRUE((*header)->FindPostings("i", "117")->has_value());
  EXPECT_FALSE((*header)->FindPostings("i", "99")->has_value());
}

}  // namespace
}  // namespace aion::blocks
