#include <gtest/gtest.h>

#include <bit>

#include "model/histogram_text.h"
#include "promql/parse/parser.h"

namespace aion::promql {
namespace {

/// The values as short texts: "_" for gaps.
std::string Values(std::string_view text) {
  const StatusOr<SeriesDescription> description = ParseSeriesDescription(text);
  if (!description.ok()) return std::string(description.status().message());
  std::string out;
  for (const SequenceValue& value : description->values) {
    if (!out.empty()) out += " ";
    if (value.omitted) {
      out += "_";
    } else if (value.histogram) {
      out += model::ToTestExpression(*value.histogram);
    } else {
      out += std::bit_cast<uint64_t>(value.value) == 0x7ff0000000000002ULL
                 ? "stale"
                 : std::to_string(value.value);
    }
  }
  return out;
}

TEST(SeriesDescription, Floats) {
  EXPECT_EQ(Values("x 1 -2.5 1e3 Inf"), "1.000000 -2.500000 1000.000000 inf");
  EXPECT_EQ(Values("x 1+2x2"), "1.000000 3.000000 5.000000");
  EXPECT_EQ(Values("x 1-2x1"), "1.000000 -1.000000");
  EXPECT_EQ(Values("x 3x2"), "3.000000 3.000000 3.000000");
  EXPECT_EQ(Values("x _ _x2 stale"), "_ _ _ stale");
  EXPECT_EQ(Values("x"), "");
}

TEST(SeriesDescription, Labels) {
  const auto description = ParseSeriesDescription(R"(x{a="b c",d="}"}  1)");
  ASSERT_TRUE(description.ok()) << description.status().message();
  EXPECT_EQ(description->labels.ToString(), R"({__name__="x", a="b c", d="}"})");
  EXPECT_EQ(description->values.size(), 1u);
  EXPECT_TRUE(ParseSeriesDescription(R"({a="b"} 1)").ok());
}

TEST(SeriesDescription, Histograms) {
  EXPECT_EQ(Values("x {{schema:1 sum:-0.3 count:3.1 z_bucket:7.1 z_bucket_w:0.05 buckets:[5.1 10 "
                   "7] offset:-3 "
                   "n_buckets:[4.1 5] n_offset:-5 counter_reset_hint:gauge}}"),
            "{{schema:1 count:3.1 sum:-0.3 z_bucket:7.1 z_bucket_w:0.05 counter_reset_hint:gauge "
            "offset:-3 "
            "buckets:[5.1 10 7] n_offset:-5 n_buckets:[4.1 5]}}");
  EXPECT_EQ(Values("x {{count:1 buckets:[1]}}+{{count:2 buckets:[1 1]}}x1"),
            "{{count:1 buckets:[1]}} {{count:3 buckets:[2 1]}}");
  EXPECT_EQ(Values("x {{}}x1 {{schema:-53 custom_values:[1 2] buckets:[1 0 3]}}"),
            "{{}} {{}} {{schema:-53 custom_values:[1 2] buckets:[1 0 3]}}");
}

TEST(SeriesDescription, HintIsKnownToBeGiven) {
  const auto description = ParseSeriesDescription("x {{counter_reset_hint:unknown}} {{}}");
  ASSERT_TRUE(description.ok());
  EXPECT_TRUE(description->values[0].counter_reset_hint_set);
  EXPECT_FALSE(description->values[1].counter_reset_hint_set);
}

TEST(SeriesDescription, Errors) {
  for (const std::string_view text :
       {"x y", "x 1x", "x 1+2", "x 1+x3", "x 0x1F", "x {{", "x {{nope:1}}", "x {{sum}}",
        "x {{sum:1 sum:2}}", "x {{schema:99}}", "x {{buckets:[1}}", "x {{}}+1x2", "x{a=b} 1",
        "x 1x99999999999", "x 1,2", "x {{counter_reset_hint:maybe}}",
        "x {{schema:1 buckets:[1]}}+{{schema:0}}x2"}) {
    EXPECT_FALSE(ParseSeriesDescription(text).ok()) << text;
  }
}

}  // namespace
}  // namespace aion::promql
