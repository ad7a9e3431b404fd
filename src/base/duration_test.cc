#include "base/duration.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/clock.h"

namespace aion {
namespace {

TEST(Duration, ModelDurationsRoundTrip) {
  const std::pair<std::string_view, DurationMs> cases[] = {
      {"0s", 0},
      {"324ms", 324},
      {"3s", 3000},
      {"5m", 300'000},
      {"1h", 3'600'000},
      {"4d", 345'600'000},
      {"4d1h", 349'200'000},
      {"2w", 1'209'600'000},
      {"3y", 94'608'000'000},
      {"1h30m", 5'400'000},
      {"1m10s1ms", 70'001},
  };
  for (const auto& [text, value] : cases) {
    const auto parsed = ParseModelDuration(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, value) << text;
    EXPECT_EQ(FormatModelDuration(value), text);
  }
  EXPECT_EQ(*ParseModelDuration("0"), 0);
  EXPECT_EQ(*ParseModelDuration("5y2w4d"), 5 * 31'536'000'000 + 2 * 604'800'000 + 4 * 86'400'000LL);
  EXPECT_EQ(FormatModelDuration(90 * 86'400'000LL), "90d");
  EXPECT_EQ(FormatModelDuration(-60'000), "-1m");
  EXPECT_FALSE(FormatModelDuration(std::numeric_limits<int64_t>::min()).empty());
}

TEST(Duration, ModelDurationErrorsAreUpstreams) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "empty duration string"},
      {"1", "not a valid duration string: \"1\""},
      {"-1m", "not a valid duration string: \"-1m\""},
      {"1m1h", "not a valid duration string: \"1m1h\""},
      {"1m1m", "not a valid duration string: \"1m1m\""},
      {"1.5d", "unknown unit \".\" in duration \"1.5d\""},
      {"d", "not a valid duration string: \"d\""},
      {"1x", "unknown unit \"x\" in duration \"1x\""},
      {"294y", "duration out of range"},
      {"200y10400w", "duration out of range"},
      {"99999999999999999999999s", "not a valid duration string: \"99999999999999999999999s\""},
  };
  for (const auto& [text, message] : cases) {
    const auto parsed = ParseModelDuration(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().message(), message);
  }
}

TEST(Duration, GoDurationsParse) {
  const std::pair<std::string_view, DurationNs> cases[] = {
      {"0", 0},
      {"-0", 0},
      {"1.5h", 5'400'000'000'000},
      {"-1h", -3'600'000'000'000},
      {"+5s", 5'000'000'000},
      {".5s", 500'000'000},
      {"1h1h", 7'200'000'000'000},
      {"2540400h10m10s", 9'145'440'610'000'000'000},
      {"1\u00b5s", 1000},
      {"1\u03bcs", 1000},
      {"3us", 3000},
      {"-9223372036854775808ns", std::numeric_limits<int64_t>::min()},
      {"0.100000000000000000000h", 360'000'000'000},
      {"9007199254.740993ms", 9'007'199'254'740'993},
  };
  for (const auto& [text, value] : cases) {
    const auto parsed = ParseGoDuration(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, value) << text;
  }
}

TEST(Duration, GoDurationErrorsAreGos) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "time: invalid duration \"\""},
      {"1", "time: missing unit in duration \"1\""},
      {"+", "time: invalid duration \"+\""},
      {".s", "time: invalid duration \".s\""},
      {"1x", "time: unknown unit \"x\" in duration \"1x\""},
      {"1d", "time: unknown unit \"d\" in duration \"1d\""},
      {"1ms1", "time: missing unit in duration \"1ms1\""},
      {"3000000h", "time: invalid duration \"3000000h\""},
      {"9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""},
      {"\u00e9\"", "time: invalid duration \"\\xc3\\xa9\\\"\""},
  };
  for (const auto& [text, message] : cases) {
    const auto parsed = ParseGoDuration(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().message(), message);
  }
}

TEST(Duration, GoDurationsPrint) {
  const std::pair<DurationNs, std::string_view> cases[] = {
      {0, "0s"},
      {1, "1ns"},
      {1100, "1.1\u00b5s"},
      {2'200'000, "2.2ms"},
      {3'300'000'000, "3.3s"},
      {245'000'000'000, "4m5s"},
      {245'001'000'000, "4m5.001s"},
      {18'367'001'000'000, "5h6m7.001s"},
      {3'600'000'000'000, "1h0m0s"},
      {-1'500'000'000, "-1.5s"},
      {480'000'000'001, "8m0.000000001s"},
      {std::numeric_limits<int64_t>::max(), "2562047h47m16.854775807s"},
      {std::numeric_limits<int64_t>::min(), "-2562047h47m16.854775808s"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(FormatGoDuration(value), text);
}

TEST(Duration, ByteSizesAreBase2) {
  const std::pair<std::string_view, uint64_t> cases[] = {
      {"0", 0},
      {"0B", 0},
      {"250MB", 250ull << 20},
      {"250MiB", 250ull << 20},
      {"1KB", 1024},
      {"1.5GiB", 3ull << 29},
      {"2TB", 2ull << 40},
      {"1PiB", 1ull << 50},
      {"7EB", 7ull << 60},
      {"1GB1MB", (1ull << 30) + (1ull << 20)},
      {"+5B", 5},
  };
  for (const auto& [text, value] : cases) {
    const auto parsed = ParseByteSize(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, value) << text;
  }
  const std::pair<std::string_view, std::string_view> errors[] = {
      {"", "units: invalid "},
      {"MB", "units: invalid MB"},
      {".B", "units: invalid .B"},
      {"5", "units: unknown unit  in 5"},
      {"5kB", "units: unknown unit kB in 5kB"},
      {"5M", "units: unknown unit M in 5M"},
      {"99999999999999999999B", "units: invalid 99999999999999999999B"},
  };
  for (const auto& [text, message] : errors) {
    const auto parsed = ParseByteSize(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().message(), message);
  }
  for (std::string_view text : {"8EB", "-1MB", "100000EiB"})
    EXPECT_FALSE(ParseByteSize(text).ok()) << text;
}

TEST(Clock, Rfc3339RoundTrips) {
  const std::pair<std::string_view, TimestampMs> cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2026-01-01T00:00:00Z", 1'767'225'600'000},
      {"2026-01-01T00:00:00.5Z", 1'767'225'600'500},
      {"1969-12-31T23:59:59.999Z", -1},
      {"0000-01-01T00:00:00Z", -62'167'219'200'000},
      {"9999-12-31T23:59:59Z", 253'402'300'799'000},
  };
  for (const auto& [text, time] : cases) {
    EXPECT_EQ(FormatRfc3339(time), text);
    const auto parsed = ParseRfc3339(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, time);
  }
  EXPECT_EQ(*ParseRfc3339("2026-01-01t02:30:00.123456789+02:30"), 1'767'225'600'123);
  EXPECT_EQ(*ParseRfc3339("2025-12-31T22:00:00-02:00"), 1'767'225'600'000);
  // Times no calendar prints still give a text.
  EXPECT_FALSE(FormatRfc3339(kTimestampMax).empty());
  EXPECT_FALSE(FormatRfc3339(kTimestampMin).empty());
}

TEST(Clock, Rfc3339RefusesEverythingElse) {
  for (std::string_view text :
       {"", "now", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.",
        "2026-01-01T00:00:00.5", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00ZZ", "20x6-01-01T00:00:00Z"}) {
    EXPECT_EQ(ParseRfc3339(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace aion
