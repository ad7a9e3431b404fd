#include "wire/series_response.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/random.h"
#include "wire/protobuf.h"

namespace aion::wire {
namespace {

model::LabelsView LabelsOf(const SeriesResponse& response, size_t index) {
  const WireSeries& series = response.series[index];
  return model::LabelsView(
      std::string_view(response.packed_labels)
          .substr(series.labels_begin, series.labels_end - series.labels_begin));
}

std::string Nested(uint32_t field, const std::string& bytes) {
  std::string out;
  ProtoWriter(&out).AlwaysBytes(field, bytes);
  return out;
}

std::string Label(std::string_view name, std::string_view value) {
  std::string label;
  ProtoWriter writer(&label);
  writer.Bytes(1, name);
  writer.Bytes(2, value);
  return Nested(1, label);
}

TEST(SeriesResponse, RoundTripsSeriesWithAggregates) {
  const model::Labels labels({{"__name__", "up"}, {"job", std::string(200, 'j')}});
  const std::string big(70'000, 'b');
  const std::vector<WireChunk> chunks = {
      {-1000, 2000, "raw", 0, 0}, {2000, 3000, big, 2, 0},       {3000, 4000, "count", 0, 1},
      {3000, 4000, "sum", 0, 2},  {3000, 4000, "counter", 1, 5}, {5000, 6000, "", 0, 0},
  };
  std::string bytes;
  EncodeSeriesResponse({labels, chunks}, &bytes);
  EXPECT_LE(bytes.size(), SeriesSizeBound({labels, chunks}) + 16);
  SeriesResponse response;
  const Status status = DecodeSeriesResponse(bytes, &response);
  ASSERT_TRUE(status.ok()) << status.ToString();
  ASSERT_EQ(response.series.size(), 1u);
  EXPECT_EQ(LabelsOf(response, 0), labels.view());
  ASSERT_EQ(response.chunks.size(), chunks.size());
  for (size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(response.chunks[i].min_time, chunks[i].min_time);
    EXPECT_EQ(response.chunks[i].max_time, chunks[i].max_time);
    EXPECT_EQ(response.chunks[i].data, chunks[i].data);
    EXPECT_EQ(response.chunks[i].type, chunks[i].type);
    EXPECT_EQ(response.chunks[i].aggregate, chunks[i].aggregate);
  }
  // Zero-copy: the data lies in the message.
  EXPECT_GE(response.chunks[1].data.data(), bytes.data());
  EXPECT_LE(response.chunks[1].data.data(), bytes.data() + bytes.size());
}

TEST(SeriesResponse, WritesTheHashOfTheData) {
  const std::vector<WireChunk> chunks = {{1, 2, "data", 0, 0}};
  std::string bytes;
  EncodeSeriesResponse({model::LabelsView(), chunks}, &bytes);
  std::string hash;
  ProtoWriter(&hash).Uint64(3, XxHash64("data"));
  EXPECT_NE(bytes.find(hash), std::string::npos);
}

TEST(SeriesResponse, BatchesAndSeveralMessagesMakeOneAnswer) {
  std::vector<model::Labels> labels;
  for (int i = 0; i < 10; ++i) labels.push_back(model::Labels({{"i", std::to_string(i)}}));
  const std::vector<WireChunk> chunks = {{1, 2, "x", 0, 0}};
  std::vector<SeriesToSend> batch;
  for (const model::Labels& one : labels) batch.push_back({one, chunks});
  std::string first, second;
  EncodeBatchResponse(std::span(batch).first(6), &first);
  EncodeBatchResponse(std::span(batch).subspan(6), &second);
  SeriesResponse response;
  ASSERT_TRUE(DecodeSeriesResponse(first, &response).ok());
  ASSERT_TRUE(DecodeSeriesResponse(second, &response).ok());
  ASSERT_EQ(response.series.size(), 10u);
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(LabelsOf(response, i), labels[i].view());
    EXPECT_EQ(response.series[i].chunk_end - response.series[i].chunk_begin, 1u);
  }
}

TEST(SeriesResponse, WarningsAndHints) {
  SeriesResponse response;
  ASSERT_TRUE(DecodeSeriesResponse(EncodeWarningResponse("careful"), &response).ok());
  ASSERT_TRUE(DecodeSeriesResponse(EncodeHintsResponse("any bytes"), &response).ok());
  EXPECT_EQ(response.warnings, std::vector<std::string>{"careful"});
  EXPECT_EQ(response.hints, "any bytes");
  EXPECT_TRUE(response.series.empty());
}

TEST(SeriesResponse, SetsLabelsOfLyingPeersRight) {
  const struct {
    std::string wire;
    model::Labels expected;
  } cases[] = {
      {Label("b", "2") + Label("a", "1"), model::Labels({{"a", "1"}, {"b", "2"}})},
      {Label("a", "1") + Label("a", "2"), model::Labels({{"a", "2"}})},
      {Label("a", "") + Label("b", "2"), model::Labels({{"b", "2"}})},
      {Label("a", "1") + Label("a", ""), model::Labels()},
      {Label("", "1") + Label("b", "2"), model::Labels({{"b", "2"}})},
      {"", model::Labels()},
  };
  for (const auto& c : cases) {
    SeriesResponse response;
    ASSERT_TRUE(DecodeSeriesResponse(Nested(1, c.wire), &response).ok());
    EXPECT_EQ(LabelsOf(response, 0), c.expected.view()) << c.expected.ToString();
    EXPECT_TRUE(model::LabelsView::Validate(LabelsOf(response, 0).packed()).ok());
  }
}

TEST(SeriesResponse, RefusesUnknownChunkTypes) {
  std::string chunk, aggr;
  ProtoWriter(&chunk).Uint64(1, 99);
  ProtoWriter(&aggr).AlwaysBytes(3, chunk);
  SeriesResponse response;
  EXPECT_EQ(DecodeSeriesResponse(Nested(1, Nested(2, aggr)), &response).code(),
            StatusCode::kInvalidArgument);
}

TEST(SeriesResponse, SurvivesDamage) {
  const model::Labels labels({{"__name__", "up"}, {"job", "a"}});
  const std::vector<WireChunk> chunks = {
      {1, 2, "raw data", 0, 0}, {3, 4, "count", 0, 1}, {3, 4, "sum", 0, 2}};
  std::string bytes;
  EncodeBatchResponse(std::vector<SeriesToSend>{{labels, chunks}, {labels, chunks}}, &bytes);
  SeriesResponse response;
  for (size_t size = 0; size < bytes.size(); ++size) {
    response.clear();
    static_cast<void>(DecodeSeriesResponse(std::string_view(bytes).substr(0, size), &response));
  }
  Random random(3);
  for (int i = 0; i < 5000; ++i) {
    std::string damaged = bytes;
    damaged[random.Below(damaged.size())] = static_cast<char>(random.Next());
    response.clear();
    if (!DecodeSeriesResponse(damaged, &response).ok()) continue;
    for (size_t s = 0; s < response.series.size(); ++s) {
      EXPECT_TRUE(model::LabelsView::Validate(LabelsOf(response, s).packed()).ok());
    }
  }
}

}  // namespace
}  // namespace aion::wire
