#include "fleet/codec.h"

#include <gtest/gtest.h>

#include "fleet/contract/json.h"

namespace aion::fleet {
namespace {

using model::Labels;

RuleGroup SampleGroup() {
  RuleGroup group;
  group.name = "g";
  group.file = "f";
  group.interval_seconds = 30;
  group.evaluation_seconds = 0.5;
  group.last_evaluation = *ParseTimePoint("2026-01-02T03:04:05.123456789Z");
  group.limit = 7;
  group.partial_response = PartialResponse::kAbort;
  Rule alert;
  alert.kind = Rule::Kind::kAlerting;
  alert.state = AlertState::kFiring;
  alert.name = "a";
  alert.query = "up == 0";
  alert.duration_seconds = 60;
  alert.keep_firing_for_seconds = 10;
  alert.labels = Labels{{"severity", "page"}};
  alert.annotations = Labels{{"summary", "it is down"}};
  alert.health = "ok";
  alert.last_error = "e";
  alert.evaluation_seconds = 1.25;
  alert.last_evaluation = TimePoint{};
  AlertInstance instance;
  instance.labels = Labels{{"alertname", "a"}};
  instance.state = AlertState::kPending;
  instance.has_active_at = true;
  instance.active_at = TimePoint{5, 6};
  instance.value = "1e+00";
  alert.alerts = {instance, AlertInstance{}};
  Rule recording;
  recording.name = "r";
  recording.query = "sum(up)";
  recording.labels = Labels{{"x", "1"}};
  recording.last_evaluation = TimePoint{-1, 999'999'999};
  group.rules = {alert, recording};
  return group;
}

template <typename Message>
Message RoundTrip(const Message& message) {
  Message decoded;
  const Status status = Decode(Encode(message), &decoded);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return decoded;
}

// Cut short or with a bit flipped, bytes may decode or fail, but never harm.
template <typename Message>
void ExpectHarmless(const Message& message) {
  const std::string good = Encode(message);
  for (size_t i = 0; i < good.size(); ++i) {
    Message ignored;
    (void)Decode(std::string_view(good).substr(0, i), &ignored);
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      Message other;
      (void)Decode(bad, &other);
    }
  }
}

TEST(Codec, Rules) {
  RulesMessage message;
  message.group = SampleGroup();
  std::string before, after;
  AppendRulesJson(&before, {*message.group});
  AppendRulesJson(&after, {*RoundTrip(message).group});
  EXPECT_EQ(after, before);
  RulesMessage warning;
  warning.warning = "w";
  EXPECT_EQ(RoundTrip(warning).warning, "w");
  EXPECT_FALSE(RoundTrip(warning).group.has_value());
  ExpectHarmless(message);

  RulesRequest request{
      RulesRequest::Type::kRecord, PartialResponse::kAbort, {"{a=\"b\"}"}, {"n"}, {"g"}, {"f", ""}};
  const RulesRequest decoded = RoundTrip(request);
  EXPECT_EQ(decoded.type, request.type);
  EXPECT_EQ(decoded.partial_response, request.partial_response);
  EXPECT_EQ(decoded.matchers, request.matchers);
  EXPECT_EQ(decoded.rule_names, request.rule_names);
  EXPECT_EQ(decoded.rule_groups, request.rule_groups);
  EXPECT_EQ(decoded.files, request.files);
}

TEST(Codec, Targets) {
  TargetsMessage message;
  ActiveTarget target;
  target.labels = Labels{{"job", "j"}};
  target.discovered_labels = Labels{{"__address__", "a"}};
  target.scrape_pool = "p";
  target.scrape_url = "u";
  target.global_url = "g";
  target.last_error = "e";
  target.last_scrape = TimePoint{1, 2};
  target.last_scrape_seconds = 0.25;
  target.health = TargetHealth::kUp;
  message.targets =
      TargetsResponse{{target, ActiveTarget{}}, {DroppedTarget{Labels{{"d", "1"}}}}, {}};
  std::string before, after;
  AppendTargetsJson(&before, *message.targets);
  AppendTargetsJson(&after, *RoundTrip(message).targets);
  EXPECT_EQ(after, before);
  EXPECT_EQ(
      RoundTrip(TargetsRequest{TargetsRequest::State::kDropped, PartialResponse::kAbort}).state,
      TargetsRequest::State::kDropped);
  ExpectHarmless(message);
}

TEST(Codec, Metadata) {
  MetadataMessage message;
  message.metadata =
      MetadataResponse{{{"up", {{"gauge", "h", "u"}, {"counter", "", ""}}}, {"x", {}}}, {}};
  EXPECT_EQ(RoundTrip(message).metadata->metadata, message.metadata->metadata);
  EXPECT_EQ(RoundTrip(MetadataRequest{"m", -1, PartialResponse::kWarn}).limit, -1);
  EXPECT_EQ(RoundTrip(MetadataRequest{"m", 0, PartialResponse::kWarn}).limit, 0);
  ExpectHarmless(message);
}

TEST(Codec, Exemplars) {
  ExemplarsMessage message;
  message.series =
      ExemplarSeries{Labels{{"a", "b"}}, {{Labels{{"t", "1"}}, 2.5, 1500}, {Labels{}, 0, -5}}};
  std::string before, after;
  AppendExemplarsJson(&before, {*message.series});
  AppendExemplarsJson(&after, {*RoundTrip(message).series});
  EXPECT_EQ(after, before);
  const ExemplarsRequest request =
      RoundTrip(ExemplarsRequest{"q", {-5, 7}, PartialResponse::kAbort});
  EXPECT_EQ(request.range, (model::QueryRange{-5, 7}));
  EXPECT_EQ(request.query, "q");
  ExpectHarmless(message);
}

TEST(Codec, Status) {
  TsdbStatusMessage message;
  message.statistics.emplace();
  TsdbStatistics& statistics = message.statistics->by_tenant["t"];
  statistics.head = {1, 2, 3, -4, 5};
  statistics.series_count_by_metric_name = {{"a", 1}};
  statistics.label_value_count_by_label_name = {{"b", 2}};
  statistics.memory_bytes_by_label_name = {{"c", UINT64_MAX}};
  statistics.series_count_by_label_value_pair = {{"d=e", 0}};
  std::string before, after;
  AppendTsdbStatusJson(&before, statistics, 0);
  AppendTsdbStatusJson(&after, RoundTrip(message).statistics->by_tenant["t"], 0);
  EXPECT_EQ(after, before);
  TsdbStatusRequest request;
  request.limit = 3;
  request.matchers = {model::Matcher::NotEqual("a", "b"),
                      *model::Matcher::Create(model::MatchType::kRegex, "c", "d.*")};
  EXPECT_EQ(RoundTrip(request).matchers, request.matchers);
  ExpectHarmless(message);
  ExpectHarmless(request);
  TsdbStatusRequest bad;
  EXPECT_EQ(Decode("\x22\x02\x08\x09", &bad).code(), StatusCode::kInvalidArgument);
}

TEST(Codec, Info) {
  InfoAnswer answer;
  answer.component = "sidecar";
  answer.label_sets = {Labels{{"cluster", "eu"}}, Labels{}};
  answer.store.emplace();
  answer.store->min_time = -5;
  answer.store->max_time = kTimestampMax;
  answer.store->supports_sharding = true;
  answer.store->supports_without_replica_labels = true;
  answer.store->tsdb_infos = {{Labels{{"cluster", "eu"}}, 1, 2}};
  answer.exemplars = ApiTimeRange{3, 4};
  answer.rules = answer.status = true;
  const InfoAnswer decoded = RoundTrip(answer);
  EXPECT_EQ(decoded.component, "sidecar");
  EXPECT_EQ(decoded.label_sets, std::vector<Labels>{(Labels{{"cluster", "eu"}})});
  ASSERT_TRUE(decoded.store.has_value());
  EXPECT_EQ(decoded.store->min_time, -5);
  EXPECT_EQ(decoded.store->max_time, kTimestampMax);
  EXPECT_EQ(decoded.store->label_sets, decoded.label_sets);
  EXPECT_TRUE(decoded.store->supports_sharding && decoded.store->supports_without_replica_labels);
  ASSERT_EQ(decoded.store->tsdb_infos.size(), 1u);
  EXPECT_EQ(decoded.exemplars->max_time, 4);
  EXPECT_TRUE(decoded.rules && decoded.status);
  EXPECT_FALSE(decoded.targets || decoded.query || decoded.metric_metadata);
  EXPECT_FALSE(RoundTrip(InfoAnswer{}).store.has_value());
  ExpectHarmless(answer);
}

// Bytes as a Go peer marshals them: {label_sets: [{labels: [{b, 2}, {a, 1}]}], ComponentType:
// "store", rules: {}}.
TEST(Codec, TakesUnsortedLabelsAndUnknownFields) {
  InfoAnswer answer;
  const std::string bytes(
      "\x0a\x12\x0a\x06\x0a\x01\x62\x12\x01\x32\x0a\x06\x0a\x01\x61\x12\x01\x31\x1a\x00"
      "\x12\x05store\x22\x00\x9a\x06\x03xyz",
      35);
  ASSERT_TRUE(Decode(bytes, &answer).ok());
  EXPECT_EQ(answer.component, "store");
  EXPECT_EQ(answer.label_sets[0].ToString(), "{a=\"1\", b=\"2\"}");
  EXPECT_TRUE(answer.rules);
}

}  // namespace
}  // namespace aion::fleet
