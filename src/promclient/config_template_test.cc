#include "promclient/config_template.h"

#include <gtest/gtest.h>

#include "base/compression.h"

namespace aion::promclient {
namespace {

std::optional<std::string> Lookup(std::string_view name) {
  if (name == "POD_NAME") return "prometheus-0";
  if (name == "EMPTY") return "";
  if (name == "NESTED") return "$(POD_NAME)";
  return std::nullopt;
}

TEST(ConfigTemplate, Expands) {
  struct Case {
    std::string_view in;
    std::string_view out;
  };
  for (const Case& c : {
           Case{"", ""},
           Case{"replica: $(POD_NAME)", "replica: prometheus-0"},
           Case{"$(POD_NAME)$(POD_NAME)", "prometheus-0prometheus-0"},
           Case{"[$(EMPTY)]", "[]"},
           Case{"$(NESTED)", "$(POD_NAME)"},
           Case{"$POD_NAME ${POD_NAME} $$(POD_NAME)", "$POD_NAME ${POD_NAME} $prometheus-0"},
           Case{"$() $(a-b) $(POD_NAME", "$() $(a-b) $(POD_NAME"},
           Case{"regex: (.+)$", "regex: (.+)$"},
       }) {
    const auto expanded = ExpandConfig(c.in, Lookup, false);
    ASSERT_TRUE(expanded.ok()) << c.in;
    EXPECT_EQ(expanded->text, c.out);
    EXPECT_EQ(expanded->unset_variables, 0);
  }
}

TEST(ConfigTemplate, UnsetVariablesFailUnlessTolerated) {
  const auto failed = ExpandConfig("a: $(NOT_SET)", Lookup, false);
  ASSERT_FALSE(failed.ok());
  EXPECT_NE(
      failed.status().message().find("found reference to unset environment variable \"NOT_SET\""),
      std::string_view::npos);
  const auto kept = ExpandConfig("a: $(NOT_SET) $(POD_NAME) $(NOT_SET)", Lookup, true);
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->text, "a: $(NOT_SET) prometheus-0 $(NOT_SET)");
  EXPECT_EQ(kept->unset_variables, 2);
}

TEST(ConfigTemplate, UnpacksGzip) {
  const auto expanded = ExpandConfig(GzipCompress("r: $(POD_NAME)"), Lookup, false);
  ASSERT_TRUE(expanded.ok());
  EXPECT_EQ(expanded->text, "r: prometheus-0");
  EXPECT_FALSE(ExpandConfig(std::string_view("\x1f\x8b\x08 broken", 10), Lookup, false).ok());
}

}  // namespace
}  // namespace aion::promclient
