// Aggregate payloads: split, decoded, and joined again.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "chunk/aggregate.h"
#include "chunk/histogram.h"
#include "chunk/xor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;
  using namespace aion::chunk;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const StatusOr<AggregateSlots> slots = SplitAggregate(bytes);
  (void)SampleCount(Encoding::kAggregate, bytes);
  if (!slots.ok()) return 0;
  for (const AggregatePart& part : *slots) {
    std::vector<TimestampMs> times;
    std::vector<model::FloatHistogram> histograms;
    if (IsHistogramEncoding(part.encoding))
      (void)DecodeHistograms(part.encoding, part.data, &times, &histograms, nullptr);
    if (part.encoding != Encoding::kXor) continue;
    times.resize(XorCount(part.data));
    std::vector<double> values(times.size());
    (void)DecodeXor(part.data, times.size(), times.data(), values.data());
  }
  std::string joined;
  AppendAggregate(*slots, &joined);
  const StatusOr<AggregateSlots> again = SplitAggregate(joined);
  CHECK(again.ok());
  for (size_t i = 0; i < slots->size(); ++i) CHECK((*again)[i].data == (*slots)[i].data);
  return 0;
}
