// The engine above decoding: queries over series whose samples are there already, so that a decode
// is a copy.
//
// Shape of the main case: 4,816 series in 24 jobs, 5,760 samples each (a day at 15 s), 1,430 steps
// of 60 s, as a range query over that day would have. Figures: time per sample that a query reads,
// and an empty pass (copies only) to take off.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "promql/engine.h"
#include "runtime/thread_pool.h"
#include "series/queryable.h"

namespace aion {
namespace {

constexpr TimestampMs kStart = 1'700'000'000'000;
constexpr DurationMs kScrape = 15'000;
constexpr size_t kSamples = 5'760;

/// Samples of a few distinct series, shown as many: the engine sees fresh columns each time.
class PreparedSource : public series::Queryable {
 public:
  PreparedSource(size_t series_count, bool jitter) : labels_(series_count) {
    for (size_t i = 0; i < series_count; ++i) {
      labels_[i] = model::Labels{{"__name__", "http_requests_total"},
                                 {"instance", "host-" + std::to_string(100000 + i)},
                                 {"job", "job-" + std::to_string(i % 24)}};
    }
    std::sort(labels_.begin(), labels_.end());
    for (size_t s = 0; s < columns_.size(); ++s) {
      double value = static_cast<double>(s);
      for (size_t i = 0; i < kSamples; ++i) {
        const auto late = static_cast<TimestampMs>(jitter ? (i * 2654435761u + s) % 211 : 0);
        columns_[s].times.push_back(kStart + static_cast<TimestampMs>(i) * kScrape + late);
        value += static_cast<double>((i * 7 + s * 13) % 29) * 0.5;
        columns_[s].values.push_back(value);
      }
    }
  }

  class Batch : public series::SeriesBatch {
   public:
    Batch(const PreparedSource& source, size_t first, size_t count)
        : source_(source), first_(first), count_(count) {}
    size_t size() const override { return count_; }
    model::LabelsView labels(size_t index) const override {
      return source_.labels_[first_ + index];
    }
    Status Decode(size_t index, series::SampleColumns* out) const override {
      const series::SampleColumns& from =
          source_.columns_[(first_ + index) % source_.columns_.size()];
      out->times.assign(from.times.begin(), from.times.end());
      out->values.assign(from.values.begin(), from.values.end());
      return OkStatus();
    }

   private:
    const PreparedSource& source_;
    const size_t first_, count_;
  };

  class Set : public series::SeriesSet {
   public:
    explicit Set(const PreparedSource& source) : source_(source) {}
    StatusOr<std::shared_ptr<const series::SeriesBatch>> NextBatch() override {
      const size_t count = std::min<size_t>(140, source_.labels_.size() - next_);
      if (count == 0) return std::shared_ptr<const series::SeriesBatch>();
      auto batch = std::make_shared<const Batch>(source_, next_, count);
      next_ += count;
      return std::shared_ptr<const series::SeriesBatch>(std::move(batch));
    }
    const model::Warnings& warnings() const override { return warnings_; }

   private:
    const PreparedSource& source_;
    size_t next_ = 0;
    model::Warnings warnings_;
  };

  StatusOr<std::unique_ptr<series::SeriesSet>> Select(const series::SelectRequest&,
                                                      const series::RequestContext&) override {
    return std::unique_ptr<series::SeriesSet>(std::make_unique<Set>(*this));
  }

 private:
  std::vector<model::Labels> labels_;
  std::vector<series::SampleColumns> columns_ = std::vector<series::SampleColumns>(16);
};

void RunQuery(benchmark::State& state, const char* query, size_t series_count, bool jitter,
              size_t threads = 0) {
  PreparedSource source(series_count, jitter);
  runtime::ThreadPool pool(threads);
  promql::EngineOptions options;
  if (threads > 0) options.pool = &pool;
  const promql::Engine engine{options};
  const promql::RangeTimes times{kStart + 300'000, kStart + 300'000 + 1'429 * 60'000, 60'000};
  for (auto _ : state) {
    StatusOr<promql::QueryResult> result = engine.Range(query, times, {}, source, {});
    if (!result.ok()) state.SkipWithError(result.status().ToString().c_str());
    benchmark::DoNotOptimize(result);
  }
  state.counters["ns/sample"] = benchmark::Counter(
      static_cast<double>(series_count * kSamples) * 1e-9,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void BM_Copy(benchmark::State& state) {
  PreparedSource source(4'816, false);
  series::SampleColumns columns;
  for (auto _ : state) {
    PreparedSource::Batch batch(source, 0, 4'816);
    for (size_t i = 0; i < batch.size(); ++i) {
      columns.clear();
      benchmark::DoNotOptimize(batch.Decode(i, &columns));
    }
  }
  state.counters["ns/sample"] =
      benchmark::Counter(4'816.0 * kSamples * 1e-9, benchmark::Counter::kIsIterationInvariantRate |
                                                        benchmark::Counter::kInvert);
}

void BM_RateSum(benchmark::State& state) {
  RunQuery(state, "sum by (job) (rate(http_requests_total[5m]))", 4'816, false);
}
void BM_RateSumJitter(benchmark::State& state) {
  RunQuery(state, "sum by (job) (rate(http_requests_total[5m]))", 4'816, true);
}
void BM_RateSumTwoThreads(benchmark::State& state) {
  RunQuery(state, "sum by (job) (rate(http_requests_total[5m]))", 4'816, true, 2);
}
void BM_Rate(benchmark::State& state) {
  RunQuery(state, "rate(http_requests_total[5m])", 482, true);
}
void BM_SumOverTime(benchmark::State& state) {
  RunQuery(state, "sum by (job) (sum_over_time(http_requests_total[5m]))", 482, true);
}
void BM_AvgOverTime(benchmark::State& state) {
  RunQuery(state, "sum by (job) (avg_over_time(http_requests_total[1h]))", 482, true);
}
void BM_MaxOverTime(benchmark::State& state) {
  RunQuery(state, "max by (job) (max_over_time(http_requests_total[1h]))", 482, true);
}
void BM_Instant(benchmark::State& state) {
  RunQuery(state, "avg by (job) (http_requests_total)", 4'816, true);
}
void BM_Ratio(benchmark::State& state) {
  RunQuery(state, "rate(http_requests_total[5m]) / rate(http_requests_total[5m])", 482, true);
}

BENCHMARK(BM_Copy)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RateSum)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RateSumJitter)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RateSumTwoThreads)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(BM_Rate)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SumOverTime)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_AvgOverTime)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_MaxOverTime)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Instant)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Ratio)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aion

BENCHMARK_MAIN();
