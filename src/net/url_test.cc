#include "net/url.h"

#include <gtest/gtest.h>

namespace aion::net {
namespace {

TEST(Url, ParsesPartsAndPrintsThemBack) {
  const auto url = ParseUrl("https://user:p%40ss@[::1]:9090/a%20b/c?x=1&y=2#frag");
  ASSERT_TRUE(url.ok()) << url.status().ToString();
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->user, "user");
  EXPECT_EQ(url->password, "p@ss");
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, "9090");
  EXPECT_EQ(url->path, "/a%20b/c");
  EXPECT_EQ(url->query, "x=1&y=2");
  EXPECT_EQ(url->fragment, "frag");
  EXPECT_EQ(url->ToString(), "https://user:p%40ss@[::1]:9090/a%20b/c?x=1&y=2#frag");
  EXPECT_EQ(ParseUrl("HTTP://Host/x")->ToString(), "http://Host/x");
  EXPECT_EQ(ParseUrl("/only/path?q=1")->path, "/only/path");
}

TEST(Url, RefusesMalformed) {
  for (const char* text : {"http://h:port/", "http://[::1/", "://x", "http://a b/", "http://h\x01/",
                           "http://h:123456/"}) {
    EXPECT_FALSE(ParseUrl(text).ok()) << text;
  }
}

TEST(Url, QueryKeepsOrderRepeatsAndDecodes) {
  const auto params = ParseQuery("match%5B%5D=up%7Bx%3D%22a+b%22%7D&match[]=second&empty&x=");
  ASSERT_TRUE(params.ok());
  EXPECT_EQ(params->GetAll("match[]"), (std::vector<std::string>{"up{x=\"a b\"}", "second"}));
  EXPECT_TRUE(params->Has("empty"));
  EXPECT_EQ(params->Get("x"), "");
  EXPECT_FALSE(params->Has("absent"));
}

TEST(Url, QueryRefusesBadEscapes) {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "%q=1", "a=1;b=2"})
    EXPECT_FALSE(ParseQuery(text).ok()) << text;
  EXPECT_EQ(ParseQuery("a=%zz").status().message(), "invalid URL escape \"%zz\"");
  const Params kept = ParseQueryLeniently("a=%zz&b=2");
  EXPECT_EQ(kept.Get("b"), "2");
  EXPECT_FALSE(kept.Has("a"));
}

TEST(Url, EscapesAsGo) {
  EXPECT_EQ(QueryEscape("a b&c=d/é~"), "a+b%26c%3Dd%2F%C3%A9~");
  EXPECT_EQ(PathEscape("a b/c?d"), "a%20b%2Fc%3Fd");
  EXPECT_EQ(*PathUnescape("a%2Fb+c"), "a/b+c");
  Params params;
  params.Add("b", "2");
  params.Add("a", "x y");
  EXPECT_EQ(params.Encode(), "a=x+y&b=2");
}

TEST(Url, SplitsHostAndPort) {
  EXPECT_EQ(SplitHostPort("h:1")->host, "h");
  EXPECT_EQ(SplitHostPort(":1")->host, "");
  EXPECT_EQ(SplitHostPort("[::1]:2")->host, "::1");
  EXPECT_EQ(SplitHostPort("h").status().message(), "address h: missing port in address");
  EXPECT_EQ(SplitHostPort("::1").status().message(), "address ::1: too many colons in address");
  EXPECT_EQ(SplitHostPort("[::1]").status().message(), "address [::1]: missing port in address");
  EXPECT_EQ(JoinHostPort("::1", "80"), "[::1]:80");
}

}  // namespace
}  // namespace aion::net
