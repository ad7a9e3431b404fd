#include "tsdb/index/index_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/env.h"
#include "base/random.h"
#include "testing/block_builder.h"
#include "tsdb/index/index_writer.h"

namespace aion::tsdb {
namespace {

using model::Matcher;
using model::MatchType;
using testing::IndexSeries;

/// Series of job a…c, instance 0…9 and, for every third, zone z; ascending.
std::vector<IndexSeries> MakeSeries() {
  std::vector<IndexSeries> series;
  uint32_t offset = 8;
  for (const char* job : {"a", "b", "c"}) {
    for (int i = 0; i < 10; ++i) {
      const std::string instance = std::to_string(i);
      const std::string zone = i % 3 == 0 ? "z" : "";
      IndexSeries one;
      one.labels =
          model::Labels{{"__name__", "up"}, {"instance", instance}, {"job", job}, {"zone", zone}};
      one.chunks = {{0, 99, MakeChunkRef(0, offset)}, {100, 200, MakeChunkRef(0, offset + 50)}};
      offset += 100;
      series.push_back(one);
    }
  }
  std::sort(series.begin(), series.end(),
            [](const auto& a, const auto& b) { return a.labels < b.labels; });
  // References must ascend in the new order.
  offset = 8;
  for (IndexSeries& one : series) {
    for (ChunkMeta& chunk : one.chunks) chunk.ref = MakeChunkRef(0, offset += 50);
  }
  return series;
}

std::string WriteV2(const std::vector<IndexSeries>& series) {
  const std::string path =
      ::testing::TempDir() + "/index_reader_test_" + std::to_string(::getpid());
  StatusOr<std::unique_ptr<IndexWriter>> writer = IndexWriter::Create(Env::Posix(), path);
  EXPECT_TRUE(writer.ok());
  std::set<std::string> symbols;
  for (const IndexSeries& one : series) {
    for (const model::LabelView& label : one.labels) {
      symbols.emplace(label.name);
      symbols.emplace(label.value);
    }
  }
  for (const std::string& symbol : symbols) EXPECT_TRUE((*writer)->AddSymbol(symbol).ok());
  for (const IndexSeries& one : series)
    EXPECT_TRUE((*writer)->AddSeries(one.labels, one.chunks).ok());
  EXPECT_TRUE((*writer)->Finish().ok());
  StatusOr<std::string> bytes = ReadFile(Env::Posix(), path);
  EXPECT_TRUE(bytes.ok());
  EXPECT_TRUE(Env::Posix().RemoveFile(path).ok());
  return *bytes;
}

/// instance/job of the selected series.
std::string Selected(const IndexReader& index, const std::vector<Matcher>& matchers) {
  StatusOr<Postings> postings = index.Select(matchers);
  if (!postings.ok()) return postings.status().ToString();
  std::string text;
  SeriesEntry entry;
  for (const uint32_t ref : *postings) {
    EXPECT_TRUE(index.SeriesLabels(ref, &entry).ok());
    std::string packed;
    EXPECT_TRUE(AppendPackedLabels(entry.labels, index.symbols(), &packed).ok());
    const model::LabelsView labels(packed);
    text += std::string(labels.Get("instance")) + std::string(labels.Get("job")) + " ";
  }
  return text;
}

Matcher M(MatchType type, std::string name, std::string value) {
  StatusOr<Matcher> matcher = Matcher::Create(type, std::move(name), std::move(value));
  EXPECT_TRUE(matcher.ok());
  return *matcher;
}

class IndexReaderTest : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    series_ = MakeSeries();
    bytes_ = GetParam() == 1 ? testing::BuildIndexV1(series_) : WriteV2(series_);
  }
  std::vector<IndexSeries> series_;
  std::string bytes_;
};

TEST_P(IndexReaderTest, ReadsSeriesAndLabels) {
  StatusOr<IndexReader> index = IndexReader::Open(bytes_);
  ASSERT_TRUE(index.ok()) << index.status().ToString();
  EXPECT_EQ(static_cast<int>(index->version()), GetParam());
  EXPECT_EQ(index->LabelNames(),
            (std::vector<std::string_view>{"__name__", "instance", "job", "zone"}));
  EXPECT_EQ(index->LabelValues("instance").size(), 10u);
  EXPECT_TRUE(index->LabelValues("nothing").empty());
  StatusOr<PostingsView> all = index->AllPostings();
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), series_.size());
  SeriesEntry entry;
  for (size_t i = 0; i < all->size(); ++i) {
    ASSERT_TRUE(index->Series((*all)[i], {}, &entry).ok());
    std::string packed;
    ASSERT_TRUE(AppendPackedLabels(entry.labels, index->symbols(), &packed).ok());
    EXPECT_EQ(packed, series_[i].labels.packed());
    EXPECT_EQ(entry.chunks, series_[i].chunks);
  }
  ASSERT_TRUE(index->Series((*all)[0], {100, 100}, &entry).ok());
  EXPECT_EQ(entry.chunks.size(), 1u);
  EXPECT_EQ(index->Series(0xfffffff0, {}, &entry).code(), StatusCode::kDataLoss);
}

TEST_P(IndexReaderTest, Selects) {
  StatusOr<IndexReader> index = IndexReader::Open(bytes_);
  ASSERT_TRUE(index.ok());
  const auto equal = [](std::string name, std::string value) {
    return M(MatchType::kEqual, name, value);
  };
  EXPECT_EQ(Selected(*index, {equal("job", "b"), equal("instance", "3")}), "3b ");
  EXPECT_EQ(Selected(*index, {equal("job", "none")}), "");
  EXPECT_EQ(Selected(*index, {equal("zone", ""), equal("job", "a")}), "1a 2a 4a 5a 7a 8a ");
  EXPECT_EQ(Selected(*index, {M(MatchType::kNotEqual, "zone", ""), equal("job", "a")}),
            "0a 3a 6a 9a ");
  EXPECT_EQ(Selected(*index, {M(MatchType::kNotEqual, "zone", "z"), equal("instance", "1")}),
            "1a 1b 1c ");
  EXPECT_EQ(Selected(*index, {M(MatchType::kRegex, "instance", "1|2"), equal("job", "c")}),
            "1c 2c ");
  EXPECT_EQ(Selected(*index, {M(MatchType::kRegex, "instance", "[5-6]"),
                              M(MatchType::kNotRegex, "job", "a|c")}),
            "5b 6b ");
  EXPECT_EQ(Selected(*index, {M(MatchType::kRegex, "zone", ".*"), equal("instance", "1")}),
            "1a 1b 1c ");
  EXPECT_EQ(Selected(*index, {M(MatchType::kRegex, "zone", ".+"), equal("job", "c")}),
            "0c 3c 6c 9c ");
  EXPECT_EQ(Selected(*index, {M(MatchType::kNotRegex, "instance", "[0-8]"),
                              M(MatchType::kNotEqual, "absent", "x")}),
            "9a 9b 9c ");
  EXPECT_EQ(index->Select({})->size(), 30u);
}

TEST_P(IndexReaderTest, DamageIsAStatus) {
  const auto read_all = [](std::string_view bytes) {
    StatusOr<IndexReader> index = IndexReader::Open(bytes);
    if (!index.ok()) return index.status();
    ASSIGN_OR_RETURN(const PostingsView all, index->AllPostings());
    SeriesEntry entry;
    std::string packed;
    for (size_t i = 0; i < all.size(); ++i) {
      RETURN_IF_ERROR(index->Series(all[i], {}, &entry));
      RETURN_IF_ERROR(AppendPackedLabels(entry.labels, index->symbols(), &packed));
    }
    for (const std::string_view name : index->LabelNames()) {
      for (const IndexReader::LabelValue& value : index->LabelValues(name)) {
        RETURN_IF_ERROR(index->PostingsAt(value.postings_offset).status());
      }
    }
    return OkStatus();
  };
  ASSERT_TRUE(read_all(bytes_).ok()) << read_all(bytes_).ToString();
  for (size_t size = 0; size < bytes_.size(); size += 7) {
    EXPECT_FALSE(read_all(std::string(bytes_.substr(0, size))).ok()) << size;
  }
  size_t unnoticed = 0;
  for (size_t i = 0; i < bytes_.size(); ++i) {
    std::string flipped = bytes_;
    flipped[i] ^= static_cast<char>(1 << (i % 8));
    if (read_all(flipped).ok()) ++unnoticed;
  }
  // Only padding and the number of the version are not under a checksum.
  EXPECT_LT(unnoticed, 16 * series_.size());
}

INSTANTIATE_TEST_SUITE_P(Versions, IndexReaderTest, ::testing::Values(1, 2));

TEST(IndexWriterTest, RefusesDisorder) {
  const std::string path =
      ::testing::TempDir() + "/index_writer_test_" + std::to_string(::getpid());
  StatusOr<std::unique_ptr<IndexWriter>> writer = IndexWriter::Create(Env::Posix(), path);
  ASSERT_TRUE(writer.ok());
  for (const char* symbol : {"a", "b", "c"}) ASSERT_TRUE((*writer)->AddSymbol(symbol).ok());
  EXPECT_EQ((*writer)->AddSymbol("b").code(), StatusCode::kInvalidArgument);
  const model::Labels a{{"a", "a"}};
  const model::Labels b{{"a", "b"}};
  EXPECT_EQ((*writer)->AddSeries(model::Labels{{"a", "x"}}, {}).code(),
            StatusCode::kInvalidArgument);
  ASSERT_TRUE((*writer)->AddSeries(b, {{0, 10, 100}}).ok());
  EXPECT_EQ((*writer)->AddSeries(a, {}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ((*writer)->AddSeries(b, {}).code(), StatusCode::kInvalidArgument);
  const model::Labels c{{"a", "c"}};
  EXPECT_EQ((*writer)->AddSeries(c, {{0, 10, 50}}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ((*writer)->AddSeries(c, {{0, 10, 100}, {10, 20, 200}}).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ((*writer)->AddSymbol("z").code(), StatusCode::kInvalidArgument);
  const model::Labels longer{{"a", "b"}, {"b", "a"}, {"c", "nowhere"}};
  EXPECT_EQ((*writer)->AddSeries(longer, {}).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE((*writer)->AddSeries(c, {{0, 10, 100}, {11, 20, 200}}).ok());
  EXPECT_TRUE((*writer)->Finish().ok());
  EXPECT_TRUE(Env::Posix().RemoveFile(path).ok());
}

}  // namespace
}  // namespace aion::tsdb
