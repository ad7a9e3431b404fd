#include "ui/routes.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/compression.h"
#include "ui/assets.h"

namespace aion::ui {
namespace {

class Recorder : public net::ResponseWriter {
 public:
  net::Headers& headers() override { return headers_; }
  void SetStatus(int code) override { code_ = code; }
  void Send(std::string body) override { body_ = std::move(body); }
  void Send(std::vector<Buffer> pieces) override {
    for (const Buffer& piece : pieces) body_.append(piece.view());
  }
  Status Write(std::string_view bytes) override {
    body_.append(bytes);
    return OkStatus();
  }
  Status Flush() override { return OkStatus(); }
  bool started() const override { return !body_.empty(); }

  net::Headers headers_;
  int code_ = 200;
  std::string body_;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

// What a GET of `path` answers; code 404 when no route takes it.
Recorder Get(const net::Router& router, std::string_view path, const Fields& fields = {}) {
  Recorder recorder;
  net::Request request;
  request.method = "GET";
  request.target = request.path = path;
  for (const auto& [name, value] : fields) request.headers.Add(name, value);
  net::Router::Match match = router.Find("GET", path);
  if (match.route == nullptr) {
    recorder.code_ = 404;
    return recorder;
  }
  request.path_params = match.path_params;
  match.route->handler(request, recorder);
  return recorder;
}

net::Router RouterWith(UiOptions options, std::string prefix = "") {
  net::Router router(std::move(prefix));
  AddRoutes(router, std::move(options));
  return router;
}

const Asset* AnyCompressed() {
  for (const Asset& asset : Assets()) {
    if (!asset.gzip_body.empty() && asset.path.starts_with("static/")) return &asset;
  }
  return nullptr;
}

TEST(RoutesTest, EveryPagePathAnswersThePage) {
  const net::Router router = RouterWith({.component = "query"});
  for (const std::string_view path :
       {"/", "/alerts", "/blocks", "/config", "/flags", "/global", "/graph", "/loaded", "/rules",
        "/service-discovery", "/status", "/stores", "/targets", "/tsdb-status"}) {
    const Recorder answer = Get(router, path);
    EXPECT_EQ(answer.code_, 200) << path;
    EXPECT_EQ(answer.headers_.Get("Content-Type"), "text/html; charset=utf-8") << path;
    EXPECT_TRUE(answer.body_.starts_with("<!doctype html>")) << path;
  }
  EXPECT_EQ(Get(router, "/index.html").code_, 404);
}

TEST(RoutesTest, PagesAndFilesLieBelowTheRoutePrefix) {
  const net::Router router =
      RouterWith({.component = "query", .external_prefix = "/thanos"}, "/thanos");
  EXPECT_EQ(Get(router, "/thanos/graph").code_, 200);
  EXPECT_EQ(Get(router, "/thanos/favicon.ico").code_, 200);
  EXPECT_EQ(Get(router, "/graph").code_, 404);
}

TEST(RoutesTest, TheExternalPrefixWinsOverTheHeader) {
  const Fields named = {{"X-Forwarded-Prefix", "https://evil.example/proxy/\"><script>"}};
  const net::Router by_flag = RouterWith(
      {.component = "query", .external_prefix = "/flag", .prefix_header = "X-Forwarded-Prefix"});
  EXPECT_NE(Get(by_flag, "/graph", named).body_.find("content=\"/flag\""), std::string::npos);
  const net::Router by_header =
      RouterWith({.component = "query", .prefix_header = "X-Forwarded-Prefix"});
  const std::string page =
      Get(by_header, "/graph", {{"X-Forwarded-Prefix", "http://host/proxy/"}}).body_;
  EXPECT_NE(page.find("content=\"/proxy\""), std::string::npos);
  EXPECT_EQ(Get(by_header, "/graph", named).body_.find("\"><script>\""), std::string::npos);
}

TEST(RoutesTest, FilesAreRevalidatedByTag) {
  const net::Router router = RouterWith({.component = "query"});
  const Recorder first = Get(router, "/favicon.ico");
  const std::string tag(first.headers_.Get("ETag"));
  ASSERT_FALSE(tag.empty());
  EXPECT_EQ(first.headers_.Get("Cache-Control"), "no-cache");
  for (const std::string& named : {tag, "\"other\", " + tag, "W/" + tag, std::string("*")}) {
    const Recorder again = Get(router, "/favicon.ico", {{"If-None-Match", named}});
    EXPECT_EQ(again.code_, 304) << named;
    EXPECT_TRUE(again.body_.empty()) << named;
  }
  EXPECT_EQ(Get(router, "/favicon.ico", {{"If-None-Match", "\"other\""}}).code_, 200);
}

TEST(RoutesTest, FilesAreCompressedForClientsThatTakeIt) {
  const Asset* asset = AnyCompressed();
  if (asset == nullptr) GTEST_SKIP() << "built without the page: no file is worth compressing";
  const net::Router router = RouterWith({.component = "query"});
  const std::string path = "/" + std::string(asset->path);

  const Recorder plain = Get(router, path);
  EXPECT_EQ(plain.body_, asset->body);
  EXPECT_FALSE(plain.headers_.Has("Content-Encoding"));
  EXPECT_EQ(plain.headers_.Get("Vary"), "Accept-Encoding");

  const Recorder packed = Get(router, path, {{"Accept-Encoding", "br, gzip;q=0.8"}});
  EXPECT_EQ(packed.headers_.Get("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.body_, asset->gzip_body);
  EXPECT_NE(packed.headers_.Get("ETag"), plain.headers_.Get("ETag"));

  for (const std::string refused : {"br", "gzip;q=0", "gzip; q=0.0, br"}) {
    EXPECT_FALSE(Get(router, path, {{"Accept-Encoding", refused}}).headers_.Has("Content-Encoding"))
        << refused;
  }
}

TEST(RoutesTest, HashedFilesAreCachedForever) {
  const net::Router router = RouterWith({.component = "query"});
  for (const Asset& asset : Assets()) {
    if (!asset.immutable) continue;
    EXPECT_EQ(Get(router, "/" + std::string(asset.path)).headers_.Get("Cache-Control"),
              "public, max-age=31536000, immutable");
  }
}

TEST(RoutesTest, UnknownFilesAreNotFound) {
  const net::Router router = RouterWith({.component = "query"});
  for (const std::string_view path :
       {"/static/none.js", "/static/../index.html", "/static/%2e%2e/index.html", "/static//x"}) {
    EXPECT_EQ(Get(router, path).code_, 404) << path;
  }
}

}  // namespace
}  // namespace aion::ui
