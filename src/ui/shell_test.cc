#include "ui/shell.h"

#include <gtest/gtest.h>

#include <string>

namespace aion::ui {
namespace {

std::string Meta(std::string_view name, std::string_view content) {
  return "<meta name=\"aion-" + std::string(name) + "\" content=\"" + std::string(content) + "\"";
}

TEST(ShellTest, FillsInWhatTheComponentSays) {
  const std::string page = RenderShell({.component = "query", .path_prefix = "/thanos"});
  EXPECT_NE(page.find(Meta("path-prefix", "/thanos")), page.npos);
  EXPECT_NE(page.find(Meta("component", "query")), page.npos);
}

TEST(ShellTest, LeavesNoPlaceholder) {
  const std::string page = RenderShell({.component = "store",
                                        .path_prefix = "",
                                        .query_url = "http://query",
                                        .tenant_header = "THANOS-TENANT",
                                        .default_tenant = "default-tenant",
                                        .show_tenant_box = true});
  EXPECT_EQ(page.find("{{"), page.npos);
  EXPECT_EQ(page.find("}}"), page.npos);
}

TEST(ShellTest, HostileValuesStayInsideTheirAttribute) {
  const std::string hostile = "\"><script>alert('x')</script>&{{component}}";
  const std::string page =
      RenderShell({.component = hostile, .path_prefix = hostile, .query_url = hostile});
  EXPECT_EQ(page.find("<script>alert"), page.npos);
  EXPECT_EQ(page.find("\"><script"), page.npos);
  EXPECT_NE(
      page.find(Meta("path-prefix",
                     "&#34;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;{{component}}")),
      page.npos);
}

TEST(ShellTest, EscapesHtml) {
  EXPECT_EQ(EscapeHtml("plain /path?a=1"), "plain /path?a=1");
  EXPECT_EQ(EscapeHtml("<a b='c' d=\"e\">&"), "&lt;a b=&#39;c&#39; d=&#34;e&#34;&gt;&amp;");
  EXPECT_EQ(EscapeHtml(std::string_view("\0x", 2)), "\uFFFDx");
}

struct PrefixCase {
  std::string_view given;
  std::string_view clean;
};

class PrefixTest : public testing::TestWithParam<PrefixCase> {};

TEST_P(PrefixTest, IsAnAbsolutePathWithoutHost) {
  const StatusOr<std::string> clean = SanitizePrefix(GetParam().given);
  ASSERT_TRUE(clean.ok()) << clean.status().ToString();
  EXPECT_EQ(*clean, GetParam().clean);
}

INSTANTIATE_TEST_SUITE_P(
    All, PrefixTest,
    testing::Values(PrefixCase{"", ""}, PrefixCase{"/", ""}, PrefixCase{"/thanos", "/thanos"},
                    PrefixCase{"/thanos/", "/thanos"}, PrefixCase{"/a//b/./c/..", "/a/b"},
                    PrefixCase{"/../../x", "/x"}, PrefixCase{"https://evil.example/a/b?c", "/a/b"},
                    PrefixCase{"http://host", ""}, PrefixCase{"/a%20b", "/a b"}));

TEST(ShellTest, APrefixThatIsNoUrlIsRefused) { EXPECT_FALSE(SanitizePrefix("/a%zz").ok()); }

}  // namespace
}  // namespace aion::ui
