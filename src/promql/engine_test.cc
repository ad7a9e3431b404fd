// The engine as a whole: answers that do not depend on threads or batches, limits, cancellation,
// error texts. What queries mean is the scripts' business.

#include "promql/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <thread>

#include "runtime/thread_pool.h"
#include "testing/memory_queryable.h"

namespace aion::promql {
namespace {

using testing::MemoryQueryable;

/// Series of 5 jobs with 10-second samples over 30 minutes, values without a pattern.
void Fill(MemoryQueryable* source, size_t series_count) {
  for (size_t i = 0; i < series_count; ++i) {
    const model::Labels labels{{"__name__", "m_total"},
                               {"instance", std::to_string(1000 + i)},
                               {"job", std::to_string(i % 5)}};
    double value = 0;
    for (TimestampMs t = 0; t <= 1'800'000; t += 10'000) {
      value +=
          static_cast<double>((static_cast<uint64_t>(t) * 2654435761u + i * 40503u) % 1013) / 7;
      if ((t / 10'000 + static_cast<TimestampMs>(i)) % 61 == 0) value = 0.1;
      source->AppendFloat(labels, t, value);
    }
  }
}

EngineOptions Options(runtime::ThreadPool* pool = nullptr) {
  EngineOptions options;
  options.pool = pool;
  options.parser = ParserOptions::All();
  return options;
}

constexpr RangeTimes kTimes{0, 1'800'000, 60'000};

bool SameMatrix(const model::QueryValue& a, const model::QueryValue& b) {
  const auto &left = std::get<model::Matrix>(a), &right = std::get<model::Matrix>(b);
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (!(left[i].labels == right[i].labels) || left[i].floats.size() != right[i].floats.size())
      return false;
    for (size_t j = 0; j < left[i].floats.size(); ++j) {
      if (left[i].floats[j].time != right[i].floats[j].time) return false;
      if (std::bit_cast<uint64_t>(left[i].floats[j].value) !=
          std::bit_cast<uint64_t>(right[i].floats[j].value)) {
        return false;
      }
    }
  }
  return true;
}

TEST(Engine, AnswersDoNotDependOnThreadsOrBatches) {
  const char* queries[] = {
      "sum by (job) (rate(m_total[5m]))",
      "avg by (job) (m_total)",
      "stddev by (job) (rate(m_total[2m]))",
      "sum(m_total * 1.1)",
      "quantile(0.3, m_total)",
      "topk(3, rate(m_total[3m]))",
      "m_total / on (job) group_left count by (job) (m_total)",
      "max_over_time(sum(rate(m_total[1m]))[5m:30s])",
  };
  MemoryQueryable small_batches(7), one_batch(100'000);
  Fill(&small_batches, 500);
  Fill(&one_batch, 500);
  const Engine reference(Options());
  for (const char* query : queries) {
    const StatusOr<QueryResult> expected = reference.Range(query, kTimes, {}, one_batch, {});
    ASSERT_TRUE(expected.ok()) << query << ": " << expected.status().ToString();
    for (size_t threads : {1u, 2u, 8u}) {
      runtime::ThreadPool pool(threads);
      const Engine engine(Options(&pool));
      for (MemoryQueryable* source : {&small_batches, &one_batch}) {
        const StatusOr<QueryResult> got = engine.Range(query, kTimes, {}, *source, {});
        ASSERT_TRUE(got.ok()) << query;
        EXPECT_TRUE(SameMatrix(expected->value, got->value))
            << query << " with " << threads << " threads";
        EXPECT_EQ(expected->stats.samples_total, got->stats.samples_total) << query;
      }
    }
  }
}

TEST(Engine, ServesQueriesAtOnceOnOnePool) {
  MemoryQueryable source(7);
  Fill(&source, 200);
  runtime::ThreadPool pool(2);
  const Engine engine(Options(&pool));
  const char* query =
      "sum by (job) (rate(m_total[5m])) + on (job) avg by (job) (max_over_time(m_total[2m:30s]))";
  const StatusOr<QueryResult> expected = Engine(Options()).Range(query, kTimes, {}, source, {});
  ASSERT_TRUE(expected.ok());
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        const StatusOr<QueryResult> got = engine.Range(query, kTimes, {}, source, {});
        if (got.ok() && SameMatrix(expected->value, got->value)) ++right;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 18);
}

TEST(Engine, GivesBackAllMemoryItCharged) {
  MemoryQueryable source;
  Fill(&source, 200);
  MemoryAccountant accountant(64 << 20);
  series::RequestContext context;
  context.accountant = &accountant;
  const Engine engine(Options());
  ASSERT_TRUE(
      engine.Range("sum by (job) (rate(m_total[5m])) or m_total", kTimes, {}, source, context)
          .ok());
  EXPECT_EQ(accountant.used_bytes(), 0u);
  EXPECT_GT(accountant.peak_bytes(), 200u * 31 * sizeof(double));
}

TEST(Engine, RefusesWhatPassesTheMemoryBudget) {
  MemoryQueryable source;
  Fill(&source, 200);
  for (const char* query :
       {"m_total", "sum by (instance) (m_total)", "rate(m_total[5m]) * 2", "abs(m_total)",
        "m_total + m_total", "sum_over_time(m_total[30m:1s])"}) {
    MemoryAccountant accountant(20'000);
    series::RequestContext context;
    context.accountant = &accountant;
    const StatusOr<QueryResult> result =
        Engine(Options()).Range(query, kTimes, {}, source, context);
    ASSERT_FALSE(result.ok()) << query;
    EXPECT_EQ(result.status().code(), StatusCode::kResourceExhausted) << result.status().ToString();
    EXPECT_EQ(KindOf(result.status()), ErrorKind::kExecution);
    EXPECT_EQ(accountant.used_bytes(), 0u) << query;
    EXPECT_NE(std::string(result.status().message()).find("memory budget of the query exceeded"),
              std::string::npos);
  }
  MemoryAccountant accountant(20'000);
  series::RequestContext context;
  context.accountant = &accountant;
  const StatusOr<QueryResult> result = Engine(Options()).Range(
      "sum by (instance) (rate(m_total{job!=\"x\"}[1m]))", kTimes, {}, source, context);
  EXPECT_TRUE(result.status().message().starts_with(
      "m_total{job!=\"x\"}: memory budget of the query exceeded: "
      "groups of an aggregation needs "))
      << result.status().message();
}

TEST(Engine, LimitsSamplesWithUpstreamsText) {
  MemoryQueryable source;
  Fill(&source, 20);
  EngineOptions options = Options();
  options.max_samples = 300;
  for (const char* query :
       {"m_total", "m_total + m_total", "sum_over_time(m_total[1y:1ms])", "vector(1)[1y:1ms]"}) {
    const StatusOr<QueryResult> result = query[0] == 'v'
                                             ? Engine(options).Instant(query, 0, {}, source, {})
                                             : Engine(options).Range(query, kTimes, {}, source, {});
    ASSERT_FALSE(result.ok()) << query;
    EXPECT_EQ(result.status().message(),
              "query processing would load too many samples into memory in query execution")
        << query;
  }
}

TEST(Engine, RefusesTooManySteps) {
  MemoryQueryable source;
  EngineOptions options = Options();
  options.max_samples = 0;
  const Engine engine(options);
  const StatusOr<QueryResult> result =
      engine.Range("time()", {0, kTimestampMax / 2, 1}, {}, source, {});
  EXPECT_EQ(result.status().code(), StatusCode::kResourceExhausted) << result.status().ToString();
  EXPECT_EQ(
      engine.Range("time()", {kTimestampMin, kTimestampMax, 1}, {}, source, {}).status().code(),
      StatusCode::kInvalidArgument);
  EXPECT_FALSE(engine.Range("time()", {0, 1, 0}, {}, source, {}).ok());
}

TEST(Engine, StopsWhenCancelled) {
  MemoryQueryable source;
  Fill(&source, 50);
  CancelSource cancel;
  cancel.Cancel();
  series::RequestContext context;
  context.cancel = cancel.Token();
  const StatusOr<QueryResult> result = Engine(Options()).Instant("m_total", 0, {}, source, context);
  EXPECT_EQ(result.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(result.status().message(), "query was canceled in query execution");
}

TEST(Engine, TimesOutInTheMiddle) {
  MemoryQueryable source;
  Fill(&source, 50);
  EngineOptions options = Options();
  options.timeout_ms = 30;
  options.max_samples = 0;
  // Hours of work: quantiles of long windows at very many steps.
  const StatusOr<QueryResult> result = Engine(options).Range(
      "quantile_over_time(0.5, (m_total[30m:1s])) + quantile_over_time(0.5, m_total[30m:10ms])",
      {0, 1'800'000, 100}, {}, source, {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(KindOf(result.status()), ErrorKind::kTimeout);
  EXPECT_EQ(result.status().message(), "query timed out in expression evaluation");
}

TEST(Engine, SaysWhatIsWrong) {
  MemoryQueryable source;
  Fill(&source, 6);
  struct Case {
    const char* query;
    ErrorKind kind;
    const char* text;
  };
  const Case cases[] = {
      {"m_total + on (job) m_total", ErrorKind::kExecution,
       "found duplicate series for the match group {job=\"0\"} on "
       "the right hand-side of the operation: "},
      {"m_total + ignoring (instance) group_left sum by (job) (m_total) + on (job) m_total",
       ErrorKind::kExecution, "found duplicate series"},
      {"sum by (job) (m_total) + on () vector(1)", ErrorKind::kExecution,
       "multiple matches for labels: many-to-one matching must be explicit "
       "(group_left/group_right)"},
      {"label_replace(m_total, \"instance\", \"x\", \"\", \"\")", ErrorKind::kExecution,
       "vector cannot contain metrics with the same labelset"},
      {"label_replace(m_total, \"a\", \"x\", \"job\", \"(\")", ErrorKind::kExecution,
       "invalid regular expression in label_replace(): ("},
      {"topk(NaN, m_total) or topk(scalar(m_total), m_total)", ErrorKind::kExecution, ""},
      {"m_total[5m", ErrorKind::kBadData, "parse error"},
  };
  for (const Case& c : cases) {
    const StatusOr<QueryResult> result = Engine(Options()).Instant(c.query, 60'000, {}, source, {});
    if (*c.text == '\0') continue;
    ASSERT_FALSE(result.ok()) << c.query;
    EXPECT_EQ(KindOf(result.status()), c.kind) << c.query;
    EXPECT_NE(std::string(result.status().message()).find(c.text), std::string::npos)
        << result.status().ToString();
  }
}

TEST(Engine, PassesErrorsOfTheSourceOn) {
  struct Failing : series::Queryable {
    StatusOr<std::unique_ptr<series::SeriesSet>> Select(const series::SelectRequest&,
                                                        const series::RequestContext&) override {
      return UnavailableError("store is away");
    }
  } source;
  const StatusOr<QueryResult> result = Engine(Options()).Instant("sum(x)", 0, {}, source, {});
  EXPECT_EQ(result.status().ToString(), "Unavailable: expanding series: store is away");
  EXPECT_EQ(KindOf(result.status()), ErrorKind::kInternal);
}

TEST(Engine, SurvivesHostileQueries) {
  MemoryQueryable source;
  Fill(&source, 3);
  EngineOptions options = Options();
  options.timeout_ms = 2'000;
  const Engine engine(options);
  std::string deep(1'500, '-');
  std::string nested;
  for (int i = 0; i < 300; ++i) nested += "abs(";
  nested += "m_total" + std::string(300, ')');
  std::string chain = "m_total";
  for (int i = 0; i < 900; ++i) chain += " + m_total";
  const std::string queries[] = {
      chain,
      deep + "m_total",
      nested,
      "m_total @ 9e15",
      "m_total offset -290y",
      "rate(m_total[290y] offset 290y)",
      "rate(m_total[1ms])",
      "m_total[290y:1ms]",
      "sum_over_time(m_total[290y:290y])",
      "topk(1e18, m_total)",
      "limit_ratio(-0.5, m_total)",
      "count_values(\"v\", m_total)",
      "quantile_over_time(NaN, m_total[5m])",
      "clamp(m_total, NaN, -NaN)",
      "round(m_total, 0)",
      "m_total % 0 / 0 ^ -1",
      "predict_linear(m_total[5m] @ 100, Inf)",
      "histogram_quantile(NaN, m_total)",
      "year(m_total * 1e300)",
      "info(m_total, {__name__=~\".*\"})",
  };
  for (const std::string& query : queries) {
    (void)engine.Instant(query, 1'000'000, {}, source, {});
    (void)engine.Range(query, {0, 600'000, 7'001}, {}, source, {});
    (void)engine.Instant(query, kTimestampMax / 4, {}, source, {});
  }
}

struct RecordingSource : MemoryQueryable {
  StatusOr<std::unique_ptr<series::SeriesSet>> Select(
      const series::SelectRequest& request, const series::RequestContext& context) override {
    requests.push_back(request);
    return MemoryQueryable::Select(request, context);
  }
  std::vector<series::SelectRequest> requests;
};

TEST(Engine, TellsSourcesWhatItIsAfter) {
  RecordingSource source;
  ASSERT_TRUE(
      Engine(Options())
          .Range("sum by (job) (rate(m_total[5m]))", {600'000, 900'000, 60'000}, {}, source, {})
          .ok());
  ASSERT_EQ(source.requests.size(), 1u);
  EXPECT_EQ(source.requests[0].hints.function, "rate");
  EXPECT_EQ(source.requests[0].hints.range_ms, 300'000);
  EXPECT_EQ(source.requests[0].range.min, 300'001);
  EXPECT_EQ(source.requests[0].range.max, 900'000);
}

TEST(Engine, SelectsEqualSelectorsOnce) {
  RecordingSource source;
  Fill(&source, 20);
  runtime::ThreadPool pool(2);
  const Engine engine(Options(&pool));
  const auto run = [&](const char* query) {
    source.requests.clear();
    StatusOr<QueryResult> result = engine.Range(query, kTimes, {}, source, {});
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    return std::move(result->value);
  };
  const model::QueryValue shared =
      run("rate(m_total[5m]) / rate(m_total[10m]) + rate(m_total[1m] offset 2m)");
  EXPECT_EQ(source.requests.size(), 1u);
  const model::QueryValue separate =
      run("rate(m_total[5m]) / rate(m_total{job!=\"\"}[10m]) + rate(m_total{job=~\".+\"}[1m] "
          "offset 2m)");
  EXPECT_EQ(source.requests.size(), 3u);
  EXPECT_TRUE(SameMatrix(shared, separate));
}

TEST(Engine, XFunctionsTakeTheSampleBeforeTheWindow) {
  MemoryQueryable source;
  for (TimestampMs t = 0; t <= 300'000; t += 30'000) {
    source.AppendFloat(model::Labels{{"__name__", "c_total"}}, 600'000 + t,
                       static_cast<double>(t) / 1000);
  }
  EngineOptions options;
  EXPECT_FALSE(Engine(options).Instant("xrate(c_total[1m])", 0, {}, source, {}).ok());
  options.thanos_x_functions = true;
  const Engine engine(options);
  const auto value = [&](const char* query, TimestampMs time) {
    const StatusOr<QueryResult> result = engine.Instant(query, time, {}, source, {});
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    const auto& vector = std::get<model::Vector>(result->value);
    return vector.size() == 1 ? vector[0].value : -1;
  };
  EXPECT_EQ(value("xrate(c_total[1m])", 720'000), 1);
  EXPECT_EQ(value("xincrease(c_total[1m])", 720'000), 60);
  EXPECT_EQ(value("xdelta(c_total[1m])", 720'000), 60);
  EXPECT_EQ(value("xincrease(c_total[1m])", 1'500'000),
            0);  // The last sample is the one before the window.
}

TEST(Engine, CountsSamplesPerStep) {
  MemoryQueryable source;
  Fill(&source, 2);
  EngineOptions options = Options();
  options.per_step_stats = true;
  const StatusOr<QueryResult> result = Engine(options).Range(
      "rate(m_total[1m])", {600'000, 720'000, 60'000}, {.per_step_stats = true}, source, {});
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->stats.samples_per_step.size(), 3u);
  for (const QueryStats::Step& step : result->stats.samples_per_step)
    EXPECT_EQ(step.samples, 2 * 6);
  EXPECT_EQ(result->stats.samples_total, 36);
  struct Case {
    const char* query;
    int64_t per_step;
  };
  for (const Case& c :
       {Case{"m_total", 2}, Case{"m_total @ 600", 2}, Case{"sum_over_time(m_total[1m:20s])", 2 * 3},
        Case{"rate(m_total[1m] @ 600) + m_total", 2 * 6 + 2}}) {
    const StatusOr<QueryResult> counted = Engine(options).Range(
        c.query, {600'000, 720'000, 60'000}, {.per_step_stats = true}, source, {});
    ASSERT_TRUE(counted.ok());
    for (const QueryStats::Step& step : counted->stats.samples_per_step)
      EXPECT_EQ(step.samples, c.per_step) << c.query;
    EXPECT_EQ(counted->stats.samples_total, 3 * c.per_step) << c.query;
  }
}

}  // namespace
}  // namespace aion::promql
