#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "chunk/xor.h"
#include "testing/block_builder.h"
#include "testing/block_dump.h"
#include "tsdb/block/block_reader.h"

namespace aion::tsdb {
namespace {

class BlockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    parent_ = ::testing::TempDir() + "/block_test_" + std::to_string(::getpid());
    ASSERT_TRUE(Env::Posix().RemoveAll(parent_).ok());
  }
  void TearDown() override { ASSERT_TRUE(Env::Posix().RemoveAll(parent_).ok()); }

  std::string Build(const testing::BlockSpec& spec) {
    StatusOr<BlockMeta> meta = testing::BuildBlock(Env::Posix(), parent_, spec);
    EXPECT_TRUE(meta.ok()) << meta.status().ToString();
    return JoinPath(parent_, meta->ulid.ToString());
  }
  std::string parent_;
};

testing::BlockSpec SmallSpec() {
  testing::BlockSpec spec;
  for (const char* job : {"b", "a", "c"}) {
    spec.series.push_back(
        testing::CounterSeries(model::Labels{{"__name__", "n"}, {"job", job}}, 1000, 15000, 300));
  }
  testing::TestSeries histogram;
  histogram.labels = model::Labels{{"__name__", "h"}};
  for (int i = 0; i < 5; ++i) {
    histogram.histogram_times.push_back(1000 + i * 15000);
    model::Histogram& one = histogram.histograms.emplace_back();
    one.count = one.zero_count = static_cast<uint64_t>(i);
  }
  spec.series.push_back(histogram);
  spec.external_labels = {{"cluster", "eu1"}};
  return spec;
}

TEST_F(BlockTest, BuildsAndReadsBack) {
  const std::string directory = Build(SmallSpec());
  StatusOr<std::unique_ptr<BlockReader>> opened = BlockReader::Open(Env::Posix(), directory);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  const BlockReader& block = **opened;
  EXPECT_EQ(block.meta().stats, (BlockStats{905, 900, 5, 4, 10, 0}));
  EXPECT_EQ(block.meta().range(), (model::BlockRange{1000, 1000 + 299 * 15000 + 1}));
  EXPECT_EQ(block.meta().thanos->labels.at("cluster"), "eu1");
  StatusOr<Postings> postings = block.Select(std::vector{model::Matcher::Equal("job", "b")});
  ASSERT_TRUE(postings.ok());
  ASSERT_EQ(postings->size(), 1u);
  BlockSeries series;
  ASSERT_TRUE(block.Series((*postings)[0], {}, &series).ok());
  EXPECT_EQ(series.labels_view().ToString(), R"({__name__="n", job="b"})");
  ASSERT_EQ(series.chunks.size(), 3u);
  StatusOr<ChunkRecord> record = block.Chunk(series.chunks[2].ref);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(chunk::XorCount(record->data), 60u);
  EXPECT_EQ(block.Chunk(MakeChunkRef(7, 8)).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(block.Chunk(3).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(block.Deleted((*postings)[0]), nullptr);
}

TEST_F(BlockTest, CutsSegments) {
  testing::BlockSpec spec = SmallSpec();
  spec.segment_size_max = 400;
  const std::string directory = Build(spec);
  StatusOr<std::unique_ptr<BlockReader>> block = BlockReader::Open(Env::Posix(), directory);
  ASSERT_TRUE(block.ok()) << block.status().ToString();
  EXPECT_GT((*block)->segment_count(), 2u);
  for (uint32_t i = 0; i < (*block)->segment_count(); ++i) {
    EXPECT_LE(std::filesystem::file_size(directory + "/chunks/" + SegmentFileName(i)), 400u);
  }
  StatusOr<std::string> dump = testing::DumpBlock(**block);
  ASSERT_TRUE(dump.ok()) << dump.status().ToString();
  EXPECT_EQ(std::count(dump->begin(), dump->end(), '\n'), 4);
}

TEST_F(BlockTest, ReadsTombstones) {
  const std::string directory = Build(SmallSpec());
  StatusOr<std::unique_ptr<BlockReader>> block = BlockReader::Open(Env::Posix(), directory);
  ASSERT_TRUE(block.ok());
  const uint32_t ref = (*(*block)->index().AllPostings())[1];
  ASSERT_TRUE(WriteFileAtomically(Env::Posix(), JoinPath(directory, kTombstonesFileName),
                                  PrintTombstones({{ref, {{1000, 2000}}}}))
                  .ok());
  block = BlockReader::Open(Env::Posix(), directory);
  ASSERT_TRUE(block.ok());
  ASSERT_NE((*block)->Deleted(ref), nullptr);
  EXPECT_EQ(*(*block)->Deleted(ref), (Intervals{{1000, 2000}}));
}

TEST_F(BlockTest, MissingPartsAreNamed) {
  const std::string directory = Build(SmallSpec());
  ASSERT_TRUE(Env::Posix().RemoveFile(directory + "/index").ok());
  const Status status = BlockReader::Open(Env::Posix(), directory).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_NE(status.message().find("index"), std::string_view::npos);
}

TEST_F(BlockTest, DamagedFilesGiveAStatus) {
  const std::string directory = Build(SmallSpec());
  Random random(9);
  const auto read_all = [&] {
    StatusOr<std::unique_ptr<BlockReader>> block = BlockReader::Open(Env::Posix(), directory);
    return block.ok() ? testing::DumpBlock(**block).status() : block.status();
  };
  ASSERT_TRUE(read_all().ok()) << read_all().ToString();
  for (const std::string file : {"index", "chunks/000001", "meta.json", "tombstones"}) {
    const std::string path = JoinPath(directory, file);
    StatusOr<std::string> bytes = ReadFile(Env::Posix(), path);
    ASSERT_TRUE(bytes.ok());
    const auto write = [&](std::string_view text) {
      std::ofstream(path, std::ios::binary)
          .write(text.data(), static_cast<std::streamsize>(text.size()));
    };
    for (int round = 0; round < 100; ++round) {
      write(bytes->substr(0, random.Below(bytes->size())));
      (void)read_all();
      std::string flipped = *bytes;
      flipped[random.Below(flipped.size())] ^= static_cast<char>(1 << random.Below(8));
      write(flipped);
      (void)read_all();
    }
    write(bytes->substr(0, bytes->size() / 2));
    EXPECT_FALSE(read_all().ok()) << file;
    write(*bytes);
  }
  EXPECT_TRUE(read_all().ok());
}

TEST(ChunkSegmentTest, RecordRoundTripAndDamage) {
  std::string bytes;
  AppendChunkRecord(chunk::Encoding::kXor, std::string(200, 'x'), &bytes);
  EXPECT_EQ(*ChunkRecordSize(bytes), bytes.size());
  const std::string longer = bytes + "more";
  StatusOr<ChunkRecord> record = ParseChunkRecord(longer);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->data.size(), 200u);
  EXPECT_EQ(record->record_size, bytes.size());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ParseChunkRecord(bytes.substr(0, size)).status().code(), StatusCode::kOutOfRange)
        << size;
  }
  bytes[50] ^= 4;
  EXPECT_EQ(ParseChunkRecord(bytes).status().code(), StatusCode::kDataLoss);
  std::string header;
  AppendSegmentHeader(&header);
  EXPECT_TRUE(CheckSegmentHeader(header).ok());
  header[4] = 9;
  EXPECT_EQ(CheckSegmentHeader(header).code(), StatusCode::kUnimplemented);
}

TEST(TombstonesTest, MergesAndRoundTrips) {
  Intervals intervals;
  for (const Interval& interval :
       Intervals{{10, 20}, {40, 50}, {30, 35}, {21, 29}, {5, 4}, {kTimestampMin, -5}}) {
    AddInterval(interval, &intervals);
  }
  EXPECT_EQ(intervals, (Intervals{{kTimestampMin, -5}, {10, 35}, {40, 50}}));
  EXPECT_TRUE(CoversRange(intervals, 11, 35));
  EXPECT_FALSE(CoversRange(intervals, 11, 41));
  const Tombstones tombstones = {{16, intervals}, {300, {{0, kTimestampMax}}}};
  const std::string bytes = PrintTombstones(tombstones);
  StatusOr<Tombstones> read = ParseTombstones(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, tombstones);
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(ParseTombstones(bytes.substr(0, size)).ok());
}

}  // namespace
}  // namespace aion::tsdb
