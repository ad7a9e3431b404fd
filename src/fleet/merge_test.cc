#include "fleet/merge.h"

#include <gtest/gtest.h>

namespace aion::fleet {
namespace {

using model::Labels;
using model::Matcher;

Rule Recording(std::string name, Labels labels, int64_t evaluated = 0) {
  Rule rule;
  rule.name = std::move(name);
  rule.query = "q";
  rule.labels = std::move(labels);
  rule.last_evaluation = TimePoint{evaluated, 0};
  return rule;
}

Rule Alerting(std::string name, Labels labels, AlertState state, int64_t evaluated = 0,
              double duration = 0) {
  Rule rule = Recording(std::move(name), std::move(labels), evaluated);
  rule.kind = Rule::Kind::kAlerting;
  rule.state = state;
  rule.duration_seconds = duration;
  return rule;
}

RuleGroup Group(std::string file, std::string name, std::vector<Rule> rules) {
  RuleGroup group;
  group.file = std::move(file);
  group.name = std::move(name);
  group.rules = std::move(rules);
  return group;
}

// kind:name{labels}@evaluated/state
std::vector<std::string> TextsOf(const std::vector<RuleGroup>& groups) {
  std::vector<std::string> texts;
  for (const RuleGroup& group : groups) {
    std::string text = group.file + ";" + group.name + ":";
    for (const Rule& rule : group.rules) {
      text += std::string(" ") + (rule.kind == Rule::Kind::kAlerting ? "a:" : "r:") + rule.name +
              rule.labels.ToString() + "@" + std::to_string(rule.last_evaluation.unix_seconds);
      if (rule.kind == Rule::Kind::kAlerting) text += "/" + std::string(AlertStateText(rule.state));
    }
    texts.push_back(text);
  }
  return texts;
}

TEST(MergeRules, JoinsGroupsAndKeepsTheTellingReplica) {
  const Labels r1{{"replica", "1"}}, r2{{"replica", "2"}};
  std::vector<RuleGroup> groups = {
      Group("f", "g", {Recording("rec", r1, 10), Alerting("al", r1, AlertState::kPending, 50)}),
      Group("e", "g", {}),
      Group("f", "g", {Recording("rec", r2, 20), Alerting("al", r2, AlertState::kFiring, 40)}),
      Group("f", "h",
            {Alerting("al", r1, AlertState::kFiring, 1), Alerting("al", r2, AlertState::kFiring, 2),
             Alerting("al", r2, AlertState::kInactive, 9, 60),
             Recording("rec", Labels{{"a", "1"}}, 1)})};
  MergeRuleGroups({"replica"}, &groups);
  EXPECT_EQ(TextsOf(groups),
            (std::vector<std::string>{"e;g:", "f;g: a:al{}@40/firing r:rec{}@20",
                                      "f;h: a:al{}@2/firing a:al{}@9/inactive r:rec{a=\"1\"}@1"}));
}

TEST(MergeRules, WithoutReplicaLabelsOnlyEqualRulesMerge) {
  std::vector<RuleGroup> groups = {Group(
      "f", "g",
      {Recording("r", Labels{{"replica", "2"}}, 1), Recording("r", Labels{{"replica", "1"}}, 2),
       Recording("r", Labels{{"replica", "1"}}, 3)})};
  MergeRuleGroups({}, &groups);
  EXPECT_EQ(TextsOf(groups),
            std::vector<std::string>{"f;g: r:r{replica=\"1\"}@3 r:r{replica=\"2\"}@1"});
}

TEST(MergeRules, Filters) {
  const std::vector<RuleGroup> all = {
      Group("f1", "g1",
            {Recording("a", Labels{{"x", "1"}}), Recording("b", Labels{{"x", "{{ $labels.y }}"}})}),
      Group("f2", "g2", {Recording("a", Labels{{"x", "2"}})})};
  std::vector<RuleGroup> groups = all;
  FilterRulesByMatchers({{Matcher::Equal("x", "1")}}, &groups);
  EXPECT_EQ(TextsOf(groups).size(), 1u);
  EXPECT_EQ(groups[0].rules.size(), 1u);
  groups = all;
  // A templated value counts as absent.
  FilterRulesByMatchers({{Matcher::Equal("x", "")}}, &groups);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].rules[0].name, "b");
  groups = all;
  FilterRulesByMatchers({{Matcher::Equal("x", "1")}, {Matcher::Equal("x", "2")}}, &groups);
  EXPECT_TRUE(groups.empty());

  struct Case {
    RulesRequest request;
    size_t groups;
    size_t rules;
  };
  for (const Case& c :
       {Case{{}, 2, 3}, Case{{.rule_names = {"a"}}, 2, 2}, Case{{.rule_groups = {"g2"}}, 1, 1},
        Case{{.files = {"f1"}}, 1, 2}, Case{{.rule_names = {"b"}, .files = {"f2"}}, 0, 0}}) {
    groups = all;
    FilterRulesByNames(c.request, &groups);
    size_t rules = 0;
    for (const RuleGroup& group : groups) rules += group.rules.size();
    EXPECT_EQ(groups.size(), c.groups);
    EXPECT_EQ(rules, c.rules);
  }
}

TEST(MergeTargets, KeepsTheLowestHealthAndTheNewestScrape) {
  const auto target = [](std::string url, std::string replica, TargetHealth health,
                         int64_t scraped) {
    ActiveTarget t;
    t.scrape_url = std::move(url);
    t.labels = Labels{{"replica", replica}};
    t.discovered_labels = t.labels;
    t.health = health;
    t.last_scrape = TimePoint{scraped, 0};
    return t;
  };
  TargetsResponse targets;
  targets.active = {target("b", "1", TargetHealth::kUp, 5), target("a", "1", TargetHealth::kUp, 1),
                    target("a", "2", TargetHealth::kUp, 2),
                    target("b", "2", TargetHealth::kDown, 1)};
  targets.dropped = {DroppedTarget{Labels{{"x", "1"}, {"replica", "1"}}},
                     DroppedTarget{Labels{{"x", "1"}, {"replica", "2"}}}};
  MergeTargets({"replica"}, &targets);
  ASSERT_EQ(targets.active.size(), 2u);
  EXPECT_EQ(targets.active[0].scrape_url, "a");
  EXPECT_EQ(targets.active[0].last_scrape.unix_seconds, 2);
  EXPECT_EQ(targets.active[1].health, TargetHealth::kDown);
  EXPECT_TRUE(targets.active[1].labels.empty());
  EXPECT_EQ(targets.dropped.size(), 1u);
}

TEST(MergeExemplars, JoinsSeriesAndDropsRepeats) {
  std::vector<ExemplarSeries> series = {
      {Labels{{"a", "2"}, {"replica", "1"}},
       {{Labels{{"t", "x"}}, 1, 20}, {Labels{{"t", "y"}}, 1, 10}}},
      {Labels{{"a", "1"}}, {{Labels{}, 3, 5}}},
      {Labels{{"a", "2"}, {"replica", "2"}},
       {{Labels{{"t", "x"}}, 1, 20}, {Labels{{"t", "x"}}, 2, 20}}},
      {Labels{{"a", "0"}}, {}}};
  MergeExemplars({"replica"}, &series);
  ASSERT_EQ(series.size(), 2u);
  EXPECT_EQ(series[0].labels, (Labels{{"a", "1"}}));
  ASSERT_EQ(series[1].exemplars.size(), 3u);
  EXPECT_EQ(series[1].exemplars[0].time, 10);
  EXPECT_EQ(series[1].exemplars[2].value, 2);
}

TEST(MergeMetadata, KeepsDistinctEntriesUpToTheLimit) {
  const MetadataResponse first{{{"up", {{"gauge", "a", ""}}}}, {}};
  const MetadataResponse second{
      {{"up", {{"gauge", "a", ""}, {"gauge", "b", ""}}}, {"zz", {{"counter", "", ""}}}}, {}};
  for (const auto& [limit, metrics, entries] :
       {std::tuple{-1, 2, 2}, std::tuple{1, 1, 2}, std::tuple{0, 0, 0}}) {
    MetadataResponse all;
    MergeMetadata(first, limit, &all);
    MergeMetadata(second, limit, &all);
    EXPECT_EQ(all.metadata.size(), static_cast<size_t>(metrics));
    EXPECT_EQ(all.metadata.empty() ? 0u : all.metadata["up"].size(), static_cast<size_t>(entries));
  }
}

TEST(MergeStatus, AddsButTakesTheLargestValueCount) {
  TsdbStatusResponse response;
  TsdbStatistics& a = response.by_tenant["a"];
  a.head = {10, 20, 30, 1000, 2000};
  a.series_count_by_metric_name = {{"m", 5}, {"n", 4}};
  a.label_value_count_by_label_name = {{"l", 3}};
  TsdbStatistics& b = response.by_tenant["b"];
  b.head = {1, 2, 3, 500, 1500};
  b.series_count_by_metric_name = {{"n", 4}, {"o", 8}};
  b.label_value_count_by_label_name = {{"l", 2}};
  const TsdbStatistics sum = SumOfTenants(response);
  EXPECT_EQ(sum.head.series_count, 11u);
  EXPECT_EQ(sum.head.min_time, 500);
  EXPECT_EQ(sum.head.max_time, 2000);
  EXPECT_EQ(sum.series_count_by_metric_name,
            (std::vector<Statistic>{{"n", 8}, {"o", 8}, {"m", 5}}));
  EXPECT_EQ(sum.label_value_count_by_label_name, (std::vector<Statistic>{{"l", 3}}));
}

}  // namespace
}  // namespace aion::fleet
