#include "api/params.h"

#include <gtest/gtest.h>

#include "api/query_api.h"

namespace aion::api {
namespace {

TEST(Params, ReadsTimes) {
  EXPECT_EQ(*ParseTime("1767405617"), 1767405617000);
  EXPECT_EQ(*ParseTime("1767405617.1234"), 1767405617123);
  EXPECT_EQ(*ParseTime("-0.5"), -500);
  EXPECT_EQ(*ParseTime("2026-01-01T00:00:00Z"), 1767225600000);
  EXPECT_EQ(*ParseTime("2026-01-01T01:00:00.5+01:00"), 1767225600500);
  EXPECT_EQ(ParseTime("abc").status().message(), R"(cannot parse "abc" to a valid timestamp)");
  EXPECT_FALSE(ParseTime("NaN").ok());
  EXPECT_FALSE(ParseTime("1e300").ok());
  EXPECT_FALSE(ParseTime("").ok());
}

TEST(Params, ReadsDurations) {
  EXPECT_EQ(*ParseDuration("15"), 15000);
  EXPECT_EQ(*ParseDuration("0.25"), 250);
  EXPECT_EQ(*ParseDuration("1h30m"), 5400000);
  EXPECT_EQ(ParseDuration("xyz").status().message(), R"(cannot parse "xyz" to a valid duration)");
  EXPECT_NE(ParseDuration("1e30").status().message().find("overflows int64"), std::string::npos);
}

TEST(Params, NamesTheParameterThatIsWrong) {
  net::Params params;
  params.Add("time", "abc");
  params.Add("dedup", "maybe");
  params.Add("limit", "-1");
  EXPECT_EQ(TimeParam(params, "time", 0).status().message(),
            R"(Invalid time value for 'time': cannot parse "abc" to a valid timestamp)");
  EXPECT_EQ(BoolParam(params, "dedup", true).status().message(),
            R"('dedup' parameter: strconv.ParseBool: parsing "maybe": invalid syntax)");
  EXPECT_EQ(LimitParam(params).status().message(), "limit must be non-negative");
  EXPECT_EQ(*TimeParam(params, "end", 7), 7);
  EXPECT_EQ(*BoolParam(params, "other", true), true);
}

TEST(Lookback, RisesWithTheResolution) {
  EXPECT_EQ(LookbackFor(0, true, 0), 0);
  EXPECT_EQ(LookbackFor(0, true, 1), 300000);
  EXPECT_EQ(LookbackFor(0, true, 300000), 300000);
  EXPECT_EQ(LookbackFor(0, true, 300001), 3600000);
  EXPECT_EQ(LookbackFor(600000, true, 300001), 600000);
  EXPECT_EQ(LookbackFor(600000, true, 3600000), 3600000);
  EXPECT_EQ(LookbackFor(600000, false, 3600000), 600000);
}

}  // namespace
}  // namespace aion::api
