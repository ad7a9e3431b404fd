#include "base/text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace aion {
namespace {

struct FloatCase {
  double value;
  std::string_view plain, exponent, general;
};

// Printed by Go's strconv.FormatFloat with precision -1.
const FloatCase kFloatCases[] = {
    {0, "0", "0e+00", "0"},
    {-0.0, "-0", "-0e+00", "-0"},
    {1, "1", "1e+00", "1"},
    {-1, "-1", "-1e+00", "-1"},
    {1000000, "1000000", "1e+06", "1e+06"},
    {123456, "123456", "1.23456e+05", "123456"},
    {1234567, "1234567", "1.234567e+06", "1.234567e+06"},
    {1e21, "1000000000000000000000", "1e+21", "1e+21"},
    {123456789012345680.0, "123456789012345680", "1.2345678901234568e+17",
     "1.2345678901234568e+17"},
    {1e23, "100000000000000000000000", "1e+23", "1e+23"},
    {0.0001, "0.0001", "1e-04", "0.0001"},
    {0.00001, "0.00001", "1e-05", "1e-05"},
    {0.1, "0.1", "1e-01", "0.1"},
    {0.1 + 0.2, "0.30000000000000004", "3.0000000000000004e-01", "0.30000000000000004"},
    {-2.5, "-2.5", "-2.5e+00", "-2.5"},
    {M_PI, "3.141592653589793", "3.141592653589793e+00", "3.141592653589793"},
    {1e-7, "0.0000001", "1e-07", "1e-07"},
    {100, "100", "1e+02", "100"},
    {12345.678, "12345.678", "1.2345678e+04", "12345.678"},
    {9007199254740993.0, "9007199254740992", "9.007199254740992e+15", "9.007199254740992e+15"},
    {1e16, "10000000000000000", "1e+16", "1e+16"},
    {std::numeric_limits<double>::infinity(), "+Inf", "+Inf", "+Inf"},
    {-std::numeric_limits<double>::infinity(), "-Inf", "-Inf", "-Inf"},
    {std::numeric_limits<double>::quiet_NaN(), "NaN", "NaN", "NaN"},
};

TEST(Text, FloatsPrintAsGoDoes) {
  for (const FloatCase& c : kFloatCases) {
    EXPECT_EQ(FormatGoFloat(c.value, 'f'), c.plain);
    EXPECT_EQ(FormatGoFloat(c.value, 'e'), c.exponent);
    EXPECT_EQ(FormatGoFloat(c.value, 'g'), c.general);
    std::string appended = "x";
    AppendGoFloat(&appended, c.value);
    EXPECT_EQ(appended, "x" + std::string(c.plain));
  }
  EXPECT_EQ(FormatGoFloat(5e-324, 'f').size(), 326u);
  EXPECT_EQ(FormatGoFloat(std::numeric_limits<double>::max(), 'f').size(), 309u);
}

TEST(Text, EveryFiniteFloatReadsBack) {
  Random random(7);
  for (int i = 0; i < 20000; ++i) {
    const double value = std::bit_cast<double>(random.Next());
    if (!std::isfinite(value)) continue;
    for (char format : {'f', 'e', 'g'}) {
      const auto parsed = ParseGoFloat(FormatGoFloat(value, format));
      ASSERT_TRUE(parsed.ok());
      EXPECT_EQ(std::bit_cast<uint64_t>(*parsed), std::bit_cast<uint64_t>(value));
    }
  }
}

// The quick way for few decimals prints what the general one prints.
TEST(Text, FewDecimalsAreTheShortestDigits) {
  Random random(11);
  const auto check = [](double value) {
    for (double each : {value, -value}) {
      std::string quick;
      AppendGoFloat(&quick, each);
      ASSERT_EQ(quick, FormatGoFloat(each, 'f'));
    }
  };
  for (int i = 0; i < 50000; ++i) {
    double scale = 1;
    for (uint64_t n = random.Below(9); n > 0; --n) scale *= 10;
    const double whole = static_cast<double>(random.Below(uint64_t{1} << (1 + random.Below(52))));
    check(whole / scale);
    check(std::nextafter(whole / scale, 1e300));
    check(std::nextafter(whole / scale, 0));
    check(random.Unit());
  }
  for (double value :
       {0.0, 1e-6, 1e-7, 5e-7, 4.9e-7, 999999999.999999, 999999999.9999999, 1e9, 0.1, 0.000001}) {
    check(value);
  }
}

TEST(Text, ParseGoFloatKnowsGoSyntax) {
  const std::pair<std::string_view, double> good[] = {
      {"1", 1},
      {"-0", -0.0},
      {"+1.5", 1.5},
      {"1e5", 1e5},
      {".5", 0.5},
      {"5.", 5},
      {"0x1p4", 16},
      {"0X1.8P1", 3},
      {"1e-400", 0},
      {"5e-324", 5e-324},
      {"inf", INFINITY},
      {"+Infinity", INFINITY},
      {"-INF", -INFINITY},
      {"0x1p-2000", 0},
      {"1.00000000000000000000000000000001", 1},
  };
  for (const auto& [text, value] : good) {
    const auto parsed = ParseGoFloat(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(std::bit_cast<uint64_t>(*parsed), std::bit_cast<uint64_t>(value)) << text;
  }
  EXPECT_TRUE(std::isnan(*ParseGoFloat("NaN")));
  for (std::string_view text : {"", "+", ".", "1e", "1e+", " 1", "1 ", "0x1", "0x", "0xp1", "+nan",
                                "in", "1_0", "--1", "1,5", "e5", "1e5.0", "0x1pa"}) {
    EXPECT_EQ(ParseGoFloat(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(ParseGoFloat("1x").status().message(),
            "strconv.ParseFloat: parsing \"1x\": invalid syntax");
  EXPECT_EQ(ParseGoFloat("-1e400").status().message(),
            "strconv.ParseFloat: parsing \"-1e400\": value out of range");
  EXPECT_EQ(ParseGoFloat("1" + std::string(5000, '0')).status().code(), StatusCode::kOutOfRange);
}

// The string holds control bytes, invalid UTF-8, spaces Go does not print and characters it does.
constexpr char kHardBytes[] =
    "a\x00\x1f\x7f\u00a0é\u200b\xff😀\U000e0001\"'\\\n\t\u2028\ufeff\ufffd";
const std::string kHard(kHardBytes, sizeof(kHardBytes) - 1);

TEST(Text, QuotesAsGoDoes) {
  EXPECT_EQ(QuoteGo(""), "\"\"");
  EXPECT_EQ(
      QuoteGo(kHard),
      "\"a\\x00\\x1f\\x7f\\u00a0é\\u200b\\xff😀\\U000e0001\\\"'\\\\\\n\\t\\u2028\\ufeff\ufffd\"");
  EXPECT_EQ(*UnquoteGo(QuoteGo(kHard)), kHard);
}

TEST(Text, UnquotesTheThreeKinds) {
  const std::pair<std::string_view, std::string_view> good[] = {
      {"\"\"", ""},
      {"'a\"b'", "a\"b"},
      {"\"it's\"", "it's"},
      {"`raw\\n`", "raw\\n"},
      {R"("\x41\101\u00e9\U0001F600")", "AA\u00e9\U0001F600"},
      {R"('\'')", "'"},
      {R"("\a\b\f\v\\")", "\a\b\f\v\\"},
  };
  for (const auto& [text, value] : good) {
    const auto unquoted = UnquoteGo(text);
    ASSERT_TRUE(unquoted.ok()) << text;
    EXPECT_EQ(*unquoted, value);
  }
  for (std::string_view text : {"", "\"", "a", "\"a", "a\"", "\"a'", "\"\"\"", "`a`b`", "\"\n\"",
                                "\"\\\"", R"("\'")", R"("\x4")", R"("\x-1")", R"("\400")",
                                R"("\08")", R"("\ud800")", R"("\U00110000")", R"("\q")", "xax"}) {
    EXPECT_FALSE(UnquoteGo(text).ok()) << text;
  }
}

TEST(Text, JsonStringsEscapeAsGoDoesWithoutHtml) {
  std::string out;
  AppendJsonString(&out, kHard);
  EXPECT_EQ(
      out,
      "\"a\\u0000\\u001f\x7f\u00a0é\u200b\\ufffd😀\U000e0001\\\"'\\\\\\n\\t\\u2028\ufeff\ufffd\"");
  out.clear();
  AppendJsonString(&out, "<plain text & more of it>, sixteen or more");
  EXPECT_EQ(out, "\"<plain text & more of it>, sixteen or more\"");
}

TEST(Text, JsonStringsEscapeAtEveryOffset) {
  for (size_t offset = 0; offset < 20; ++offset) {
    for (char special : {'"', '\\', '\n', '\x01', '\x1f'}) {
      std::string text(20, 'x');
      text[offset] = special;
      std::string out;
      AppendJsonString(&out, text);
      EXPECT_GT(out.size(), 22u) << offset << " " << int{special};
    }
    std::string text(20, 'x');
    text[offset] = '\x7f';
    std::string out;
    AppendJsonString(&out, text);
    EXPECT_EQ(out, '"' + text + '"');
  }
}

TEST(Text, Utf8IsStrict) {
  for (std::string_view text :
       {"", "plain ascii, longer than a word", "é", "\u20ac", "\U0010ffff", "\ufffd"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
  for (std::string_view text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xe2\x82", "\xc3", "12345678\xff", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_FALSE(IsValidUtf8(text));
  }
}

}  // namespace
}  // namespace aion
