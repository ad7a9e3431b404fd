#include "series/dedup.h"

#include <gtest/gtest.h>

namespace aion::series {
namespace {

using Points = std::vector<std::pair<TimestampMs, double>>;

SampleColumns Columns(const Points& points) {
  SampleColumns columns;
  for (const auto& [time, value] : points) {
    columns.times.push_back(time);
    columns.values.push_back(value);
  }
  return columns;
}

Points FloatsOf(const SampleColumns& columns) {
  Points points;
  for (size_t i = 0; i < columns.times.size(); ++i)
    points.emplace_back(columns.times[i], columns.values[i]);
  return points;
}

Points Penalty(const std::vector<Points>& replicas, bool counter = false) {
  std::vector<SampleColumns> columns;
  for (const Points& points : replicas) columns.push_back(Columns(points));
  std::vector<const SampleColumns*> pointers;
  for (const SampleColumns& c : columns) pointers.push_back(&c);
  SampleColumns out;
  DedupPenalty(pointers, counter, &out);
  return FloatsOf(out);
}

// The expected series follow from the rule: after a pick of step d the other replica may answer
// only 2 d later.
TEST(DedupPenalty, StaysWithOneReplicaAndFillsItsGap) {
  EXPECT_EQ(Penalty({{{10000, 10}, {20000, 11}, {30000, 12}, {40000, 13}},
                     {{10001, 20}, {20001, 21}, {30001, 22}, {40001, 23}}}),
            (Points{{10000, 10}, {20000, 11}, {30000, 12}, {40000, 13}}));
  // The first replica falls silent after 20 s: the second takes over once its penalty is served.
  EXPECT_EQ(Penalty({{{10000, 10}, {20000, 11}},
                     {{10001, 20}, {20001, 21}, {30001, 22}, {40001, 23}, {50001, 24}}}),
            (Points{{10000, 10}, {20000, 11}, {40001, 23}, {50001, 24}}));
  // The replica that starts first leads.
  EXPECT_EQ(Penalty({{{10000, 10}, {30000, 12}}, {{9000, 20}, {19000, 21}, {29000, 22}}}),
            (Points{{9000, 20}, {19000, 21}, {29000, 22}}));
  EXPECT_EQ(Penalty({{}, {{1, 1}, {2, 2}}}), (Points{{1, 1}, {2, 2}}));
  EXPECT_EQ(Penalty({{}, {}}), Points{});
}

TEST(DedupPenalty, LiftsALaggingCounterAtASwitch) {
  const std::vector<Points> replicas = {
      {{10000, 10}, {20000, 20}},
      {{10001, 4}, {20001, 14}, {30001, 18}, {40001, 19}, {50001, 24}, {60001, 25}}};
  EXPECT_EQ(Penalty(replicas, true),
            (Points{{10000, 10}, {20000, 20}, {40001, 20}, {50001, 25}, {60001, 26}}));
  const std::vector<Points> lagging = {{{10000, 100}, {20000, 110}},
                                       {{10001, 4}, {50001, 24}, {60001, 25}}};
  EXPECT_EQ(Penalty(lagging, true),
            (Points{{10000, 100}, {20000, 110}, {50001, 110}, {60001, 111}}));
  EXPECT_EQ(Penalty(lagging, false),
            (Points{{10000, 100}, {20000, 110}, {50001, 24}, {60001, 25}}));
}

TEST(DedupPenalty, SwitchesBackOnlyAfterTheOtherFallsSilent) {
  // The second replica leads from 45001 on, 25001 after the last pick: the first stays shut out
  // until 95004.
  const std::vector<Points> replicas = {{{10000, 8},
                                         {20000, 9},
                                         {50001, 10},
                                         {60000, 11},
                                         {70000, 12},
                                         {80000, 13},
                                         {90000, 14},
                                         {100000, 15}},
                                        {{10001, 8}, {45001, 8.5}, {55001, 9.5}, {65001, 10.5}}};
  EXPECT_EQ(Penalty(replicas, true),
            (Points{{10000, 8}, {20000, 9}, {45001, 9}, {55001, 10}, {65001, 11}, {100000, 15}}));
  EXPECT_EQ(
      Penalty(replicas, false),
      (Points{{10000, 8}, {20000, 9}, {45001, 8.5}, {55001, 9.5}, {65001, 10.5}, {100000, 15}}));
}

TEST(DedupPenalty, ThreeReplicasGiveOneSteadySeries) {
  Points a, b, c;
  for (int i = 0; i < 100; ++i) {
    const TimestampMs t = i * 15000;
    if (i < 30) a.emplace_back(t, i);
    if (i < 60) b.emplace_back(t + 3000, i);
    c.emplace_back(t + 6000, i);
  }
  const Points merged = Penalty({a, b, c});
  ASSERT_FALSE(merged.empty());
  EXPECT_EQ(merged.front(), a.front());
  EXPECT_EQ(merged.back(), c.back());
  // Before a step is known the penalty is 5 s, so the very first switch may come early.
  for (size_t i = 2; i < merged.size(); ++i) {
    const TimestampMs step = merged[i].first - merged[i - 1].first;
    EXPECT_GE(step, 15000) << i;  // Never faster than a replica scrapes.
    EXPECT_LE(step, 50000) << i;  // A switch waits for at most two steps and the offset.
  }
}

TEST(DedupPenalty, KeepsStalenessMarkers) {
  SampleColumns a = Columns({{10000, 1}, {20000, StaleNan()}}),
                b = Columns({{10001, 1}, {20001, StaleNan()}}), out;
  const SampleColumns* replicas[] = {&a, &b};
  DedupPenalty(replicas, false, &out);
  ASSERT_EQ(out.times, (std::vector<TimestampMs>{10000, 20000}));
  EXPECT_TRUE(IsStale(out.values[1]));
}

TEST(DedupChain, KeepsEverySampleOnce) {
  const SampleColumns a = Columns({{1, 1}, {3, 3}, {5, 5}}),
                      b = Columns({{2, 20}, {3, 30}, {6, 60}});
  SampleColumns out;
  const SampleColumns* replicas[] = {&a, &b};
  DedupChain(replicas, &out);
  EXPECT_EQ(FloatsOf(out), (Points{{1, 1}, {2, 20}, {3, 3}, {5, 5}, {6, 60}}));
}

TEST(DedupPenalty, CarriesHistograms) {
  SampleColumns a, b;
  for (int i = 0; i < 4; ++i) {
    a.histogram_times.push_back(i * 10000);
    a.histograms.emplace_back().count = i;
    b.histogram_times.push_back(i * 10000 + 1);
    b.histograms.emplace_back().count = 100 + i;
  }
  SampleColumns out;
  const SampleColumns* replicas[] = {&a, &b};
  DedupPenalty(replicas, true, &out);
  ASSERT_EQ(out.histogram_times, a.histogram_times);
  EXPECT_EQ(out.histograms[3].count, 3);
  EXPECT_TRUE(out.times.empty());
}

}  // namespace
}  // namespace aion::series
