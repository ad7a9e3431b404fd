// What a Series call costs, in CPU time of the whole process. Runs tiny in the test job;
// AION_BENCH=1 makes it the size of a dashboard query over a day: 4,816 series in 12 blocks of 2
// hours at 15 s; AION_BENCH=cold goes without the index cache.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>

#include "base/random.h"
#include "store/bucket/store_fixture.h"
#include "testing/block_builder.h"

namespace aion::store {
namespace {

double CpuMs() {
  rusage usage;
  ::getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

struct Size {
  size_t series = 50;
  size_t blocks = 3;
  size_t samples = 480;
};

void BuildBlocks(const std::string& directory, const Size& size) {
  constexpr int64_t kStepMs = 15000;
  for (size_t b = 0; b < size.blocks; ++b) {
    testing::BlockSpec spec;
    spec.seed = b + 1;
    spec.external_labels = {{"cluster", "eu1"}, {"replica", "a"}};
    const auto start = static_cast<TimestampMs>(b * size.samples) * kStepMs;
    Random random(b);
    for (size_t i = 0; i < size.series; ++i) {
      auto series =
          testing::CounterSeries({{"__name__", "container_cpu_usage_seconds_total"},
                                  {"container", "app"},
                                  {"cpu", "total"},
                                  {"endpoint", "https-metrics"},
                                  {"id", "/kubepods/burstable/pod" + std::to_string(100000 + i)},
                                  {"instance", "10.0.0." + std::to_string(i % 200) + ":10250"},
                                  {"job", "kubelet"},
                                  {"namespace", "namespace-" + std::to_string(i % 40)},
                                  {"pod", "application-" + std::to_string(100000 + i)}},
                                 start, kStepMs, size.samples);
      double value = 0;
      for (double& v : series.values) v = value += static_cast<double>(random.Below(1000)) / 64;
      spec.series.push_back(std::move(series));
    }
    spec.min_time = start;
    spec.max_time = start + static_cast<TimestampMs>(size.samples) * kStepMs;
    const auto meta = testing::BuildBlock(Env::Posix(), directory, spec);
    ASSERT_TRUE(meta.ok()) << meta.status().ToString();
  }
}

void RunSeries(const std::string& name, BucketStore& store, const Size& size, bool shown) {
  SeriesRequest request;
  request.range = {0, kTimestampMax};
  request.matchers = {
      Match(model::MatchType::kEqual, "__name__", "container_cpu_usage_seconds_total")};
  const double cpu_before = CpuMs();
  const auto start = std::chrono::steady_clock::now();
  size_t series = 0, chunks = 0, bytes = 0, frames = 0;
  {
    auto stream = store.Series(request, {});
    ASSERT_TRUE(stream.ok());
    SeriesFrame frame;
    while (true) {
      const auto more = (*stream)->Next(&frame);
      ASSERT_TRUE(more.ok()) << more.status().ToString();
      if (!*more) break;
      ++frames;
      series += frame.series.size();
      chunks += frame.chunks.size();
      for (const auto& chunk : frame.chunks) bytes += chunk.data.size();
    }
  }
  const double wall =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  EXPECT_EQ(series, size.series);
  EXPECT_EQ(chunks, size.series * size.blocks * ((size.samples + 119) / 120));
  if (shown) {
    std::printf("%s: %zu series, %zu chunks, %.1f MB in %zu frames: %.1f ms CPU, %.1f ms wall\n",
                name.c_str(), series, chunks, static_cast<double>(bytes) / 1e6, frames,
                CpuMs() - cpu_before, wall);
  }
}

TEST(SeriesBench, DayOfADashboard) {
  const char* bench = std::getenv("AION_BENCH");
  const bool full = bench != nullptr;
  const Size size = full ? Size{.series = 4816, .blocks = 12} : Size{};
  const TestDirectory directory("bench");
  BuildBlocks(directory.path(), size);
  const auto bucket = *objstore::MakeFilesystemBucket({.directory = directory.path()});
  const TestDirectory data("bench-data");
  BucketStoreOptions options;
  options.data_directory = data.path();
  if (full && bench == std::string_view("cold")) options.index_cache.bytes_max = 0;
  TestStore test(*bucket, options);
  ASSERT_TRUE(test.store->InitialSync({}).ok());
  RunSeries("cold", *test.store, size, full);
  for (int i = 0; i < (full ? 20 : 2); ++i) RunSeries("again", *test.store, size, full);
}

}  // namespace
}  // namespace aion::store
