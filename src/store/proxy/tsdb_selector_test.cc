#include "store/proxy/tsdb_selector.h"

#include <gtest/gtest.h>

namespace aion::store {
namespace {

using model::Labels;

TsdbSelector Selector(std::string_view yaml) {
  auto rules = model::ParseRelabelRules(yaml);
  EXPECT_TRUE(rules.ok()) << rules.status().ToString();
  return TsdbSelector(std::move(rules).value());
}

TEST(TsdbSelector, KeepsSomeOfAMembersDatabases) {
  std::vector<ProxyMember> members(3);
  members[0].info.label_sets = {Labels({{"cluster", "eu.1"}, {"replica", "a"}}),
                                Labels({{"cluster", "us1"}})};
  members[1].info.label_sets = {Labels({{"cluster", "us1"}})};
  Selector("- {source_labels: [cluster], regex: 'eu.*', action: keep}").Apply(&members);
  ASSERT_EQ(members.size(), 2u);
  ASSERT_EQ(members[0].info.label_sets.size(), 1u);
  ASSERT_EQ(members[0].extra_matchers.size(), 2u);
  EXPECT_TRUE(
      model::MatchAll(members[0].extra_matchers, Labels({{"cluster", "eu.1"}, {"replica", "a"}})));
  EXPECT_FALSE(
      model::MatchAll(members[0].extra_matchers, Labels({{"cluster", "eux1"}, {"replica", "a"}})));
  EXPECT_TRUE(members[1].info.label_sets.empty());
}

TEST(TsdbSelector, MatchersLetTheAbsentLabelThrough) {
  const auto matchers =
      MatchersForLabelSets({Labels({{"a", "1"}, {"b", "2"}}), Labels({{"a", "3"}})});
  EXPECT_TRUE(model::MatchAll(matchers, Labels({{"a", "3"}})));
  EXPECT_TRUE(model::MatchAll(matchers, Labels({{"a", "1"}, {"b", "2"}})));
  EXPECT_FALSE(model::MatchAll(matchers, Labels({{"a", "1"}, {"b", "9"}})));
}

}  // namespace
}  // namespace aion::store
