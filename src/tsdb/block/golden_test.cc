// Blocks the real systems wrote: read back as their dumps say, and written again byte for byte. The
// data stands beside the checkout; without it these tests are skipped.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/compression.h"
#include "chunk/aggregate.h"
#include "chunk/histogram.h"
#include "chunk/xor.h"
#include "testing/block_dump.h"
#include "tsdb/block/block_reader.h"
#include "tsdb/block/block_writer.h"

namespace aion::tsdb {
namespace {

using chunk::Encoding;

const std::string kGolden = AION_SOURCE_DIR "/../shared/golden";

std::vector<std::string> BlocksOf(const std::string& directory) {
  std::vector<std::string> blocks;
  StatusOr<std::vector<std::string>> names = Env::Posix().List(directory);
  if (!names.ok()) return blocks;
  for (const std::string& name : *names) {
    if (Ulid::Parse(name).ok()) blocks.push_back(JoinPath(directory, name));
  }
  return blocks;
}

#define SKIP_WITHOUT_GOLDEN() \
  if (!std::filesystem::exists(kGolden)) GTEST_SKIP() << "no golden data beside the checkout"

std::unique_ptr<BlockReader> OpenBlock(const std::string& directory) {
  StatusOr<std::unique_ptr<BlockReader>> block = BlockReader::Open(Env::Posix(), directory);
  EXPECT_TRUE(block.ok()) << block.status().ToString();
  return block.ok() ? std::move(*block) : nullptr;
}

/// Where the number around `at` begins.
size_t NumberBegin(std::string_view text, size_t at) {
  while (at > 0 && std::string_view("0123456789.e+-").find(text[at - 1]) != std::string_view::npos)
    --at;
  return at;
}

/// The first difference of two dumps, shortened; empty when there is none. The bounds of
/// exponential buckets may differ in the last digit, for this test computes them another way.
std::string Difference(std::string_view want, std::string_view got) {
  size_t i = 0;
  size_t j = 0;
  while (i < want.size() && j < got.size()) {
    if (want[i] == got[j]) {
      ++i;
      ++j;
      continue;
    }
    const size_t want_begin = NumberBegin(want, i);
    const size_t got_begin = NumberBegin(got, j);
    const bool bound = want_begin > 0 &&
                       std::string_view("([,").find(want[want_begin - 1]) != std::string_view::npos;
    char* want_end = nullptr;
    char* got_end = nullptr;
    const double a = std::strtod(want.data() + want_begin, &want_end);
    const double b = std::strtod(got.data() + got_begin, &got_end);
    if (!bound || std::abs(a - b) > 4e-16 * std::abs(a)) break;
    i = static_cast<size_t>(want_end - want.data());
    j = static_cast<size_t>(got_end - got.data());
  }
  if (i == want.size() && j == got.size()) return "";
  const size_t back = std::min<size_t>({i, j, 100});
  return "want " + std::string(want.substr(i - back, 300)) + "\ngot  " +
         std::string(got.substr(j - back, 300));
}

void ExpectDump(const std::string& directory, const std::string& dumps) {
  const std::unique_ptr<BlockReader> block = OpenBlock(directory);
  ASSERT_NE(block, nullptr);
  StatusOr<std::string> got = testing::DumpBlock(*block);
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  const std::string ulid = block->meta().ulid.ToString();
  StatusOr<std::string> packed = ReadFile(Env::Posix(), JoinPath(dumps, ulid + ".jsonl.gz"));
  ASSERT_TRUE(packed.ok()) << packed.status().ToString();
  StatusOr<std::string> want = GzipDecompress(*packed, size_t{1} << 30);
  ASSERT_TRUE(want.ok());
  EXPECT_EQ(Difference(*want, *got), "") << ulid;
}

TEST(GoldenBlockTest, ReadsBackAsItsDump) {
  SKIP_WITHOUT_GOLDEN();
  const std::vector<std::string> blocks = BlocksOf(kGolden + "/bucket");
  EXPECT_FALSE(blocks.empty());
  for (const std::string& block : blocks) ExpectDump(block, kGolden + "/dumps");
}

std::string Reencode(Encoding encoding, std::string_view data) {
  std::vector<TimestampMs> times;
  if (encoding == Encoding::kXor) {
    times.resize(chunk::XorCount(data));
    std::vector<double> values(times.size());
    EXPECT_TRUE(chunk::DecodeXor(data, times.size(), times.data(), values.data()).ok());
    chunk::XorAppender appender;
    for (size_t i = 0; i < times.size(); ++i) appender.Append(times[i], values[i]);
    return appender.Take();
  }
  if (encoding == Encoding::kHistogram) {
    std::vector<model::Histogram> histograms;
    EXPECT_TRUE(chunk::DecodeIntegerHistograms(encoding, data, &times, &histograms, nullptr).ok());
    chunk::HistogramAppender appender(chunk::HistogramResetHeader(encoding, data));
    for (size_t i = 0; i < times.size(); ++i) appender.Append(times[i], histograms[i]);
    return appender.Take();
  }
  std::vector<model::FloatHistogram> histograms;
  EXPECT_TRUE(chunk::DecodeHistograms(encoding, data, &times, &histograms, nullptr).ok());
  chunk::FloatHistogramAppender appender(chunk::HistogramResetHeader(encoding, data));
  for (size_t i = 0; i < times.size(); ++i) appender.Append(times[i], histograms[i]);
  return appender.Take();
}

std::string ReencodeAny(Encoding encoding, std::string_view data) {
  if (encoding != Encoding::kAggregate) return Reencode(encoding, data);
  StatusOr<chunk::AggregateSlots> slots = chunk::SplitAggregate(data);
  EXPECT_TRUE(slots.ok());
  chunk::AggregateSlots again;
  std::vector<std::string> storage(slots->size());
  for (size_t i = 0; i < slots->size(); ++i) {
    if (!(*slots)[i].present()) continue;
    storage[i] = Reencode((*slots)[i].encoding, (*slots)[i].data);
    again[i] = {(*slots)[i].encoding, storage[i]};
  }
  std::string out;
  chunk::AppendAggregate(again, &out);
  return out;
}

TEST(GoldenBlockTest, ChunksEncodeToTheirOwnBytes) {
  SKIP_WITHOUT_GOLDEN();
  size_t chunks = 0;
  for (const std::string& directory : BlocksOf(kGolden + "/bucket")) {
    const std::unique_ptr<BlockReader> block = OpenBlock(directory);
    ASSERT_NE(block, nullptr);
    Status status = ForEachSeries(*block, [&](const BlockSeries& series) -> Status {
      for (const ChunkMeta& meta : series.chunks) {
        ASSIGN_OR_RETURN(const ChunkRecord record, block->Chunk(meta.ref));
        EXPECT_TRUE(ReencodeAny(record.encoding, record.data) == record.data)
            << directory << " " << series.labels_view().ToString() << " "
            << chunk::EncodingName(record.encoding) << " chunk at " << meta.ref;
        ++chunks;
      }
      return OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status.ToString();
  }
  EXPECT_GT(chunks, 20000u);
}

std::string FileBytes(const std::string& path) {
  StatusOr<std::string> bytes = ReadFile(Env::Posix(), path);
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return bytes.ok() ? *bytes : "";
}

void ExpectRewritten(const std::string& directory, const std::string& target) {
  const std::unique_ptr<BlockReader> block = OpenBlock(directory);
  ASSERT_NE(block, nullptr);
  StatusOr<std::unique_ptr<BlockWriter>> writer = BlockWriter::Create(Env::Posix(), target, {});
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  for (SymbolTable::Cursor symbol = block->index().symbols().Begin(); symbol.Next();) {
    ASSERT_TRUE((*writer)->AddSymbol(symbol.symbol()).ok());
  }
  Status status = ForEachSeries(*block, [&](const BlockSeries& series) -> Status {
    std::vector<ChunkToWrite> chunks;
    for (const ChunkMeta& meta : series.chunks) {
      ASSIGN_OR_RETURN(const ChunkRecord record, block->Chunk(meta.ref));
      chunks.push_back({meta.min_time, meta.max_time, record.encoding, record.data});
    }
    return (*writer)->AddSeries(series.labels_view(), chunks);
  });
  ASSERT_TRUE(status.ok()) << status.ToString();
  ASSERT_TRUE((*writer)->Finish(block->meta()).ok());
  for (const char* file : {"index", "chunks/000001", "tombstones", "meta.json"}) {
    if (!Env::Posix().Stat(JoinPath(directory, file)).ok())
      continue;  // Compacted blocks have no tombstones.
    EXPECT_TRUE(FileBytes(JoinPath(directory, file)) == FileBytes(JoinPath(target, file)))
        << directory << " " << file;
  }
}

TEST(GoldenBlockTest, MetaPrintsAsItWasRead) {
  SKIP_WITHOUT_GOLDEN();
  for (const std::string& directory : BlocksOf(kGolden + "/bucket")) {
    const std::string bytes = FileBytes(JoinPath(directory, kMetaFileName));
    StatusOr<BlockMeta> meta = ParseMeta(bytes);
    ASSERT_TRUE(meta.ok()) << meta.status().ToString();
    EXPECT_EQ(PrintMeta(*meta), bytes);
  }
}

TEST(GoldenBlockTest, RewritesByteForByte) {
  SKIP_WITHOUT_GOLDEN();
  const std::string target = ::testing::TempDir() + "/golden_rewrite_" + std::to_string(::getpid());
  for (const std::string& block : BlocksOf(kGolden + "/bucket")) ExpectRewritten(block, target);
  ASSERT_TRUE(Env::Posix().RemoveAll(target).ok());
}

}  // namespace
}  // namespace aion::tsdb
