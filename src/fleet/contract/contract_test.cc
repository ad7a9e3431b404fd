#include <gtest/gtest.h>

#include <cmath>

#include "fleet/contract/json.h"
#include "fleet/contract/rules.h"
#include "fleet/contract/targets.h"
#include "fleet/contract/time_point.h"

namespace aion::fleet {
namespace {

TEST(TimePoint, KeepsNanosecondsAndOffsets) {
  struct Case {
    std::string_view text;
    std::string_view printed;
  };
  for (const Case& c : {Case{"2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"},
                        Case{"2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456789Z"},
                        Case{"2026-01-02T03:04:05.5+02:00", "2026-01-02T01:04:05.5Z"},
                        Case{"2026-01-02T03:04:05.1234567891Z", "2026-01-02T03:04:05.123456789Z"},
                        Case{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"}}) {
    const auto time = ParseTimePoint(c.text);
    ASSERT_TRUE(time.ok()) << c.text;
    EXPECT_EQ(FormatTimePoint(*time), c.printed);
  }
  EXPECT_TRUE(ParseTimePoint("0001-01-01T00:00:00Z")->IsZero());
  EXPECT_FALSE(ParseTimePoint("yesterday").ok());
  EXPECT_LT(*ParseTimePoint("2026-01-02T03:04:05.000000001Z"),
            *ParseTimePoint("2026-01-02T03:04:05.000000002Z"));
}

TEST(TimePoint, PrintsWhatCannotBeATimeAsTheNearestOne) {
  EXPECT_EQ(FormatTimePoint(TimePoint{INT64_MAX, 0}), "9999-12-31T23:59:59Z");
  EXPECT_EQ(FormatTimePoint(TimePoint{INT64_MIN, 0}), "0001-01-01T00:00:00Z");
}

TEST(Contract, NamesStates) {
  EXPECT_EQ(*ParseAlertState("FIRING"), AlertState::kFiring);
  EXPECT_EQ(AlertStateText(AlertState::kPending), "pending");
  EXPECT_FALSE(ParseAlertState("burning").ok());
  EXPECT_EQ(*ParseTargetHealth("Up"), TargetHealth::kUp);
  EXPECT_EQ(TargetHealthText(TargetHealth::kUnknown), "unknown");
}

TEST(ContractJson, RulesAsUpstream) {
  Rule alert;
  alert.kind = Rule::Kind::kAlerting;
  alert.state = AlertState::kFiring;
  alert.name = "Down";
  alert.query = "up == 0";
  alert.duration_seconds = 60;
  alert.labels = model::Labels{{"severity", "page"}};
  alert.health = "ok";
  alert.evaluation_seconds = 0.0000005;
  alert.last_evaluation = *ParseTimePoint("2026-01-02T03:04:05.25Z");
  AlertInstance instance;
  instance.labels = model::Labels{{"alertname", "Down"}, {"job", "a\"b"}};
  instance.state = AlertState::kFiring;
  instance.has_active_at = true;
  instance.active_at = *ParseTimePoint("2026-01-02T03:00:00Z");
  instance.value = "1e+00";
  instance.partial_response = PartialResponse::kAbort;
  alert.alerts.push_back(instance);
  Rule recording;
  recording.name = "job:up";
  recording.query = "sum(up)";
  recording.health = "err";
  recording.last_error = "boom";
  RuleGroup group;
  group.name = "g";
  group.file = "f.yaml";
  group.rules = {alert, recording};
  group.interval_seconds = 30;
  group.evaluation_seconds = 1.5;
  std::string json;
  AppendRulesJson(&json, {group});
  EXPECT_EQ(
      json,
      R"({"groups":[{"name":"g","file":"f.yaml","rules":[{"state":"firing","name":"Down","query":"up == 0",)"
      R"("duration":60,"labels":{"severity":"page"},"annotations":{},"alerts":[{"labels":{"alertname":"Down",)"
      R"("job":"a\"b"},"annotations":{},"state":"firing","activeAt":"2026-01-02T03:00:00Z","value":"1e+00",)"
      R"("partialResponseStrategy":"ABORT"}],"health":"ok","evaluationTime":5e-7,)"
      R"("lastEvaluation":"2026-01-02T03:04:05.25Z","keepFiringFor":0,"type":"alerting"},{"name":"job:up",)"
      R"j("query":"sum(up)","labels":{},"health":"err","lastError":"boom","evaluationTime":0,)j"
      R"("lastEvaluation":"0001-01-01T00:00:00Z","type":"recording"}],"interval":30,"evaluationTime":1.5,)"
      R"("lastEvaluation":"0001-01-01T00:00:00Z","limit":0,"partialResponseStrategy":"WARN"}]})");
  std::string empty;
  AppendRulesJson(&empty, {});
  EXPECT_EQ(empty, R"({"groups":[]})");
}

TEST(ContractJson, AlertsUnderEitherKey) {
  std::string json;
  AppendAlertsJson(&json, "Alerts", {});
  EXPECT_EQ(json, R"({"Alerts":null})");
  json.clear();
  AppendAlertsJson(&json, "alerts", {AlertInstance{}});
  EXPECT_EQ(json, R"({"alerts":[{"labels":{},"annotations":{},"state":"unknown","value":"",)"
                  R"("partialResponseStrategy":"WARN"}]})");
}

TEST(ContractJson, TargetsMetadataExemplarsStatus) {
  std::string json;
  AppendTargetsJson(&json, TargetsResponse{});
  EXPECT_EQ(json, R"({"activeTargets":[],"droppedTargets":[]})");
  json.clear();
  AppendMetadataJson(&json, MetadataResponse{{{"up", {{"gauge", "Is it up?", ""}}}}, {}});
  EXPECT_EQ(json, R"({"up":[{"type":"gauge","help":"Is it up?","unit":""}]})");
  json.clear();
  ExemplarSeries series{model::Labels{{"a", "b"}},
                        {Exemplar{model::Labels{{"t", "1"}}, 2.5, 1500}, Exemplar{{}, 1, -1}}};
  AppendExemplarsJson(&json, {series});
  EXPECT_EQ(
      json,
      R"([{"seriesLabels":{"a":"b"},"exemplars":[{"labels":{"t":"1"},"timestamp":1.500,"value":"2.5"},)"
      R"({"labels":{},"timestamp":-0.001,"value":"1"}]}])");
  json.clear();
  TsdbStatistics statistics;
  statistics.series_count_by_metric_name = {{"a", 3}, {"b", 2}};
  AppendTsdbStatusJson(&json, statistics, 1);
  EXPECT_EQ(
      json,
      R"({"headStats":{"numSeries":0,"numLabelPairs":0,"chunkCount":0,"minTime":0,"maxTime":0},)"
      R"("seriesCountByMetricName":[{"name":"a","value":3}],"labelValueCountByLabelName":[],)"
      R"("memoryInBytesByLabelName":[],"seriesCountByLabelValuePair":[]})");
}

TEST(ContractJson, NumbersAsGo) {
  struct Case {
    double value;
    std::string_view text;
  };
  for (const Case& c : {Case{0, "0"}, Case{1, "1"}, Case{-0.25, "-0.25"}, Case{1e21, "1e+21"},
                        Case{1e20, "100000000000000000000"}, Case{1e-6, "0.000001"},
                        Case{1e-7, "1e-7"}, Case{1e-10, "1e-10"}, Case{std::nan(""), "0"}}) {
    std::string json;
    AppendJsonNumber(&json, c.value);
    EXPECT_EQ(json, c.text);
  }
}

}  // namespace
}  // namespace aion::fleet
