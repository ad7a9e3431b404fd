#include "api/query_metrics.h"

#include <gtest/gtest.h>

namespace aion::api {
namespace {

std::string Text(const telemetry::Registry& registry) {
  return registry.Expose(telemetry::ExpositionFormat::kText);
}

TEST(QueryMetrics, EachEngineCountsItsOwn) {
  const telemetry::Registry registry;
  QueryMetrics metrics(registry, {});
  {
    const QueryMetrics::Running one(&metrics, "prometheus"), two(&metrics, "prometheus"),
        three(&metrics, "thanos");
    const std::string text = Text(registry);
    EXPECT_NE(text.find("prometheus_engine_queries{engine=\"prometheus\",mode=\"local\"} 2\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("thanos_engine_queries{engine=\"thanos\",mode=\"local\"} 1\n"),
              std::string::npos);
  }
  metrics.Evaluated("prometheus", {0.5, 2}, {.samples_total = 7, .samples_read = 3});
  const std::string text = Text(registry);
  for (const std::string_view line :
       {"prometheus_engine_queries{engine=\"prometheus\",mode=\"local\"} 0\n",
        "thanos_engine_queries_total{engine=\"thanos\",mode=\"local\"} 1\n",
        "prometheus_engine_queries_concurrent_max{engine=\"prometheus\",mode=\"local\"} -1\n",
        "prometheus_engine_query_samples_total{engine=\"prometheus\",mode=\"local\"} 7\n",
        "prometheus_engine_query_duration_seconds_sum{engine=\"prometheus\",mode=\"local\",slice="
        "\"inner_eval\"} 2\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST(QueryMetrics, SelectsAreToldApartBySize) {
  struct Case {
    uint64_t series, samples;
    std::string_view labels;  ///< Empty: not counted.
  };
  const Case cases[] = {{5, 50, "samples_le=\"100\",series_le=\"10\""},
                        {10, 101, "samples_le=\"1000\",series_le=\"+Inf\""},
                        {1, 1'000'000, "samples_le=\"+Inf\""},
                        {0, 7, ""},
                        {7, 0, ""}};
  for (const Case& c : cases) {
    const telemetry::Registry registry;
    QueryMetricsOptions options;
    options.select_series = {10};
    QueryMetrics(registry, options).Selected("team", c.series, c.samples, 0.2);
    const std::string text = Text(registry);
    EXPECT_EQ(text.find("thanos_store_api_query_duration_seconds_count{") != std::string::npos,
              !c.labels.empty());
    EXPECT_NE(text.find(c.labels), std::string::npos) << c.labels << text;
  }
}

}  // namespace
}  // namespace aion::api
