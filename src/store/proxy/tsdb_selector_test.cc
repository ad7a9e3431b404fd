#include "store/proxy/tsdb_selector.h"

#include <gtest/gtest.h>

#include "store/proxy/limited_store.h"

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
  members[0].info.label_sets = {Labels({{"cluster", "eu.1"}, {"replica", "a"}}), Labels({{"cluster", "us1"}})};
  members[1].info.label_sets = {Labels({{"cluster", "us1"}})};
  Selector("- {source_labels: [cluster], regex: 'eu.*', action: keep}").Apply(&members);
  ASSERT_EQ(members.size(), 2u);
  ASSERT_EQ(members[0].info.label_sets.size(), 1u);
  ASSERT_EQ(members[0].extra_matchers.size(), 2u);
  EXPECT_TRUE(model::MatchAll(members[0].extra_matchers, Labels({{"cluster", "eu.1"}, {"replica", "a"}})));
  EXPECT_FALSE(model::MatchAll(members[0].extra_matchers, Labels({{"cluster", "eux1"}, {"replica", "a"}})));
  EXPECT_TRUE(members[1].info.label_sets.empty());
}

TEST(TsdbSelector, MatchersLetTheAbsentLabelThrough) {
  const auto matchers = MatchersForLabelSets({Labels({{"a", "1"}, {"b", "2"}}), Labels({{"a", "3"}})});
  EXPECT_TRUE(model::MatchAll(matchers, Labels({{"a", "3"}})));
  EXPECT_TRUE(model::MatchAll(matchers, Labels({{"a", "1"}, {"b", "2"}})));
  EXPECT_FALSE(model::MatchAll(matchers, Labels({{"a", "1"}, {"b", "9"}})));
}

class TwoSeries : public Store {
 public:
  std::string Name() const override { return "two"; }
  StoreInfo Info() const override { return {}; }
  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest&, const RequestContext&) override {
    class Stream : public SeriesStream {
     public:
      StatusOr<bool> Next(SeriesFrame* frame) override {
        frame->clear();
        if (sent_++ == 2) return false;
        frame->chunks.resize(2);
        frame->chunks[1].min_time = frame->chunks[1].max_time = 5;
        frame->series.push_back({{}, 0, 2});
        return true;
      }
      int sent_ = 0;
    };
    return std::unique_ptr<SeriesStream>(std::make_unique<Stream>());
  }
  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest&, const RequestContext&) override { return LabelsResponse(); }
  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest&, const RequestContext&) override { return LabelsResponse(); }
};

Status ReadAll(const StoreLimits& limits) {
  const auto store = MakeLimitedStore(std::make_shared<TwoSeries>(), limits);
  ASSIGN_OR_RETURN(const auto stream, store->Series({}, {}));
  SeriesFrame frame;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, stream->Next(&frame));
    if (!more) return OkStatus();
  }
}

TEST(LimitedStore, EndsACallThatReturnsTooMuch) {
  EXPECT_TRUE(ReadAll({}).ok());
  EXPECT_TRUE(ReadAll({2, 480}).ok());
  EXPECT_EQ(ReadAll({1, 0}).message(), "failed to send series: limit 1 violated (got 2)");
  EXPECT_EQ(ReadAll({0, 240}).message(), "failed to send samples: limit 240 violated (got 480)");
  EXPECT_EQ(ReadAll({1, 0}).code(), StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace aion::store
