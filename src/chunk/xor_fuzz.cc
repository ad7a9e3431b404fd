// XOR and XOR2 payloads: what decodes encodes again to samples that are the same.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "chunk/xor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;
  using namespace aion::chunk;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t count = XorCount(bytes);
  std::vector<TimestampMs> times(count), starts(count);
  std::vector<double> values(count);
  (void)DecodeXor2(bytes, count, times.data(), values.data(), starts.data());
  if (!DecodeXor(bytes, count, times.data(), values.data()).ok()) return 0;
  CHECK(DecodeXor(bytes, count / 2, times.data(), values.data()).ok());
  XorAppender appender;
  for (size_t i = 0; i < count; ++i) appender.Append(times[i], values[i]);
  std::vector<TimestampMs> times_again(count);
  std::vector<double> values_again(count);
  CHECK(DecodeXor(appender.bytes(), count, times_again.data(), values_again.data()).ok());
  CHECK(times == times_again);
  return 0;
}
