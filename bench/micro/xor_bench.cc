// Decoding and encoding of XOR chunks, in nanoseconds a sample, over the laws real series follow.
// Chunks are of 120 samples, as a head cuts them, and there are enough of them that neither
// branches nor caches know them by heart.

#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "chunk/xor.h"

namespace aion::chunk {
namespace {

constexpr size_t kChunkSamples = 120;
constexpr size_t kChunks = 2000;

enum Law { kConstant, kCounter, kRandom, kGauge, kCounterWithJitter };

std::vector<std::string> MakeChunks(Law law) {
  std::vector<std::string> chunks;
  for (size_t c = 0; c < kChunks; ++c) {
    Random random(c + 1);
    XorAppender appender;
    int64_t time = 1767225600000;
    double value = law == kConstant ? 1 : std::floor(random.Unit() * 1e6);
    for (size_t i = 0; i < kChunkSamples; ++i) {
      time += 15000;
      const int64_t late = law == kCounterWithJitter ? static_cast<int64_t>(random.Below(5)) : 0;
      switch (law) {
        case kConstant:
          break;
        case kCounter:
        case kCounterWithJitter:
          value += std::floor(random.Unit() * 60);
          break;
        case kRandom:
          value = random.Unit();
          break;
        case kGauge:
          value = 200 + std::floor(50 * std::sin(static_cast<double>(i) / 40) + random.Unit() * 10);
          break;
      }
      appender.Append(time + late, value);
    }
    chunks.push_back(appender.Take());
  }
  return chunks;
}

void SetTimePerSample(benchmark::State& state) {
  const auto samples = static_cast<double>(state.iterations() * kChunks * kChunkSamples);
  state.counters["time/sample"] =
      benchmark::Counter(samples, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void BM_DecodeXor(benchmark::State& state) {
  const std::vector<std::string> chunks = MakeChunks(static_cast<Law>(state.range(0)));
  size_t bytes = 0;
  for (const std::string& chunk : chunks) bytes += chunk.size();
  TimestampMs times[kChunkSamples];
  double values[kChunkSamples];
  for (auto _ : state) {
    for (const std::string& chunk : chunks) {
      benchmark::DoNotOptimize(DecodeXor(chunk, XorCount(chunk), times, values).ok());
      benchmark::ClobberMemory();
    }
  }
  SetTimePerSample(state);
  state.counters["bytes/sample"] = static_cast<double>(bytes) / (kChunks * kChunkSamples);
}
BENCHMARK(BM_DecodeXor)->ArgName("law")->DenseRange(kConstant, kCounterWithJitter)->MinTime(0.5);

void BM_EncodeXor(benchmark::State& state) {
  const std::vector<std::string> chunks = MakeChunks(static_cast<Law>(state.range(0)));
  std::vector<TimestampMs> times(kChunks * kChunkSamples);
  std::vector<double> values(kChunks * kChunkSamples);
  for (size_t c = 0; c < kChunks; ++c) {
    const size_t at = c * kChunkSamples;
    if (!DecodeXor(chunks[c], kChunkSamples, &times[at], &values[at]).ok())
      state.SkipWithError("chunk does not decode");
  }
  for (auto _ : state) {
    for (size_t c = 0; c < kChunks; ++c) {
      XorAppender appender;
      for (size_t i = 0; i < kChunkSamples; ++i)
        appender.Append(times[c * kChunkSamples + i], values[c * kChunkSamples + i]);
      benchmark::DoNotOptimize(appender.bytes().data());
    }
  }
  SetTimePerSample(state);
}
BENCHMARK(BM_EncodeXor)->ArgName("law")->DenseRange(kConstant, kCounterWithJitter)->MinTime(0.5);

}  // namespace
}  // namespace aion::chunk

BENCHMARK_MAIN();
