#include "tsdb/index/series_entry.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/random.h"
#include "model/labels.h"

namespace aion::tsdb {
namespace {

std::string SymbolSection(const std::vector<std::string>& symbols) {
  std::string contents;
  PutBe32(&contents, static_cast<uint32_t>(symbols.size()));
  for (const std::string& symbol : symbols) PutUvarintBytes(&contents, symbol);
  std::string section;
  PutBe32(&section, static_cast<uint32_t>(contents.size()));
  section += contents;
  PutBe32(&section, Crc32c(contents));
  return section;
}

const std::vector<ChunkMeta> kChunks = {
    {-50, -10, MakeChunkRef(0, 8)}, {0, 100, MakeChunkRef(0, 500)}, {101, 101, MakeChunkRef(2, 8)}};

TEST(SeriesEntryTest, RoundTripAndTimeRange) {
  const std::vector<LabelRefs> labels = {{1, 2}, {3, 300}};
  std::string bytes;
  AppendSeriesEntry(labels, kChunks, &bytes);
  EXPECT_EQ(*SeriesEntrySize(bytes), bytes.size());
  const std::string longer = bytes + "what follows";
  StatusOr<std::string_view> body = SeriesEntryBody(longer);
  ASSERT_TRUE(body.ok()) << body.status().ToString();
  SeriesEntry entry;
  ASSERT_TRUE(DecodeSeriesEntry(*body, {}, &entry).ok());
  EXPECT_EQ(entry.labels, labels);
  EXPECT_EQ(entry.chunks, kChunks);
  ASSERT_TRUE(DecodeSeriesEntry(*body, {100, 100}, &entry).ok());
  EXPECT_EQ(entry.chunks, std::vector<ChunkMeta>{kChunks[1]});
  ASSERT_TRUE(DecodeSeriesLabels(*body, &entry).ok());
  EXPECT_EQ(entry.labels, labels);
  EXPECT_TRUE(entry.chunks.empty());
}

TEST(SeriesEntryTest, DamageIsAStatus) {
  std::string bytes;
  AppendSeriesEntry({{1, 2}, {3, 4}}, kChunks, &bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(SeriesEntryBody(bytes.substr(0, size)).status().code(), StatusCode::kOutOfRange)
        << size;
  }
  Random random(4);
  SeriesEntry entry;
  for (int round = 0; round < 5000; ++round) {
    std::string flipped = bytes;
    flipped[random.Below(flipped.size())] ^= static_cast<char>(1 << random.Below(8));
    EXPECT_FALSE(SeriesEntryBody(flipped).ok());
    StatusOr<std::string_view> body = SeriesEntryBody(flipped, CrcCheck::kSkip);
    if (body.ok()) (void)DecodeSeriesEntry(*body, {}, &entry);
  }
  EXPECT_EQ(SeriesEntryBody(std::string(12, '\xff')).status().code(), StatusCode::kDataLoss);
}

TEST(SymbolTableTest, LooksUpWithEverySampling) {
  std::vector<std::string> symbols = {""};
  for (int i = 100; i < 400; ++i)
    symbols.push_back("symbol" + std::to_string(i) +
                      std::string(static_cast<size_t>(i % 3) * 70, 'x'));
  const std::string section = SymbolSection(symbols);
  for (const uint32_t sample_every : {1u, 7u, 32u, 1000u}) {
    SymbolTable::Options options;
    options.sample_every = sample_every;
    StatusOr<SymbolTable> table = SymbolTable::Create(section, options);
    ASSERT_TRUE(table.ok()) << table.status().ToString();
    EXPECT_EQ(table->count(), symbols.size());
    for (uint32_t i = 0; i < symbols.size(); ++i) {
      EXPECT_EQ(*table->Lookup(i), symbols[i]);
      EXPECT_EQ(*table->Find(symbols[i]), i);
    }
    EXPECT_EQ(table->Lookup(static_cast<uint32_t>(symbols.size())).status().code(),
              StatusCode::kDataLoss);
    EXPECT_EQ(table->Find("symbol").status().code(), StatusCode::kNotFound);
    EXPECT_EQ(table->Find("zzz").status().code(), StatusCode::kNotFound);
    size_t walked = 0;
    for (SymbolTable::Cursor cursor = table->Begin(); cursor.Next();)
      EXPECT_EQ(cursor.symbol(), symbols[walked++]);
    EXPECT_EQ(walked, symbols.size());
  }
}

TEST(SymbolTableTest, VersionOneRefersByOffset) {
  const std::string section = SymbolSection({"a", "bb", "ccc"});
  SymbolTable::Options options;
  options.version = IndexVersion::kV1;
  options.section_offset = 5;
  StatusOr<SymbolTable> table = SymbolTable::Create(section, options);
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(*table->Lookup(5 + 8), "a");
  EXPECT_EQ(*table->Lookup(5 + 8 + 2), "bb");
  EXPECT_EQ(*table->Find("ccc"), 5u + 8 + 2 + 3);
  EXPECT_FALSE(table->Lookup(3).ok());
  EXPECT_FALSE(table->Lookup(1000).ok());
}

TEST(SymbolTableTest, DamageIsAStatus) {
  const std::string section = SymbolSection({"a", "bb", "ccc"});
  for (size_t size = 0; size < section.size(); ++size) {
    EXPECT_FALSE(SymbolTable::Create(section.substr(0, size), {}).ok()) << size;
  }
  for (size_t i = 0; i < section.size() * 8; ++i) {
    std::string flipped = section;
    flipped[i / 8] ^= static_cast<char>(1 << (i % 8));
    EXPECT_FALSE(SymbolTable::Create(flipped, {}).ok()) << i;
    SymbolTable::Options unchecked;
    unchecked.crc_check = CrcCheck::kSkip;
    (void)SymbolTable::Create(flipped, unchecked);
  }
}

TEST(AppendPackedLabelsTest, SortsAndDropsWhatOldBlocksHold) {
  const std::string section = SymbolSection({"", "a", "b", "c", "v"});
  StatusOr<SymbolTable> table = SymbolTable::Create(section, {});
  ASSERT_TRUE(table.ok());
  const auto packed = [&](const std::vector<LabelRefs>& labels) {
    std::string out;
    const Status status = AppendPackedLabels(labels, *table, &out);
    return status.ok() ? model::LabelsView(out).ToString() : std::string(status.message());
  };
  EXPECT_EQ(packed({{1, 4}, {3, 4}}), R"({a="v", c="v"})");
  EXPECT_EQ(packed({{3, 4}, {1, 4}, {2, 4}}), R"({a="v", b="v", c="v"})");
  EXPECT_EQ(packed({{1, 4}, {2, 0}, {3, 4}}), R"({a="v", c="v"})");
  EXPECT_EQ(packed({{1, 4}, {1, 3}}), "series entry: label name twice: a");
  EXPECT_EQ(packed({{0, 4}}), "series entry: empty label name");
  EXPECT_EQ(packed({{1, 99}}), "series entry: unknown symbol reference 1 or 99");
}

}  // namespace
}  // namespace aion::tsdb
