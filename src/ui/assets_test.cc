#include "ui/assets.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/compression.h"

namespace aion::ui {
namespace {

TEST(AssetsTest, AreSortedAndFoundByTheirPath) {
  std::string_view previous;
  for (const Asset& asset : Assets()) {
    EXPECT_LT(previous, asset.path);
    EXPECT_EQ(FindAsset(asset.path), &asset);
    previous = asset.path;
  }
}

TEST(AssetsTest, ThePageAndItsIconAreThere) {
  for (const std::string_view path : {"index.html", "favicon.ico", "manifest.json"}) {
    const Asset* asset = FindAsset(path);
    ASSERT_NE(asset, nullptr) << path;
    EXPECT_FALSE(asset->body.empty()) << path;
    EXPECT_FALSE(asset->immutable) << path;
  }
  EXPECT_TRUE(FindAsset("index.html")->body.starts_with("<!doctype html>"));
  EXPECT_EQ(FindAsset("index.html")->content_type, "text/html; charset=utf-8");
}

TEST(AssetsTest, OtherPathsAreNotFound) {
  for (const std::string_view path : {"", "/", "/index.html", "static", "static/", "static/none.js",
                                      "../index.html", "index.html/", "INDEX.HTML", "zzz"}) {
    EXPECT_EQ(FindAsset(path), nullptr) << path;
  }
}

TEST(AssetsTest, CompressedBodiesAreSmallerAndHoldTheSame) {
  for (const Asset& asset : Assets()) {
    if (asset.gzip_body.empty()) {
      EXPECT_TRUE(asset.gzip_etag.empty()) << asset.path;
      continue;
    }
    EXPECT_LT(asset.gzip_body.size(), asset.body.size()) << asset.path;
    const StatusOr<std::string> plain = GzipDecompress(asset.gzip_body, asset.body.size());
    ASSERT_TRUE(plain.ok()) << asset.path << ": " << plain.status().ToString();
    EXPECT_EQ(*plain, asset.body) << asset.path;
  }
}

TEST(AssetsTest, TagsAreStrongAndTellRepresentationsApart) {
  std::set<std::string_view> tags;
  for (const Asset& asset : Assets()) {
    for (const std::string_view tag : {asset.etag, asset.gzip_etag}) {
      if (tag.empty()) continue;
      EXPECT_TRUE(tag.size() > 2 && tag.front() == '"' && tag.back() == '"') << tag;
      EXPECT_TRUE(tags.insert(tag).second) << asset.path << ": " << tag;
    }
  }
}

TEST(AssetsTest, OnlyNamesWithAHashAreImmutable) {
  for (const Asset& asset : Assets()) {
    if (!asset.immutable) continue;
    EXPECT_TRUE(asset.path.starts_with("static/")) << asset.path;
    EXPECT_NE(asset.path.find('-'), asset.path.npos) << asset.path;
  }
}

// The page is served under any prefix, so its own references must be relative.
TEST(AssetsTest, ThePageRefersToItsFilesRelatively) {
  const std::string_view page = FindAsset("index.html")->body;
  for (const std::string_view attribute : {"src=\"", "href=\""}) {
    for (size_t at = page.find(attribute); at != page.npos; at = page.find(attribute, at + 1)) {
      const std::string_view value = page.substr(at + attribute.size());
      EXPECT_TRUE(value.starts_with("./")) << value.substr(0, 60);
    }
  }
}

}  // namespace
}  // namespace aion::ui
