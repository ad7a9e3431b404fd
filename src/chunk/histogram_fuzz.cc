// Histogram payloads; the first byte chooses the encoding. What decodes as integers encodes again
// to what it was.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "chunk/histogram.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;
  using namespace aion::chunk;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  constexpr Encoding kEncodings[] = {Encoding::kHistogram, Encoding::kFloatHistogram,
                                     Encoding::kHistogramSt, Encoding::kFloatHistogramSt};
  const Encoding encoding = kEncodings[data[0] % 4];
  const std::string_view payload = bytes.substr(1);
  std::vector<TimestampMs> times, starts;
  std::vector<model::FloatHistogram> histograms;
  const bool decoded = DecodeHistograms(encoding, payload, &times, &histograms, &starts).ok();
  CHECK(times.size() == histograms.size() && times.size() == starts.size());
  CHECK(decoded || times.empty());
  if (encoding != Encoding::kHistogram) return 0;
  times.clear();
  std::vector<model::Histogram> integers;
  if (!DecodeIntegerHistograms(encoding, payload, &times, &integers, nullptr).ok()) return 0;
  HistogramAppender appender(HistogramResetHeader(encoding, payload));
  size_t appended = 0;
  while (appended < integers.size() && appender.SameLayout(integers[appended])) {
    appender.Append(times[appended], integers[appended]);
    ++appended;
  }
  std::vector<TimestampMs> times_again;
  std::vector<model::Histogram> again;
  CHECK(DecodeIntegerHistograms(encoding, appender.bytes(), &times_again, &again, nullptr).ok());
  CHECK(again.size() == appended);
  for (size_t i = 0; i < appended; ++i) {
    CHECK(again[i].positive_buckets == integers[i].positive_buckets &&
          again[i].count == integers[i].count);
  }
  return 0;
}
