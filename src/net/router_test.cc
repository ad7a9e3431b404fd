#include <gtest/gtest.h>

#include "net/http_server.h"

namespace aion::net {
namespace {

Handler Nothing() {
  return [](const Request&, ResponseWriter&) {};
}

TEST(Router, FixedBeforeParameterBeforeWildcard) {
  Router router("/thanos");
  router.Handle("GET", "/api/v1/label/:name/values", "values", Nothing());
  router.Handle("GET", "/api/v1/label/fixed/values", "fixed", Nothing());
  router.Handle("GET", "/static/*path", "static", Nothing());
  router.Handle("GET", "/", "root", Nothing());
  router.Handle("POST", "/api/v1/query", "query_post", Nothing());
  router.Handle("GET", "/api/v1/query", "query_get", Nothing());
  router.Handle("*", "/any", "any", Nothing());

  const struct {
    const char *method, *path, *name, *param, *value;
  } cases[] = {
      {"GET", "/thanos/api/v1/label/job/values", "values", "name", "job"},
      {"GET", "/thanos/api/v1/label/a%2Fb/values", "values", "name", "a/b"},
      {"GET", "/thanos/api/v1/label/fixed/values", "fixed", "name", ""},
      {"GET", "/thanos/static/js/x.js", "static", "path", "/js/x.js"},
      {"HEAD", "/thanos/", "root", "", ""},
      {"POST", "/thanos/api/v1/query", "query_post", "", ""},
      {"DELETE", "/thanos/any", "any", "", ""},
  };
  for (const auto& c : cases) {
    const Router::Match match = router.Find(c.method, c.path);
    ASSERT_NE(match.route, nullptr) << c.path;
    EXPECT_EQ(match.route->name, c.name);
    EXPECT_EQ(match.path_params.Get(c.param), c.value) << c.path;
  }
}

TEST(Router, NotFoundAndWrongMethod) {
  Router router;
  router.Handle("GET", "/a/:x", "a", Nothing());
  EXPECT_EQ(router.Find("GET", "/a").route, nullptr);
  EXPECT_EQ(router.Find("GET", "/a/").route, nullptr);
  EXPECT_EQ(router.Find("GET", "/a/b/c").route, nullptr);
  EXPECT_EQ(router.Find("GET", "").route, nullptr);
  const Router::Match match = router.Find("POST", "/a/b");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allow, "GET");
}

TEST(Router, OptionsAloneIsNotFound) {
  Router router;
  router.Handle("OPTIONS", "/api/*path", "options", Nothing());
  router.Handle("GET", "/api/a", "a", Nothing());
  EXPECT_EQ(router.Find("GET", "/api/b").allow, "");
  EXPECT_NE(router.Find("OPTIONS", "/api/b").route, nullptr);
  EXPECT_NE(router.Find("POST", "/api/a").allow, "");
}

TEST(Router, DeepPathsAreBounded) {
  Router router;
  router.Handle("GET", "/*rest", "all", Nothing());
  std::string path;
  for (int i = 0; i < 100000; ++i) path += "/x";
  EXPECT_NE(router.Find("GET", path).route, nullptr);
}

}  // namespace
}  // namespace aion::net
