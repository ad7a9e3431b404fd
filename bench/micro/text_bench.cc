// What the JSON writer spends its time on: sample values and label strings, as bytes of text a
// second.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"

namespace aion {
namespace {

enum Kind : int64_t { kCounts, kThousandths, kAnyDigits };

std::vector<double> Values(int64_t kind) {
  Random random(1);
  std::vector<double> values(100'000);
  for (double& value : values) {
    switch (kind) {
      case kCounts:
        value = static_cast<double>(random.Below(10'000'000));
        break;
      case kThousandths:
        value = static_cast<double>(random.Below(1'000'000)) / 1000;
        break;
      default:
        value = random.Unit() * 100;
    }
  }
  return values;
}

/// The values alone, without the brackets and times around them.
void BM_AppendGoFloat(benchmark::State& state) {
  const std::vector<double> values = Values(state.range(0));
  std::string out;
  size_t bytes = 0;
  for (auto _ : state) {
    out.clear();
    for (double value : values) AppendGoFloat(&out, value);
    bytes += out.size();
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(values.size()));
}
BENCHMARK(BM_AppendGoFloat)->Arg(kCounts)->Arg(kThousandths)->Arg(kAnyDigits);

void BM_AppendJsonString(benchmark::State& state) {
  const std::string text = "namespace/monitoring-system-prometheus-0:9090";
  std::string out;
  size_t bytes = 0;
  for (auto _ : state) {
    out.clear();
    for (int i = 0; i < 1000; ++i) AppendJsonString(&out, text);
    bytes += out.size();
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(BM_AppendJsonString);

}  // namespace
}  // namespace aion

BENCHMARK_MAIN();
