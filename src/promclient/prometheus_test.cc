#include "promclient/prometheus.h"

#include <gtest/gtest.h>

#include "promclient/query_json.h"
#include "testing/fake_prometheus.h"

namespace aion::promclient {
namespace {

using aion::testing::FakePrometheus;
using model::Labels;
using model::Matcher;

class PrometheusClientTest : public ::testing::Test {
 protected:
  PrometheusClient Client(uint64_t response_bytes_max = 1 << 20) {
    return PrometheusClient(
        std::make_shared<net::HttpClient>(net::HttpClientConfig(), "Thanos/test"),
        {.base_url = fake_.url() + "/", .response_bytes_max = response_bytes_max});
  }
  FakePrometheus fake_;
};

TEST_F(PrometheusClientTest, ReadsFlagsAndFindsOldServers) {
  EXPECT_EQ(Client().Flags({}).status().code(), StatusCode::kUnimplemented);
  fake_.SetData(
      "/api/v1/status/flags",
      R"({"storage.tsdb.path":"data/","storage.tsdb.min-block-duration":"2h",)"
      R"("storage.tsdb.max-block-duration":"36h","web.enable-lifecycle":"true","web.enable-admin-api":"false"})");
  const auto flags = Client().Flags({});
  ASSERT_TRUE(flags.ok()) << flags.status().ToString();
  EXPECT_EQ(flags->tsdb_path, "data/");
  EXPECT_EQ(flags->min_block_duration_ms, 2 * 3600 * 1000);
  EXPECT_EQ(flags->max_block_duration_ms, 36 * 3600 * 1000);
  EXPECT_TRUE(flags->web_enable_lifecycle);
  EXPECT_FALSE(flags->web_enable_admin_api);
}

TEST_F(PrometheusClientTest, ReadsExternalLabels) {
  fake_.SetData(
      "/api/v1/status/config",
      R"({"yaml":"global:\n  scrape_interval: 15s\n  external_labels:\n    zone: eu\n    cluster: \"1\"\n"})");
  const auto labels = Client().ExternalLabels({});
  ASSERT_TRUE(labels.ok()) << labels.status().ToString();
  EXPECT_EQ(*labels, (Labels{{"cluster", "1"}, {"zone", "eu"}}));
  fake_.SetData("/api/v1/status/config", R"({"yaml":"global: {}\n"})");
  EXPECT_TRUE(Client().ExternalLabels({})->empty());
  fake_.SetData("/api/v1/status/config", R"({"yaml":"a: b: c"})");
  EXPECT_EQ(Client().ExternalLabels({}).status().code(), StatusCode::kInternal);
}

TEST_F(PrometheusClientTest, ReadsVersionAndRuntime) {
  EXPECT_EQ(*Client().BuildVersion({}), "0");
  fake_.SetAnswer("/api/v1/status/buildinfo", 405, "text/plain", "no");
  EXPECT_EQ(*Client().BuildVersion({}), "0");
  fake_.SetData("/api/v1/status/buildinfo", R"({"version":"2.53.1"})");
  EXPECT_EQ(*Client().BuildVersion({}), "2.53.1");
  fake_.SetAnswer("/api/v1/status/buildinfo", 500, "text/plain", "boom");
  EXPECT_FALSE(Client().BuildVersion({}).ok());
  fake_.SetData("/api/v1/status/runtimeinfo",
                R"({"reloadConfigSuccess":true,"lastConfigTime":"2026-01-01T00:00:01Z"})");
  const auto info = Client().Runtime({});
  ASSERT_TRUE(info.ok());
  EXPECT_TRUE(info->reload_config_success);
  EXPECT_EQ(info->last_config_time, 1767225601000);
}

TEST_F(PrometheusClientTest, ReadsLowestTimestamp) {
  struct Case {
    std::string_view metrics;
    std::optional<TimestampMs> want;
  };
  for (const Case& c : {
           Case{"# HELP prometheus_tsdb_lowest_timestamp_seconds "
                "x\nprometheus_tsdb_lowest_timestamp_seconds 1.767225600e+09\n",
                1767225600000},
           Case{"prometheus_tsdb_lowest_timestamp_seconds 9.223372036854776e+15", kTimestampMin},
           Case{"prometheus_tsdb_lowest_timestamp_seconds{a=\"} x\"} 12.5 1767225600\n", 12500},
           Case{"prometheus_tsdb_lowest_timestamp_seconds_total 7\nup 1\n", std::nullopt},
           Case{"", std::nullopt},
       }) {
    fake_.SetAnswer("/metrics", 200, "text/plain", std::string(c.metrics));
    const auto lowest = Client().LowestTimestamp({});
    ASSERT_TRUE(lowest.ok());
    EXPECT_EQ(*lowest, c.want) << c.metrics;
  }
  fake_.Remove("/metrics");
  EXPECT_FALSE(Client().LowestTimestamp({}).ok());
}

TEST_F(PrometheusClientTest, AsksLabelApisWithMatchersAndRange) {
  fake_.SetData("/api/v1/series", R"([{"__name__":"up","job":"a"},{"job":"b"}])");
  fake_.SetData("/api/v1/labels", R"(["__name__","job"])");
  fake_.SetData("/api/v1/label/job/values", R"(["a","b"])");
  const std::vector<Matcher> matchers = {Matcher::Equal("__name__", "up"),
                                         *Matcher::Create(model::MatchType::kRegex, "job", "a|b")};
  const auto series = Client().Series(matchers, {1500, kTimestampMax}, 5, {});
  ASSERT_TRUE(series.ok()) << series.status().ToString();
  EXPECT_EQ(*series,
            (std::vector<Labels>{Labels{{"__name__", "up"}, {"job", "a"}}, Labels{{"job", "b"}}}));
  EXPECT_EQ(fake_.requests().back(),
            "GET /api/v1/series limit=5 match[]={__name__=\"up\", job=~\"a|b\"} start=1.5");
  EXPECT_EQ(*Client().LabelNames({}, {kTimestampMin, 2000}, 0, {}),
            (std::vector<std::string>{"__name__", "job"}));
  EXPECT_EQ(fake_.requests().back(), "GET /api/v1/labels end=2");
  EXPECT_EQ(*Client().LabelValues("job", {}, {}, 0, {}), (std::vector<std::string>{"a", "b"}));
}

TEST_F(PrometheusClientTest, MapsRefusals) {
  struct Case {
    int code;
    StatusCode want;
  };
  for (const Case& c : {Case{400, StatusCode::kInvalidArgument}, Case{404, StatusCode::kNotFound},
                        Case{422, StatusCode::kInternal}, Case{429, StatusCode::kResourceExhausted},
                        Case{500, StatusCode::kInternal}, Case{503, StatusCode::kUnavailable}}) {
    fake_.SetAnswer("/api/v1/labels", c.code, "application/json",
                    R"({"status":"error","errorType":"x","error":"went wrong"})");
    const auto names = Client().LabelNames({}, {}, 0, {});
    ASSERT_FALSE(names.ok());
    EXPECT_EQ(names.status().code(), c.want) << c.code;
    EXPECT_NE(names.status().message().find("went wrong"), std::string_view::npos);
  }
}

TEST_F(PrometheusClientTest, SurvivesNonsense) {
  for (const std::string& body :
       {std::string("<html>"), std::string("[]"), std::string("{}"), std::string("null"),
        std::string(R"({"status":"success","data":[1]})"),
        std::string(R"({"status":"success","data":{"a":1}})"),
        std::string(R"({"status":"error","error":"no"})")}) {
    fake_.SetAnswer("/api/v1/labels", 200, "application/json", body);
    EXPECT_FALSE(Client().LabelNames({}, {}, 0, {}).ok()) << body;
    fake_.SetAnswer("/api/v1/series", 200, "application/json", body);
    const auto series = Client().Series({}, {}, 0, {});
    EXPECT_TRUE(!series.ok() || series->empty()) << body;
  }
  fake_.SetData("/api/v1/labels", "[\"" + std::string(4096, 'x') + "\"]");
  EXPECT_EQ(Client(1024).LabelNames({}, {}, 0, {}).status().code(), StatusCode::kResourceExhausted);
  fake_.Stop();
  EXPECT_EQ(Client().LabelNames({}, {}, 0, {}).status().code(), StatusCode::kUnavailable);
}

TEST_F(PrometheusClientTest, ReadsQueryResults) {
  fake_.SetAnswer(
      "/api/v1/query", 200, "application/json",
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},)"
      R"("value":[1.5,"+Inf"]}]},"warnings":["w"],"infos":["i"]})");
  const auto vector = Client().Query("x", 1500, {}, {});
  ASSERT_TRUE(vector.ok()) << vector.status().ToString();
  const auto& samples = std::get<model::Vector>(vector->value);
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].labels, (Labels{{"a", "b"}}));
  EXPECT_EQ(samples[0].time, 1500);
  EXPECT_EQ(samples[0].value, INFINITY);
  EXPECT_EQ(vector->warnings.warnings(), std::vector<std::string>{"w"});
  EXPECT_EQ(vector->warnings.infos(), std::vector<std::string>{"i"});

  fake_.SetData("/api/v1/query_range",
                R"({"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"],[2,"NaN"]]}]})");
  net::Params extra;
  extra.Add("dedup", "true");
  const auto matrix = Client().QueryRange("x", {1000, 2000}, 500, extra, {});
  ASSERT_TRUE(matrix.ok());
  EXPECT_EQ(std::get<model::Matrix>(matrix->value)[0].floats.size(), 2u);
  EXPECT_EQ(fake_.requests().back(),
            "GET /api/v1/query_range dedup=true end=2 query=x start=1 step=0.5");

  fake_.SetData("/api/v1/query", R"({"resultType":"scalar","result":[1,"2"]})");
  EXPECT_EQ(std::get<model::Scalar>(Client().Query("1", 0, {}, {})->value).value, 2);
  for (const std::string_view bad :
       {R"({"resultType":"vector","result":[{"value":[1]}]})", R"({"resultType":"x","result":[]})",
        R"({"resultType":"vector","result":[{"histogram":[]}]})", "{}"}) {
    fake_.SetData("/api/v1/query", std::string(bad));
    EXPECT_FALSE(Client().Query("x", 0, {}, {}).ok()) << bad;
  }
}

TEST_F(PrometheusClientTest, Reloads) {
  EXPECT_FALSE(Client().Reload({}).ok());
  fake_.SetAnswer("/-/reload", 200, "text/plain", "");
  EXPECT_TRUE(Client().Reload({}).ok());
  EXPECT_EQ(fake_.requests().back(), "POST /-/reload");
}

TEST(PrometheusClientUrl, KeepsPathAndQueryOfTheBase) {
  const PrometheusClient client(nullptr, {.base_url = "http://h:1/prom/?token=x"});
  EXPECT_EQ(client.UrlOf("/api/v1/read"), "http://h:1/prom/api/v1/read?token=x");
  net::Params params;
  params.Add("a", "b c");
  EXPECT_EQ(client.UrlOf("/p", params), "http://h:1/prom/p?token=x&a=b+c");
}

TEST(PrometheusVersions, Compare) {
  EXPECT_TRUE(IsVersionAtLeast("2.24.0", 2, 24));
  EXPECT_TRUE(IsVersionAtLeast("3.0.0-rc.1", 2, 24));
  EXPECT_FALSE(IsVersionAtLeast("2.9.1", 2, 24));
  EXPECT_FALSE(IsVersionAtLeast("0", 2, 24));
  EXPECT_FALSE(IsVersionAtLeast("", 2, 24));
  EXPECT_FALSE(IsVersionAtLeast("main", 2, 24));
}

TEST(PrometheusLabels, EscapeForPaths) {
  EXPECT_EQ(EscapedLabelName("job"), "job");
  EXPECT_EQ(EscapedLabelName("my.label"), "my.label");
  EXPECT_EQ(EscapedLabelName("a/b_c"), "U__a_2f_b__c");
  EXPECT_EQ(EscapedLabelName("\xc3\xa9/"), "U___e9__2f_");
}

}  // namespace
}  // namespace aion::promclient
