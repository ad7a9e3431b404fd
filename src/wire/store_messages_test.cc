#include "wire/store_messages.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "wire/hints.h"

namespace aion::wire {
namespace {

using model::Matcher;
using model::MatchType;

SeriesRequest FullRequest() {
  SeriesRequest request;
  request.min_time = -5;
  request.max_time = 1767225600000;
  request.matchers = {
      Matcher::Equal("__name__", "up"), *Matcher::Create(MatchType::kRegex, "job", "a.*"),
      *Matcher::Create(MatchType::kNotRegex, "x", "y|z"), Matcher::NotEqual("e", "")};
  request.max_resolution_window_ms = 300000;
  request.aggregates = {0, 1, 5};
  request.partial_response_disabled = true;
  request.partial_response_strategy = 1;
  request.skip_chunks = true;
  request.hints =
      EncodeRequestHints(HintsOf::kSeries, {{Matcher::Equal("__block_id", "01H")}, true});
  request.step_ms = 15000;
  request.range_ms = 60000;
  request.has_query_hints = true;
  request.query_hints = {15000, "rate",  true, true,      {"job", "instance"},
                         60000, {"job"}, true, "__hash__"};
  request.has_shard_info = true;
  request.shard_info = {2, 5, true, {"job"}};
  request.without_replica_labels = {"replica", "prometheus_replica"};
  request.limit = 77;
  request.response_batch_size = 64;
  return request;
}

/// Every field shows in the bytes, so equal bytes after a round trip mean equal structs.
template <typename Message>
void ExpectRoundTrip(const Message& message) {
  const std::string bytes = Encode(message);
  Message decoded;
  const Status status = Decode(bytes, &decoded);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(Encode(decoded), bytes);
}

/// No truncation and no changed byte may crash or be mistaken for success with other fields read
/// past the end.
template <typename Message>
void ExpectSurvivesDamage(const std::string& bytes) {
  Message decoded;
  for (size_t size = 0; size < bytes.size(); ++size)
    static_cast<void>(Decode(bytes.substr(0, size), &decoded));
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = bytes;
    damaged[random.Below(damaged.size())] = static_cast<char>(random.Next());
    static_cast<void>(Decode(damaged, &decoded));
  }
}

TEST(StoreMessages, SeriesRequestRoundTrips) {
  ExpectRoundTrip(SeriesRequest{});
  ExpectRoundTrip(FullRequest());
  SeriesRequest decoded;
  ASSERT_TRUE(Decode(Encode(FullRequest()), &decoded).ok());
  EXPECT_EQ(decoded.min_time, -5);
  EXPECT_EQ(decoded.matchers, FullRequest().matchers);
  EXPECT_EQ(decoded.aggregates, (std::vector<int32_t>{0, 1, 5}));
  EXPECT_EQ(decoded.query_hints.grouping, (std::vector<std::string>{"job", "instance"}));
  EXPECT_EQ(decoded.query_hints.range_ms, 60000);
  EXPECT_EQ(decoded.shard_info.total_shards, 5);
  EXPECT_EQ(decoded.without_replica_labels.size(), 2u);
  ExpectSurvivesDamage<SeriesRequest>(Encode(FullRequest()));
}

TEST(StoreMessages, EncodesAsUpstream) {
  SeriesRequest request;
  request.min_time = 1;
  request.max_time = 300;
  request.matchers = {Matcher::NotEqual("a", "b")};
  request.aggregates = {0, 2};
  request.limit = 3;
  request.response_batch_size = 4;
  const std::string expected(
      "\x08\x01"      // min_time
      "\x10\xac\x02"  // max_time
      "\x1a\x08\x08\x01\x12\x01"
      "a\x1a\x01"
      "b"                 // matchers
      "\x2a\x02\x00\x02"  // aggregates, packed
      "\x78\x03"          // limit
      "\x80\x01\x04",     // response_batch_size
      24);
  EXPECT_EQ(Encode(request), expected);
  // Old peers send the aggregates unpacked.
  SeriesRequest decoded;
  ASSERT_TRUE(Decode(std::string("\x28\x00\x28\x02", 4), &decoded).ok());
  EXPECT_EQ(decoded.aggregates, (std::vector<int32_t>{0, 2}));
}

TEST(StoreMessages, LabelRequestsAndAnswersRoundTrip) {
  LabelValuesRequest values;
  values.label = "job";
  values.partial_response_disabled = true;
  values.partial_response_strategy = 1;
  values.start = 10;
  values.end = 20;
  values.hints =
      EncodeRequestHints(HintsOf::kLabelValues, {{Matcher::Equal("__block_id", "01H")}, false});
  values.matchers = {Matcher::Equal("a", "b")};
  values.without_replica_labels = {"r"};
  values.limit = 9;
  ExpectRoundTrip(values);
  ExpectRoundTrip(static_cast<const LabelNamesRequest&>(values));
  LabelValuesRequest decoded;
  ASSERT_TRUE(Decode(Encode(values), &decoded).ok());
  EXPECT_EQ(decoded.label, "job");
  EXPECT_EQ(decoded.end, 20);
  EXPECT_EQ(decoded.limit, 9);
  ExpectSurvivesDamage<LabelValuesRequest>(Encode(values));

  LabelsResponse response{{"", "a", "b"}, {"careful"}, "any"};
  ExpectRoundTrip(response);
  ExpectSurvivesDamage<LabelsResponse>(Encode(response));
}

TEST(StoreMessages, RefusesBadMatchers) {
  SeriesRequest request;
  // type 9, name "a"
  EXPECT_EQ(Decode(std::string("\x1a\x05\x08\x09\x12\x01"
                               "a",
                               7),
                   &request)
                .code(),
            StatusCode::kInvalidArgument);
  // type RE, name "a", value "("
  EXPECT_EQ(Decode(std::string("\x1a\x08\x08\x02\x12\x01"
                               "a\x1a\x01(",
                               10),
                   &request)
                .code(),
            StatusCode::kInvalidArgument);
}

TEST(StoreMessages, SkipsUnknownFieldsAndRefusesWrongTypes) {
  SeriesRequest request;
  // Fields 100 (varint), 101 (fixed64), 102 (bytes), 103 (fixed32), then min_time.
  const std::string unknown(
      "\xa0\x06\x05\xa9\x06"
      "12345678\xb2\x06\x02zz\xbd\x06"
      "1234\x08\x2a",
      26);
  ASSERT_TRUE(Decode(unknown, &request).ok());
  EXPECT_EQ(request.min_time, 42);
  for (const std::string& bad :
       {std::string("\x0a\x01x"), std::string("\x0b"), std::string("\x00\x01", 2),
        std::string("\x08"), std::string("\x1a\x7f"),
        std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f")}) {
    EXPECT_EQ(Decode(bad, &request).code(), StatusCode::kInvalidArgument);
  }
}

TEST(Hints, RequestsRoundTrip) {
  const RequestHints hints{{Matcher::Equal("__block_id", "01H"), Matcher::NotEqual("a", "b")},
                           true};
  const auto decoded =
      DecodeRequestHints(HintsOf::kSeries, EncodeRequestHints(HintsOf::kSeries, hints));
  ASSERT_TRUE(decoded.ok());
  ASSERT_TRUE(decoded->has_value());
  EXPECT_EQ((*decoded)->block_matchers, hints.block_matchers);
  EXPECT_TRUE((*decoded)->enable_query_stats);
  EXPECT_NE(EncodeRequestHints(HintsOf::kSeries, hints)
                .find("type.googleapis.com/hintspb.SeriesRequestHints"),
            std::string::npos);
}

TEST(Hints, AnswersRoundTrip) {
  ResponseHints hints;
  hints.queried_blocks = {"01A", "01B"};
  QueryStats& stats = hints.query_stats.emplace();
  stats.blocks_queried = 2;
  stats.postings_touched = 3;
  stats.chunks_fetch_count = 4;
  stats.downloaded_bytes = 5;
  stats.get_all_ns = 1'500'000'000;
  stats.merge_ns = 42;
  const auto decoded =
      DecodeResponseHints(HintsOf::kSeries, EncodeResponseHints(HintsOf::kSeries, hints));
  ASSERT_TRUE(decoded.ok() && decoded->has_value());
  EXPECT_EQ((*decoded)->queried_blocks, hints.queried_blocks);
  ASSERT_TRUE((*decoded)->query_stats.has_value());
  EXPECT_EQ(*(*decoded)->query_stats, stats);
}

TEST(Hints, OtherTypesAndNothingAreNoHints) {
  EXPECT_FALSE(DecodeRequestHints(HintsOf::kSeries, "")->has_value());
  EXPECT_FALSE(DecodeRequestHints(HintsOf::kSeries, EncodeRequestHints(HintsOf::kLabelNames, {}))
                   ->has_value());
  EXPECT_FALSE(DecodeResponseHints(HintsOf::kSeries, std::string("\x12\x02zz", 4))->has_value());
  EXPECT_FALSE(DecodeRequestHints(HintsOf::kSeries, std::string("\x0a\x7f")).ok());
}

}  // namespace
}  // namespace aion::wire
