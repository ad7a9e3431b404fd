// Any text is answered or refused, as an instant and as a range query, within the limits given: no
// crash, no hang.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "promql/engine.h"
#include "testing/memory_queryable.h"

namespace {

namespace model = aion::model;
namespace promql = aion::promql;
namespace series = aion::series;
using aion::MemoryAccountant;
using aion::TimestampMs;

model::FloatHistogram NativeHistogram(double scale, bool custom) {
  model::FloatHistogram histogram;
  histogram.schema = custom ? model::kCustomBucketsSchema : 1;
  if (custom) histogram.custom_values = {1, 2, 5};
  histogram.positive_spans = {{0, 3}};
  histogram.positive_buckets = {scale, 2 * scale, scale};
  histogram.count = 4 * scale;
  histogram.sum = 7 * scale;
  return histogram;
}

void Fill(aion::testing::MemoryQueryable* source) {
  for (TimestampMs t = 0; t <= 600'000; t += 15'000) {
    const auto value = static_cast<double>(t / 15'000 % 17);
    source->AppendFloat(model::Labels{{"__name__", "a_total"}, {"job", "x"}, {"i", "0"}}, t, value);
    source->AppendFloat(model::Labels{{"__name__", "a_total"}, {"job", "x"}, {"i", "1"}}, t,
                        value * 1e300);
    source->AppendFloat(model::Labels{{"__name__", "b"}, {"job", "x"}, {"le", "0.5"}}, t,
                        -value / 0.0);
    source->AppendFloat(model::Labels{{"__name__", "b"}, {"job", "x"}, {"le", "+Inf"}}, t, value);
    source->AppendFloat(model::Labels{{"__name__", "target_info"}, {"job", "x"}, {"v", "1"}}, t, 1);
    source->AppendHistogram(model::Labels{{"__name__", "h"}, {"job", "x"}}, t,
                            NativeHistogram(value, false));
    source->AppendHistogram(model::Labels{{"__name__", "h"}, {"job", "y"}}, t,
                            NativeHistogram(value, true));
  }
}

const promql::Engine& FuzzEngine() {
  static const promql::Engine engine([] {
    promql::EngineOptions options;
    options.parser = promql::ParserOptions::All();
    options.thanos_x_functions = true;
    options.max_samples = 20'000;
    options.timeout_ms = 500;
    return options;
  }());
  return engine;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static aion::testing::MemoryQueryable* const source = [] {
    auto* filled = new aion::testing::MemoryQueryable();  // Lives as long as the process.
    Fill(filled);
    return filled;
  }();
  const std::string_view query(reinterpret_cast<const char*>(data), size);
  MemoryAccountant accountant(16 << 20);
  series::RequestContext context;
  context.accountant = &accountant;
  (void)FuzzEngine().Instant(query, 300'000, {}, *source, context);
  (void)FuzzEngine().Range(query, {60'000, 400'000, 37'000}, {}, *source, context);
  CHECK(accountant.used_bytes() == 0);
  return 0;
}
