#include "api/blocks_api.h"

#include <gtest/gtest.h>

#include "wire/json.h"

namespace aion::api {
namespace {

constexpr std::string_view kBlock = "01JGFK2M5D0000000000000001";

net::Params Params(std::vector<std::pair<std::string, std::string>> pairs) {
  net::Params params;
  for (auto& [name, value] : pairs) params.Add(name, value);
  return params;
}

blocks::Metas OneMeta() {
  auto meta = std::make_shared<tsdb::BlockMeta>();
  meta->ulid = *Ulid::Parse(kBlock);
  meta->max_time = 7'200'000;
  meta->thanos.emplace().labels = {{"cluster", "a \\\"b\" c"}};
  return {{meta->ulid, meta}};
}

TEST(BlocksApi, EachViewShowsItsLastReport) {
  BlocksApi api({.label = "cluster"});
  EXPECT_EQ(api.Blocks({})->json,
            R"({"label":"cluster","blocks":[],"refreshedAt":"0001-01-01T00:00:00Z","err":null})");
  api.Set(BlocksApi::View::kLoaded, OneMeta(), OkStatus());
  EXPECT_NE(api.Blocks({})->json.find("\"blocks\":[]"), std::string::npos);

  const std::string json = api.Blocks(Params({{"view", "loaded"}}))->json;
  EXPECT_EQ(json.find('\t'), std::string::npos);
  const auto parsed = wire::ParseJson(json);
  ASSERT_TRUE(parsed.ok()) << json;
  const auto& meta = parsed->Find("blocks")->items()[0];
  EXPECT_EQ(meta.Find("ulid")->StringOr(""), kBlock);
  EXPECT_EQ(meta.Find("thanos")->Find("labels")->Find("cluster")->StringOr(""), "a \\\"b\" c");
}

TEST(BlocksApi, AFailedLookKeepsTheBlocksAndSaysWhy) {
  BlocksApi api({});
  api.Set(BlocksApi::View::kLoaded, OneMeta(), OkStatus());
  api.Set(BlocksApi::View::kLoaded, {}, UnavailableError("bucket is away"));
  const std::string json = api.Blocks(Params({{"view", "loaded"}}))->json;
  EXPECT_NE(json.find(kBlock), std::string::npos);
  EXPECT_TRUE(json.ends_with(R"("err":"bucket is away"})")) << json;
}

TEST(BlocksApi, WritesMarks) {
  std::vector<blocks::Mark> written;
  const BlocksApi api({.write_mark = [&](const blocks::Mark& mark, const CancelToken&) {
    written.push_back(mark);
    return OkStatus();
  }});
  const std::string block(kBlock);
  const Answer answer =
      api.MarkBlock(Params({{"id", block}, {"action", "DELETION"}, {"detail", "old"}}), {});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->json, "");
  ASSERT_TRUE(api.MarkBlock(Params({{"id", block}, {"action", "NO_COMPACTION"}}), {}).ok());
  ASSERT_EQ(written.size(), 2u);
  EXPECT_EQ(written[0].kind, blocks::MarkKind::kDeletion);
  EXPECT_EQ(written[0].block.ToString(), block);
  EXPECT_EQ(written[0].details, "old");
  EXPECT_EQ(written[0].reason, "");
  EXPECT_EQ(written[1].kind, blocks::MarkKind::kNoCompact);
  EXPECT_EQ(written[1].reason, "manual");
}

TEST(BlocksApi, RefusesToMark) {
  struct Case {
    bool admin;
    std::vector<std::pair<std::string, std::string>> params;
    std::string_view text;
  };
  const std::string block(kBlock);
  const Case cases[] = {
      {false, {{"id", block}, {"action", "DELETION"}}, "Admin operations are disabled"},
      {true, {{"action", "DELETION"}}, "ID cannot be empty"},
      {true, {{"id", block}}, "Action cannot be empty"},
      {true, {{"id", "no"}, {"action", "DELETION"}}, "ULID \"no\" is not valid: "},
      {true, {{"id", block}, {"action", "EAT"}}, "not supported marker EAT"},
      {true, {{"id", block}, {"action", "DELETION"}}, "bucket is away"},
  };
  for (const Case& c : cases) {
    const BlocksApi api(
        {.admin_operations = c.admin, .write_mark = [](const blocks::Mark&, const CancelToken&) {
           return UnavailableError("bucket is away");
         }});
    const Answer answer = api.MarkBlock(Params(c.params), {});
    EXPECT_EQ(answer.status().code(), StatusCode::kInvalidArgument);
    EXPECT_TRUE(answer.status().message().starts_with(c.text)) << answer.status().ToString();
  }
}

}  // namespace
}  // namespace aion::api
