#include "api/query_api.h"

#include <gtest/gtest.h>

#include "chunk/xor.h"
#include "net/http_server.h"

namespace aion::api {
namespace {

constexpr TimestampMs kStart = 1767225600000;

/// Holds `up{job="a"}` = 1 and `up{job="b"}` = 2 every 15 s, an hour long.
class UpStore : public store::Store {
 public:
  std::string Name() const override { return "up"; }
  store::StoreInfo Info() const override { return {}; }
  StatusOr<std::unique_ptr<store::SeriesStream>> Series(const store::SeriesRequest& request,
                                                        const store::RequestContext&) override {
    if (fail) return UnavailableError("no store today");
    return std::unique_ptr<store::SeriesStream>(std::make_unique<Stream>(request));
  }
  StatusOr<store::LabelsResponse> LabelNames(const store::LabelNamesRequest&,
                                             const store::RequestContext&) override {
    return store::LabelsResponse{{"__name__", "job"}, {}, {}};
  }
  StatusOr<store::LabelsResponse> LabelValues(const store::LabelValuesRequest& request,
                                              const store::RequestContext&) override {
    if (request.label == "job") return store::LabelsResponse{{"a", "b"}, {}, {}};
    return store::LabelsResponse();
  }
  bool fail = false;

 private:
  class Stream : public store::SeriesStream {
   public:
    explicit Stream(store::SeriesRequest request) : request_(std::move(request)) {}
    StatusOr<bool> Next(store::SeriesFrame* frame) override {
      frame->clear();
      if (std::exchange(done_, true)) return false;
      struct Page {
        model::Labels labels[2];
        std::string bytes[2];
      };
      auto page = std::make_shared<Page>();
      for (uint32_t i = 0; i < 2; ++i) {
        page->labels[i] = model::Labels({{"__name__", "up"}, {"job", i == 0 ? "a" : "b"}});
        chunk::XorAppender appender;
        for (int step = 0; step < 240; ++step) appender.Append(kStart + step * 15000, i + 1);
        page->bytes[i] = appender.Take();
        if (!model::MatchAll(request_.matchers, page->labels[i])) continue;
        const auto begin = static_cast<uint32_t>(frame->chunks.size());
        frame->chunks.push_back({kStart, kStart + 239 * 15000, page->bytes[i],
                                 series::Encoding::kXor, series::Aggregate::kRaw});
        frame->series.push_back({page->labels[i], begin, begin + 1});
      }
      frame->pages.emplace_back(page, std::string_view());
      return true;
    }

   private:
    store::SeriesRequest request_;
    bool done_ = false;
  };
};

class QueryApiTest : public testing::Test {
 protected:
  QueryApiTest() : engine_({}), store_(std::make_shared<UpStore>()), api_({&engine_, store_}, {}) {}

  static net::Params Params(std::vector<std::pair<std::string, std::string>> pairs) {
    net::Params params;
    for (auto& [name, value] : pairs) params.Add(name, value);
    return params;
  }

  promql::Engine engine_;
  std::shared_ptr<UpStore> store_;
  QueryApi api_;
  net::Request request_;
};

TEST_F(QueryApiTest, AnswersInstantQueries) {
  const Answer answer =
      api_.Query(request_, Params({{"query", "sum(up)"}, {"time", "1767225700"}}));
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(
      answer->json,
      R"({"resultType":"vector","result":[{"metric":{},"value":[1767225700,"3"]}],"analysis":{}})");
}

TEST_F(QueryApiTest, AnswersRangeQueries) {
  const Answer answer = api_.QueryRange(request_, Params({{"query", "up{job=\"b\"}"},
                                                          {"start", "1767225600"},
                                                          {"end", "1767225660"},
                                                          {"step", "30"}}));
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->json,
            R"({"resultType":"matrix","result":[{"metric":{"__name__":"up","job":"b"},"values":)"
            R"([[1767225600,"2"],[1767225630,"2"],[1767225660,"2"]]}],"analysis":{}})");
}

TEST_F(QueryApiTest, RefusesBadRanges) {
  struct Case {
    std::vector<std::pair<std::string, std::string>> params;
    std::string_view text;
  };
  const Case cases[] = {
      {{{"query", "up"}, {"start", "2"}, {"end", "1"}, {"step", "1"}},
       "end timestamp must not be before start time"},
      {{{"query", "up"}, {"start", "1"}, {"end", "2"}, {"step", "0"}},
       "zero or negative query resolution step widths are not accepted. Try a positive integer"},
      {{{"query", "up"}, {"start", "0"}, {"end", "20000"}, {"step", "1"}},
       "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
       "resolution (?step=XX)"},
      {{{"query", "up"}, {"start", "1"}, {"end", "2"}, {"engine", "mine"}}, "'mine' bad engine"},
  };
  for (const Case& c : cases) {
    const Answer answer = api_.QueryRange(request_, Params(c.params));
    EXPECT_EQ(answer.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(answer.status().message(), c.text);
  }
}

TEST_F(QueryApiTest, HostileQueriesGetTheirErrorAtOnce) {
  const auto repeat = [](std::string_view text, size_t count) {
    std::string all;
    for (size_t i = 0; i < count; ++i) all += text;
    return all;
  };
  struct Case {
    std::string query;
    std::string_view text;
  };
  const Case cases[] = {
      {repeat("(", 10'000) + "up" + repeat(")", 10'000), "expression is nested deeper than"},
      {repeat("-", 100'000) + "1", "expression is nested deeper than"},
      {repeat("1+", 500'000) + "1", "expression is nested deeper than"},
      {"up{job=~\"" + repeat("a|", 500'000) + "\"}", "error parsing regexp"},
      {repeat(" ", 17 << 20), ""},
      {"{__name__=~\".+\"} * on() group_left() {__name__=~\".+\"}",
       "found duplicate series for the match group"},
      {"count_over_time(vector(1)[1000000000s:1s])", "too many"},
      {"absent_over_time(up[10000000d:1ms])", "duration out of range"},
  };
  for (const Case& c : cases) {
    const Answer answer =
        api_.Query(request_, Params({{"query", c.query}, {"time", "1767225700"}}));
    ASSERT_FALSE(answer.ok()) << c.query.substr(0, 80);
    EXPECT_NE(answer.status().message().find(c.text), std::string::npos)
        << answer.status().ToString();
    EXPECT_LT(answer.status().message().size(), 2000u);
  }
  const Answer steps = api_.QueryRange(
      request_, Params({{"query", "up"}, {"start", "0"}, {"end", "1000000000"}, {"step", "1"}}));
  EXPECT_EQ(steps.status().code(), StatusCode::kInvalidArgument);
}

TEST_F(QueryApiTest, NamesWhatRunsAndCountsIt) {
  const telemetry::Registry registry;
  QueryMetrics metrics(registry, {});
  QueryApiParts parts{&engine_, store_};
  parts.metrics = &metrics;
  const QueryApi api(parts, {});
  const Answer answer = api.Query(
      request_, Params({{"query", "sum(up)"}, {"time", "1767225700"}, {"stats", "true"}}));
  ASSERT_TRUE(answer.ok());
  EXPECT_NE(answer->json.find("\"timings\":{\"evalTotalTime\":"), std::string::npos);
  const std::string text = registry.Expose(telemetry::ExpositionFormat::kText);
  EXPECT_NE(text.find("thanos_store_api_query_duration_seconds_count{samples_le=\"1000\",series_le="
                      "\"10\",tenant=\"default-tenant\"} 1\n"),
            std::string::npos)
      << text;
}

TEST_F(QueryApiTest, EachQueryHasAGateForItsSelects) {
  int gates = 0;
  QueryApiParts parts{&engine_, store_};
  parts.make_select_gate = [&gates] {
    ++gates;
    return std::make_unique<runtime::Gate>(1);
  };
  const QueryApi api(parts, {});
  // Selects of one query take turns and give their places back.
  const net::Params params =
      Params({{"query", "sum(up) + sum(up) + sum(up)"}, {"time", "1767225700"}});
  EXPECT_TRUE(api.Query(request_, params).ok());
  EXPECT_TRUE(api.Query(request_, params).ok());
  EXPECT_EQ(gates, 2);
}

TEST_F(QueryApiTest, AFailingStoreIsAnExecutionError) {
  store_->fail = true;
  const Answer answer = api_.Query(request_, Params({{"query", "up"}, {"time", "1767225700"}}));
  EXPECT_EQ(answer.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(answer.status().message().find("no store today"), std::string::npos);
}

TEST_F(QueryApiTest, EnforcesTheTenant) {
  QueryApiOptions options;
  options.enforced_tenant_label = "job";
  options.default_tenant = "b";
  const QueryApi enforcing({&engine_, store_}, options);
  const net::Params params =
      Params({{"query", "sum(up{job=\"a\"}) + sum(up)"}, {"time", "1767225700"}});
  EXPECT_EQ(
      enforcing.Query(request_, params)->json,
      R"({"resultType":"vector","result":[{"metric":{},"value":[1767225700,"4"]}],"analysis":{}})");
  EXPECT_EQ(enforcing.Series(request_, Params({{"match[]", "up"}}))->json,
            R"([{"__name__":"up","job":"b"}])");
  request_.headers.Set("THANOS-TENANT", "a");
  EXPECT_EQ(enforcing.Series(request_, Params({{"match[]", "up"}}))->json,
            R"([{"__name__":"up","job":"a"}])");
  request_.headers.Set("THANOS-TENANT", "../a");
  EXPECT_EQ(enforcing.Query(request_, params).status().message(), "tenant name not valid");
}

TEST_F(QueryApiTest, ExplainsForTheThanosEngine) {
  EXPECT_EQ(
      api_.QueryExplain(request_, Params({{"query", "sum(up)"}, {"engine", "thanos"}}))->json,
      R"js({"name":"[aggregate] sum by ([])","children":[{"name":"[vectorSelector] {[__name__=\"up\"]}"}]})js");
  EXPECT_EQ(api_.QueryExplain(request_, Params({{"query", "up"}})).status().message(),
            "engine type must be 'thanos'");
}

TEST_F(QueryApiTest, ListsSeriesAndLabels) {
  EXPECT_EQ(api_.Series(request_, Params({{"match[]", "up"}}))->json,
            R"([{"__name__":"up","job":"a"},{"__name__":"up","job":"b"}])");
  const Answer limited = api_.Series(request_, Params({{"match[]", "up"}, {"limit", "1"}}));
  EXPECT_EQ(limited->json, R"([{"__name__":"up","job":"a"}])");
  EXPECT_EQ(limited->warnings.warnings(),
            std::vector<std::string>{"results truncated due to limit"});
  EXPECT_EQ(api_.Series(request_, {}).status().message(), "no match[] parameter provided");
  EXPECT_EQ(api_.LabelNames(request_, {})->json, R"(["__name__","job"])");
  request_.path_params.Add("name", "job");
  EXPECT_EQ(api_.LabelValues(request_, {})->json, R"(["a","b"])");
}

}  // namespace
}  // namespace aion::api
