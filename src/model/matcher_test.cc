#include "model/matcher.h"

#include <gtest/gtest.h>

namespace aion::model {
namespace {

TEST(Matcher, MatchesAsPrometheusDoes) {
  struct Case {
    MatchType type;
    std::string_view pattern, value;
    bool matches;
  };
  const Case cases[] = {
      {MatchType::kEqual, "a", "a", true},
      {MatchType::kEqual, "a", "b", false},
      {MatchType::kEqual, "", "", true},
      {MatchType::kNotEqual, "a", "", true},
      {MatchType::kRegex, "a.c", "a\nc", true},
      {MatchType::kRegex, "b", "abc", false},
      {MatchType::kRegex, ".*", "", true},
      {MatchType::kRegex, ".+", "", false},
      {MatchType::kRegex, "a|b|", "", true},
      {MatchType::kRegex, "prod-(eu|us)", "prod-us", true},
      {MatchType::kRegex, "prod-(eu|us)", "prod-ap", false},
      {MatchType::kRegex, "abc*", "ab", true},
      {MatchType::kRegex, "abc+", "abcc", true},
      {MatchType::kRegex, "(?i)ABC", "abc", true},
      {MatchType::kRegex, "^a$", "a", true},
      {MatchType::kRegex, "a|b.*", "bc", true},
      {MatchType::kNotRegex, "a.*", "b", true},
      {MatchType::kNotRegex, "a.*", "ab", false},
      {MatchType::kRegex, "é?x", "x", true},
      {MatchType::kRegex, "a\\.b", "a.b", true},
      {MatchType::kRegex, "a\\.b", "axb", false},
      {MatchType::kRegex, "[ab]c", "bc", true},
      {MatchType::kRegex, "[a-c]c", "bc", true},
      {MatchType::kRegex, "[^a]c", "bc", true},
  };
  for (const Case& c : cases) {
    const auto matcher = Matcher::Create(c.type, "l", std::string(c.pattern));
    ASSERT_TRUE(matcher.ok()) << c.pattern;
    EXPECT_EQ(matcher->Matches(c.value), c.matches) << c.pattern << " on " << c.value;
  }
}

TEST(Matcher, FindsSetsAndPrefixes) {
  struct Case {
    std::string_view pattern;
    std::vector<std::string> set;
    std::string prefix;
  };
  const Case cases[] = {
      {"b|a", {"a", "b"}, ""},  {"x(1|2)", {"x1", "x2"}, ""}, {"(?:a|b)\\.c", {"a.c", "b.c"}, ""},
      {"plain", {"plain"}, ""}, {"pod-.*", {}, "pod-"},       {"pods?-.*", {}, "pod"},
      {"a|b.*", {}, ""},        {"[0-9]+", {}, ""},
  };
  for (const Case& c : cases) {
    const auto regex = RegexMatcher::Compile(c.pattern);
    ASSERT_TRUE(regex.ok()) << c.pattern;
    EXPECT_EQ((*regex)->set_matches(), c.set) << c.pattern;
    EXPECT_EQ((*regex)->prefix(), c.prefix) << c.pattern;
  }
}

TEST(Matcher, RefusesBadAndHostilePatterns) {
  EXPECT_EQ(Matcher::Create(MatchType::kRegex, "l", "foo(").status().message(),
            "error parsing regexp: missing closing ): `foo(`");
  EXPECT_EQ(Matcher::Create(MatchType::kRegex, "l", "*").status().message(),
            "error parsing regexp: missing argument to repetition operator: `*`");
  EXPECT_FALSE(Matcher::Create(MatchType::kRegex, "l", "((a{1,1000}){1,1000}){1,1000}").ok());
}

TEST(Matcher, PrintsItself) {
  EXPECT_EQ(Matcher::Equal("a", "b\"c").ToString(), "a=\"b\\\"c\"");
  EXPECT_EQ(Matcher::NotEqual("a.b", "c").ToString(), "\"a.b\"!=\"c\"");
}

}  // namespace
}  // namespace aion::model
