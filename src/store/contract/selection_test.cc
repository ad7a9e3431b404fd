#include "store/contract/selection.h"

#include <gtest/gtest.h>

namespace aion::store {
namespace {

using model::Labels;
using model::Matcher;

TEST(Selection, LabelSetsDecideOnTheLabelsTheyHave) {
  const std::vector<Matcher> eu = {Matcher::Equal("cluster", "eu1"), Matcher::Equal("job", "a")};
  EXPECT_TRUE(LabelSetsMatch(eu, {}));
  EXPECT_TRUE(LabelSetsMatch(eu, {Labels({{"cluster", "us1"}}), Labels({{"cluster", "eu1"}})}));
  EXPECT_FALSE(LabelSetsMatch(eu, {Labels({{"cluster", "us1"}})}));
  EXPECT_TRUE(LabelSetsMatch(eu, {Labels({{"region", "x"}})}));
}

TEST(Selection, StripsWhatExternalLabelsAnswer) {
  const Labels external({{"cluster", "eu1"}});
  const auto left = StripExternalMatchers(
      {Matcher::Equal("cluster", "eu1"), Matcher::Equal("job", "a")}, external);
  ASSERT_TRUE(left.has_value());
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().name(), "job");
  EXPECT_FALSE(StripExternalMatchers({Matcher::NotEqual("cluster", "eu1")}, external).has_value());
}

TEST(Selection, ShardsPartitionTheSeries) {
  constexpr int64_t kShards = 3;
  for (int i = 0; i < 50; ++i) {
    const std::string pod = "pod-" + std::to_string(i);
    const Labels labels({{"__name__", "up"}, {"pod", pod}, {"zone", "z"}});
    int owners = 0;
    for (int64_t shard = 0; shard < kShards; ++shard) {
      owners += ShardFilter({shard, kShards, true, {"zone", "pod"}}).Matches(labels) ? 1 : 0;
    }
    EXPECT_EQ(owners, 1);
  }
  EXPECT_TRUE(ShardFilter({}).Matches(Labels({{"a", "b"}})));
}

}  // namespace
}  // namespace aion::store
