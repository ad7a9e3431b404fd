#include "store/promread/series_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "store/promread/label_rewriter.h"

namespace aion::store {
namespace {

using model::Labels;

// What Prometheus would send for a series: its own labels, and external ones it does not have.
Labels AsSent(const Labels& own, const Labels& external) {
  model::LabelsBuilder builder(own);
  for (const model::LabelView label : external) {
    if (!own.Has(label.name)) builder.Set(label.name, label.value);
  }
  return builder.Build();
}

struct Passage {
  Status status;
  std::vector<std::string> labels;  // In the order they left.
  size_t held_max = 0;
};

Passage Through(SeriesOrder::Mode mode, std::vector<Labels> own, const Labels& external,
                const std::vector<std::string>& replicas) {
  std::sort(own.begin(), own.end());
  const LabelRewriter rewriter(external, replicas);
  SeriesOrder order(mode, rewriter.shown_external(), rewriter.affected_names());
  LabelRewriter::Result rewritten;
  std::vector<OrderedSeries> ready;
  Passage run;
  size_t added = 0;
  for (const Labels& labels : own) {
    rewriter.Rewrite(AsSent(labels, external), &rewritten);
    if (rewritten.native_conflict) order.SwitchTo(SeriesOrder::Mode::kGrouped);
    OrderedSeries series;
    series.labels = rewritten.labels;
    series.core = rewritten.core;
    run.status = order.Add(series, &ready);
    if (!run.status.ok()) return run;
    run.held_max = std::max(run.held_max, ++added - ready.size());
  }
  run.status = order.Finish(&ready);
  for (const OrderedSeries& series : ready)
    run.labels.push_back(model::LabelsView(series.labels).ToString());
  return run;
}

std::vector<std::string> Expected(const std::vector<Labels>& own, const Labels& external,
                                  const std::vector<std::string>& replicas) {
  const LabelRewriter rewriter(external, replicas);
  LabelRewriter::Result rewritten;
  std::vector<Labels> shown;
  for (const Labels& labels : own) {
    rewriter.Rewrite(AsSent(labels, external), &rewritten);
    shown.push_back(Labels::FromPacked(rewritten.labels));
  }
  std::sort(shown.begin(), shown.end());
  std::vector<std::string> texts;
  for (const Labels& labels : shown) texts.push_back(labels.ToString());
  return texts;
}

TEST(SeriesOrder, HoldsASeriesWhoseExtensionsSortBeforeIt) {
  const std::vector<Labels> own = {Labels{{"a", "1"}}, Labels{{"a", "1"}, {"b", "1"}},
                                   Labels{{"a", "1"}, {"b", "2"}}, Labels{{"a", "2"}}};
  const Passage run = Through(SeriesOrder::Mode::kStreaming, own, Labels{{"m", "x"}}, {});
  ASSERT_TRUE(run.status.ok()) << run.status.ToString();
  EXPECT_EQ(run.labels,
            (std::vector<std::string>{"{a=\"1\", b=\"1\", m=\"x\"}", "{a=\"1\", b=\"2\", m=\"x\"}",
                                      "{a=\"1\", m=\"x\"}", "{a=\"2\", m=\"x\"}"}));
  EXPECT_LE(run.held_max, 2u);
}

TEST(SeriesOrder, HoldsNothingWhenExternalLabelsSortFirst) {
  const std::vector<Labels> own = {Labels{{"b", "1"}}, Labels{{"b", "1"}, {"c", "1"}},
                                   Labels{{"b", "2"}}};
  EXPECT_EQ(Through(SeriesOrder::Mode::kStreaming, own, Labels{{"a", "x"}}, {}).held_max, 0u);
  EXPECT_EQ(Through(SeriesOrder::Mode::kStreaming, own, Labels{}, {}).held_max, 0u);
  EXPECT_EQ(Through(SeriesOrder::Mode::kStreaming, own, Labels{{"z", "x"}}, {"z"}).held_max, 0u);
}

TEST(SeriesOrder, JoinsTheFramesOfAHeldSeries) {
  SeriesOrder order(SeriesOrder::Mode::kStreaming, Labels{{"z", "x"}}, {"z"});
  std::vector<OrderedSeries> ready;
  OrderedSeries first;
  first.labels = Labels{{"a", "1"}, {"z", "x"}}.packed();
  first.core = Labels{{"a", "1"}}.packed();
  first.chunks.resize(2);
  OrderedSeries second = first;
  second.chunks.resize(1);
  ASSERT_TRUE(order.Add(first, &ready).ok());
  ASSERT_TRUE(order.Add(second, &ready).ok());
  EXPECT_TRUE(ready.empty());
  ASSERT_TRUE(order.Finish(&ready).ok());
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_EQ(ready[0].chunks.size(), 3u);
}

TEST(SeriesOrder, NoticesAnOrderThatIsNone) {
  SeriesOrder order(SeriesOrder::Mode::kStreaming, Labels{}, {});
  std::vector<OrderedSeries> ready;
  OrderedSeries series;
  series.labels = series.core = Labels{{"a", "2"}}.packed();
  ASSERT_TRUE(order.Add(series, &ready).ok());
  series.labels = series.core = Labels{{"a", "1"}}.packed();
  EXPECT_EQ(order.Add(series, &ready).code(), StatusCode::kUnavailable);
}

std::vector<std::string> Unique(std::vector<std::string> texts) {
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

// Random label sets from a small alphabet, so that prefixes, repeats and native external names are
// frequent.
std::vector<Labels> RandomSeries(Random& random, const std::vector<std::string>& names) {
  std::set<std::string> seen;
  std::vector<Labels> list;
  for (int i = 0; i < 40; ++i) {
    model::LabelsBuilder builder;
    static const std::vector<std::string> kValues = {"1", "2", "3"};
    builder.Set("a", kValues[random.Below(3)]);
    for (const std::string& name : names) {
      if (random.Below(2) == 0) builder.Set(name, kValues[random.Below(3)]);
    }
    Labels labels = builder.Build();
    if (seen.insert(labels.packed()).second) list.push_back(std::move(labels));
  }
  return list;
}

TEST(SeriesOrder, StreamingEqualsSortingWithoutNativeNames) {
  Random random(7);
  for (int round = 0; round < 400; ++round) {
    const std::vector<Labels> own = RandomSeries(random, {"b", "d", "f", "h"});
    model::LabelsBuilder builder;
    for (const std::string_view name : {"A", "c", "e", "g", "z"}) {
      if (random.Below(2) == 0) builder.Set(name, "x");
    }
    const Labels external = builder.Build();
    const std::vector<std::string> replicas =
        random.Below(2) == 0 ? std::vector<std::string>{"e", "z"} : std::vector<std::string>{};
    const Passage run = Through(SeriesOrder::Mode::kStreaming, own, external, replicas);
    ASSERT_TRUE(run.status.ok()) << run.status.ToString();
    EXPECT_EQ(run.labels, Expected(own, external, replicas));
  }
}

TEST(SeriesOrder, GroupedEqualsSortingWhateverTheNames) {
  Random random(11);
  for (int round = 0; round < 400; ++round) {
    const std::vector<Labels> own = RandomSeries(random, {"b", "c", "d", "e"});
    model::LabelsBuilder builder;
    for (const std::string_view name : {"c", "e", "g"}) {
      if (random.Below(2) == 0) builder.Set(name, "2");
    }
    const Labels external = builder.Build();
    std::vector<std::string> replicas;
    if (random.Below(2) == 0) replicas = {"b", "e"};
    if (random.Below(4) == 0) replicas = {"a"};
    for (const auto mode : {SeriesOrder::Mode::kGrouped, SeriesOrder::Mode::kWhole}) {
      const Passage run = Through(mode, own, external, replicas);
      ASSERT_TRUE(run.status.ok()) << run.status.ToString();
      EXPECT_EQ(run.labels, Expected(own, external, replicas));
    }
    // Streaming that learns of a native name too late may refuse, but never gives a wrong order.
    const Passage late = Through(SeriesOrder::Mode::kStreaming, own, external, replicas);
    // (Neighbours it takes for frames of one series are joined.)
    if (late.status.ok()) {
      EXPECT_EQ(Unique(late.labels), Unique(Expected(own, external, replicas)));
    }
  }
}

TEST(LabelRewriter, ExternalOverOwnReplicasGone) {
  struct Case {
    Labels sent;
    std::string_view shown;
    std::string_view core;
    bool conflict;
  };
  const LabelRewriter rewriter(Labels{{"cluster", "eu"}, {"replica", "r1"}},
                               {"replica", "rule_replica"});
  for (const Case& c : {
           Case{Labels{{"__name__", "up"}, {"cluster", "eu"}, {"job", "j"}, {"replica", "r1"}},
                "{__name__=\"up\", cluster=\"eu\", job=\"j\"}", "{__name__=\"up\", job=\"j\"}",
                false},
           Case{Labels{{"__name__", "up"}}, "{__name__=\"up\", cluster=\"eu\"}",
                "{__name__=\"up\"}", false},
           Case{Labels{{"cluster", "us"}}, "{cluster=\"eu\"}", "{}", true},
           Case{Labels{{"replica", "r2"}}, "{cluster=\"eu\"}", "{}", true},
           Case{Labels{{"rule_replica", "x"}, {"z", "1"}}, "{cluster=\"eu\", z=\"1\"}", "{z=\"1\"}",
                true},
           Case{Labels{}, "{cluster=\"eu\"}", "{}", false},
       }) {
    LabelRewriter::Result result;
    rewriter.Rewrite(c.sent, &result);
    EXPECT_EQ(model::LabelsView(result.labels).ToString(), c.shown);
    EXPECT_EQ(model::LabelsView(result.core).ToString(), c.core);
    EXPECT_EQ(result.native_conflict, c.conflict) << c.shown;
  }
  EXPECT_EQ(rewriter.affected_names(),
            (std::vector<std::string>{"cluster", "replica", "rule_replica"}));
}

}  // namespace
}  // namespace aion::store
