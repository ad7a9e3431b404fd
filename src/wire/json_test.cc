#include "wire/json.h"

#include <gtest/gtest.h>

#include <cmath>

#include "wire/prometheus_json.h"

namespace aion::wire {
namespace {

TEST(Json, ParsesEveryKind) {
  const auto value = ParseJson(
      R"({"s":"a\u00e9","n":-1.5,"i":9007199254740993,"t":true,"z":null,"a":[1,{"b":2}]})");
  ASSERT_TRUE(value.ok()) << value.status().ToString();
  EXPECT_EQ(value->StringAt("s"), "aé");
  EXPECT_EQ(value->Find("n")->NumberOr(0), -1.5);
  EXPECT_EQ(value->Find("i")->IntegerOr(0), 9007199254740993);
  EXPECT_TRUE(value->Find("t")->BoolOr(false));
  EXPECT_TRUE(value->Find("z")->IsNull());
  EXPECT_EQ(value->Find("a")->items()[1].Find("b")->IntegerOr(0), 2);
  EXPECT_EQ(value->Find("missing"), nullptr);
}

TEST(Json, RefusesWhatIsNotOneValue) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[1,]"), std::string("{} x"),
        std::string("nan"), std::string(100000, '[')}) {
    EXPECT_FALSE(ParseJson(text).ok()) << text.substr(0, 10);
  }
}

std::string Printed(const model::QueryValue& value) {
  std::string json;
  AppendQueryValueJson(&json, value);
  return json;
}

TEST(PrometheusJson, PrintsValuesAsUpstream) {
  EXPECT_EQ(Printed(model::Scalar{1500, 1e21}),
            R"("resultType":"scalar","result":[1.500,"1000000000000000000000"])");
  EXPECT_EQ(Printed(model::StringValue{-1001, "a\"b"}),
            R"("resultType":"string","result":[-1.001,"a\"b"])");
  EXPECT_EQ(Printed(model::Vector{}), R"("resultType":"vector","result":[])");
  const model::Labels labels({{"__name__", "up"}, {"job", "a"}});
  EXPECT_EQ(
      Printed(model::Vector{{labels, 1767405617000, 0.1, nullptr}}),
      R"("resultType":"vector","result":[{"metric":{"__name__":"up","job":"a"},"value":[1767405617,"0.1"]}])");
  EXPECT_EQ(
      Printed(model::Matrix{{labels, {{1000, 1}, {2000, 1e-7}}, {}}}),
      R"("resultType":"matrix","result":[{"metric":{"__name__":"up","job":"a"},"values":[[1,"1"],[2,"1e-07"]]}])");
}

TEST(PrometheusJson, PrintsSpecialValues) {
  struct Case {
    double value;
    std::string_view text;
  };
  const Case cases[] = {
      {0, "0"},           {-0.0, "-0"},       {1e21, "1e+21"},     {123456789, "123456789"},
      {1e-6, "0.000001"}, {HUGE_VAL, "+Inf"}, {-HUGE_VAL, "-Inf"}, {std::nan(""), "NaN"}};
  for (const Case& c : cases) {
    std::string json;
    AppendSampleValueJson(&json, c.value);
    EXPECT_EQ(json, "\"" + std::string(c.text) + "\"");
  }
}

TEST(PrometheusJson, PrintsHistograms) {
  model::FloatHistogram histogram;
  histogram.count = 6;
  histogram.sum = 5.5;
  histogram.zero_threshold = 0.001;
  histogram.zero_count = 2;
  histogram.positive_spans = {{0, 2}};
  histogram.positive_buckets = {3, 0};
  histogram.negative_spans = {{1, 1}};
  histogram.negative_buckets = {1};
  std::string json;
  AppendHistogramJson(&json, histogram);
  EXPECT_EQ(
      json,
      R"({"count":"6","sum":"5.5","buckets":[[1,"-2","-1","1"],[3,"-0.001","0.001","2"],[0,"0.5","1","3"]]})");
}

}  // namespace
}  // namespace aion::wire
