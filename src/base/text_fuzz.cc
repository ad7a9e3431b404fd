// Any bytes through the readers of numbers, durations, times, quotes and names: each ends with a
// value or an error, and what one of our printers wrote reads back the same.
#include <bit>
#include <cmath>
#include <cstdint>

#include "base/check.h"
#include "base/clock.h"
#include "base/duration.h"
#include "base/text.h"
#include "base/ulid.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;  // NOLINT
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string quoted = QuoteGo(text);
  CHECK(IsValidUtf8(quoted));
  CHECK(*UnquoteGo(quoted) == text);
  std::string json;
  AppendJsonString(&json, text);
  CHECK(IsValidUtf8(json));
  (void)UnquoteGo(text);
  if (const auto value = ParseGoFloat(text); value.ok() && std::isfinite(*value)) {
    for (char format : {'f', 'e', 'g'}) {
      CHECK(std::bit_cast<uint64_t>(*ParseGoFloat(FormatGoFloat(*value, format))) ==
            std::bit_cast<uint64_t>(*value));
    }
  }
  if (const auto value = ParseModelDuration(text); value.ok()) {
    CHECK(*ParseModelDuration(FormatModelDuration(*value)) == *value);
  }
  if (const auto value = ParseGoDuration(text); value.ok()) {
    CHECK(*ParseGoDuration(FormatGoDuration(*value)) == *value);
  }
  if (const auto time = ParseRfc3339(text); time.ok()) {
    // An offset may carry the first and last day out of the years that print with four digits.
    const std::string printed = FormatRfc3339(*time);
    if (printed.find('-') == 4) CHECK(*ParseRfc3339(printed) == *time);
  }
  if (const auto ulid = Ulid::Parse(text); ulid.ok())
    CHECK(*Ulid::Parse(ulid->ToString()) == *ulid);
  (void)ParseByteSize(text);
  return 0;
}
