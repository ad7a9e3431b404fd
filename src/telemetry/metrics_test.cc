#include "telemetry/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "telemetry/prober.h"
#include "telemetry/process_metrics.h"

namespace aion::telemetry {
namespace {

TEST(Metrics, TextFormatIsSortedEscapedAndPrintedAsGoDoes) {
  const Registry registry;
  const Registry thanos = registry.WithPrefix("thanos_").WithLabels({{"component", "store"}});
  Family<Counter> requests =
      thanos.AddCounterFamily("requests_total", "Requests.\nWith \\ and \".", {"code"});
  requests.With({"500"}).Add();
  requests.With({"200"}).Add(1'234'567);
  requests.With({"a\"b\\c\nd\xff"}).Add(0.5);
  thanos.AddGauge("blocks", "Blocks.").Set(-3);
  registry.AddGauge("a_first", "First.").Set(std::numeric_limits<double>::infinity());
  EXPECT_EQ(registry.Expose(ExpositionFormat::kText),
            "# HELP a_first First.\n"
            "# TYPE a_first gauge\n"
            "a_first +Inf\n"
            "# HELP thanos_blocks Blocks.\n"
            "# TYPE thanos_blocks gauge\n"
            "thanos_blocks{component=\"store\"} -3\n"
            "# HELP thanos_requests_total Requests.\\nWith \\\\ and \".\n"
            "# TYPE thanos_requests_total counter\n"
            "thanos_requests_total{code=\"200\",component=\"store\"} 1.234567e+06\n"
            "thanos_requests_total{code=\"500\",component=\"store\"} 1\n"
            "thanos_requests_total{code=\"a\\\"b\\\\c\\nd\ufffd\",component=\"store\"} 0.5\n");
}

TEST(Metrics, OpenMetricsNamesCountersAndEnds) {
  const Registry registry;
  registry.AddCounter("hits_total", "Hits.").Add(2);
  registry.AddCounter("odd", "Odd.").Add(1);
  registry.AddHistogram("wait_seconds", "Wait.", {0.5, 2}).Observe(1);
  EXPECT_EQ(registry.Expose(ExpositionFormat::kOpenMetrics),
            "# HELP hits Hits.\n"
            "# TYPE hits counter\n"
            "hits_total 2.0\n"
            "# HELP odd Odd.\n"
            "# TYPE odd counter\n"
            "odd_total 1.0\n"
            "# HELP wait_seconds Wait.\n"
            "# TYPE wait_seconds histogram\n"
            "wait_seconds_bucket{le=\"0.5\"} 0\n"
            "wait_seconds_bucket{le=\"2.0\"} 1\n"
            "wait_seconds_bucket{le=\"+Inf\"} 1\n"
            "wait_seconds_sum 1.0\n"
            "wait_seconds_count 1\n"
            "# EOF\n");
}

TEST(Metrics, HistogramsAreCumulativeAndHoldTheBounds) {
  const Registry registry;
  Family<Histogram> family = registry.AddHistogramFamily("h", "H.", {"op"}, {1, 2});
  Histogram& histogram = family.With({"get"});
  for (double value : {0.5, 1.0, 1.5, 2.0, 7.0, -1.0}) histogram.Observe(value);
  EXPECT_EQ(registry.Expose(ExpositionFormat::kText),
            "# HELP h H.\n"
            "# TYPE h histogram\n"
            "h_bucket{op=\"get\",le=\"1\"} 3\n"
            "h_bucket{op=\"get\",le=\"2\"} 5\n"
            "h_bucket{op=\"get\",le=\"+Inf\"} 6\n"
            "h_sum{op=\"get\"} 11\n"
            "h_count{op=\"get\"} 6\n");
  histogram.Observe(std::nan(""));
  EXPECT_EQ(histogram.BucketCount(2), 2u);
  EXPECT_EQ(ExponentialBuckets(1, 2, 3), (std::vector<double>{1, 2, 4}));
  EXPECT_EQ(LinearBuckets(1, 2, 3), (std::vector<double>{1, 3, 5}));
}

TEST(Metrics, SameNameAndLabelsAreTheSameMetric) {
  const Registry registry;
  EXPECT_EQ(&registry.AddCounter("x_total", "X."), &registry.AddCounter("x_total", "X."));
  EXPECT_NE(&registry.AddCounter("x_total", "X."),
            &registry.WithLabels({{"component", "a"}}).AddCounter("x_total", "X."));
}

TEST(Metrics, RemovedMembersAreGone) {
  const Registry registry;
  Family<Gauge> family = registry.AddGaugeFamily("g", "G.", {"a"});
  family.With({"1"}).Set(1);
  family.With({"2"}).Set(2);
  family.Remove({"1"});
  EXPECT_EQ(registry.Expose(ExpositionFormat::kText),
            "# HELP g G.\n# TYPE g gauge\ng{a=\"2\"} 2\n");
  family.Clear();
  EXPECT_EQ(registry.Expose(ExpositionFormat::kText), "");
}

TEST(Metrics, CallbacksLastAsLongAsTheirHandle) {
  const Registry registry;
  double value = 1;
  CollectorHandle handle =
      registry.AddCallback(MetricType::kGauge, "v", "V.", [&] { return value; });
  CollectorHandle other =
      registry.WithLabels({{"c", "x"}})
          .AddCollector(MetricType::kGauge, "v", "V.", {"a"}, [](const Registry::Emit& emit) {
            const std::string_view label = "l";
            emit(std::span(&label, 1), 5);
          });
  value = 2;
  EXPECT_EQ(registry.Expose(ExpositionFormat::kText),
            "# HELP v V.\n# TYPE v gauge\nv 2\nv{a=\"l\",c=\"x\"} 5\n");
  handle = CollectorHandle();
  other = CollectorHandle();
  EXPECT_EQ(registry.Expose(ExpositionFormat::kText), "");
}

TEST(MetricsDeathTest, ANameWithTwoTypesIsABug) {
  const Registry registry;
  registry.AddCounter("x", "X.");
  EXPECT_DEATH(registry.AddGauge("x", "X."), "CHECK failed");
  EXPECT_DEATH(registry.AddCounterFamily("x", "X.", {"a"}), "CHECK failed");
}

TEST(Metrics, CountsFromThreadsAreNotLost) {
  const Registry registry;
  Counter& counter = registry.AddCounter("c_total", "C.");
  Histogram& histogram = registry.AddHistogram("h", "H.", {1});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) {
        counter.Add();
        histogram.Observe(1);
        if (n % 1000 == 0) (void)registry.Expose(ExpositionFormat::kText);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.Value(), 40'000);
  EXPECT_EQ(histogram.Sum(), 40'000);
}

TEST(Metrics, FormatIsNegotiated) {
  const std::pair<std::string_view, ExpositionFormat> cases[] = {
      {"", ExpositionFormat::kText},
      {"*/*", ExpositionFormat::kText},
      {"text/plain", ExpositionFormat::kText},
      {"application/openmetrics-text;version=1.0.0,application/"
       "openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       ExpositionFormat::kOpenMetrics},
      {"application/openmetrics-text; q=0.1, text/plain; q=0.9", ExpositionFormat::kText},
      {"application/openmetrics-text;q=0", ExpositionFormat::kText},
      {"application/openmetrics-text;q=x,;,=", ExpositionFormat::kText},
  };
  for (const auto& [accept, format] : cases) EXPECT_EQ(NegotiateFormat(accept), format) << accept;
}

TEST(ProcessMetrics, ShowTheProcess) {
  const Registry registry;
  const auto handles = AddProcessMetrics(registry, {"1.2.3", "abc", "main"});
  const std::string text = registry.Expose(ExpositionFormat::kText);
  for (std::string_view name :
       {"process_cpu_seconds_total ", "process_resident_memory_bytes ", "process_open_fds ",
        "process_max_fds ", "process_start_time_seconds ", "process_virtual_memory_bytes ",
        "go_goroutines ", "go_gc_duration_seconds{quantile=\"0.75\"} 0",
        "go_memstats_heap_alloc_bytes "}) {
    EXPECT_NE(text.find("\n" + std::string(name)), std::string::npos) << name;
  }
  EXPECT_NE(
      text.find(
          "thanos_build_info{branch=\"main\",goarch=\"amd64\",goos=\"linux\",goversion=\"c++20\","
          "revision=\"abc\",tags=\"\",version=\"1.2.3\"} 1\n"),
      std::string::npos);
  EXPECT_EQ(text.find("process_resident_memory_bytes 0\n"), std::string::npos);
  EXPECT_EQ(text.find("go_goroutines 0\n"), std::string::npos);
  EXPECT_EQ(text.find("process_open_fds 0\n"), std::string::npos);
}

TEST(Prober, TellsMetricsAndListeners) {
  const Registry registry;
  std::vector<std::string> lines;
  const Logger logger({}, [&](std::string_view line) { lines.emplace_back(line); });
  Prober prober("store", logger, registry.WithPrefix("thanos_"));
  std::vector<bool> seen;
  prober.OnReadyChange([&](bool ready) { seen.push_back(ready); });
  EXPECT_NE(registry.Expose(ExpositionFormat::kText)
                .find("thanos_status{check=\"ready\",component=\"store\"} 0\n"),
            std::string::npos);
  prober.SetNotReady(UnavailableError("starting"));
  prober.SetNotReady(UnavailableError("starting"));
  prober.SetReady();
  prober.SetReady();
  prober.SetHealthy();
  EXPECT_TRUE(prober.IsReady());
  EXPECT_TRUE(prober.IsHealthy());
  EXPECT_NE(registry.Expose(ExpositionFormat::kText)
                .find("thanos_status{check=\"ready\",component=\"store\"} 1\n"),
            std::string::npos);
  prober.SetNotReady(OkStatus());
  prober.SetNotHealthy(CancelledError("shutdown"));
  EXPECT_FALSE(prober.IsReady());
  EXPECT_EQ(seen, (std::vector<bool>{false, true, false}));
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_NE(lines[0].find("status=not-ready reason=starting"), std::string::npos);
}

}  // namespace
}  // namespace aion::telemetry
