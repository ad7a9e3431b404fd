#include "model/labels.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace aion::model {
namespace {

TEST(Labels, SortsDropsEmptyAndFinds) {
  const Labels labels({{"b", "2"}, {"a", "1"}, {"c", ""}, {"__name__", "up"}});
  EXPECT_EQ(labels.ToString(), R"({__name__="up", a="1", b="2"})");
  EXPECT_EQ(labels.view().ToMetricString(), R"(up{a="1", b="2"})");
  EXPECT_EQ(labels.Get("b"), "2");
  EXPECT_EQ(labels.Get("c"), "");
  EXPECT_EQ(labels.Get("aa"), "");
  EXPECT_EQ(labels.view().Count(), 3u);
  EXPECT_TRUE(LabelsView::Validate(labels.packed()).ok());
}

TEST(Labels, ReadsLongValues) {
  const std::string value(70000, 'x');
  const Labels labels({{"a", value}, {"b", "2"}});
  EXPECT_EQ(labels.Get("a"), value);
  EXPECT_EQ(labels.Get("b"), "2");
}

TEST(Labels, OrdersPairByPair) {
  const Labels ascending[] = {
      {},
      {{"a", "1"}},
      {{"a", "1"}, {"b", "1"}},
      {{"a", "1"}, {"b", "2"}},
      {{"a", "1"}, {"c", "1"}},
      {{"a", "10"}},
      {{"a", "2"}},
      {{"b", "1"}},
  };
  for (size_t i = 0; i < std::size(ascending); ++i) {
    for (size_t j = 0; j < std::size(ascending); ++j) {
      const int order = Compare(ascending[i], ascending[j]);
      EXPECT_EQ(order < 0, i < j) << i << " " << j;
      EXPECT_EQ(order == 0, i == j) << i << " " << j;
    }
  }
}

TEST(Labels, BuilderChangesABase) {
  const Labels base({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  LabelsBuilder builder(base);
  builder.Set("b", "20");
  builder.Delete("a");
  builder.Set("d", "4");
  EXPECT_EQ(builder.Build(), Labels({{"b", "20"}, {"c", "3"}, {"d", "4"}}));
  builder.Keep({"d"});
  EXPECT_EQ(builder.Build(), Labels({{"d", "4"}}));
}

TEST(Labels, ValidateRefusesHostileBytes) {
  std::string unsorted, empty_value, truncated;
  AppendPackedLabel(&unsorted, "b", "1");
  AppendPackedLabel(&unsorted, "a", "1");
  AppendPackedLabel(&empty_value, "b", "");
  AppendPackedLabel(&truncated, "name", "value");
  truncated.pop_back();
  for (const std::string& packed :
       {unsorted, empty_value, truncated, std::string("\xff\xff\xff\xff\xff", 5)}) {
    EXPECT_EQ(LabelsView::Validate(packed).code(), StatusCode::kInvalidArgument);
  }
}

TEST(Labels, NamesPrintQuotedWhenNotLegacy) {
  const Labels labels({{"__name__", "http.requests"}, {"service.name", "a"}});
  EXPECT_EQ(labels.view().ToMetricString(), R"({"http.requests", "service.name"="a"})");
}

TEST(Labels, ShardHashSelectsLabels) {
  const Labels one({{"__name__", "up"}, {"job", "a"}, {"pod", "1"}});
  const Labels two({{"__name__", "up"}, {"job", "a"}, {"pod", "2"}});
  EXPECT_EQ(HashForLabels(one, {"job"}), HashForLabels(two, {"job"}));
  EXPECT_NE(HashForLabels(one, {"pod"}), HashForLabels(two, {"pod"}));
  EXPECT_EQ(HashWithoutLabels(one, {"pod"}), HashWithoutLabels(two, {"pod"}));
}

}  // namespace
}  // namespace aion::model
