#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "config/env_substitution.h"
#include "config/file_watch.h"
#include "config/path_or_content.h"
#include "config/time_or_duration.h"

namespace aion::config {
namespace {

std::optional<std::string> FakeEnv(std::string_view name) {
  if (name == "USER_1") return "alice";
  if (name == "EMPTY") return "";
  return std::nullopt;
}

class ContentTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = JoinPath(testing::TempDir(), "aion_content_" + std::to_string(getpid()) + ".yaml");
    (void)Env::Posix().RemoveAll(path_);
  }
  void TearDown() override { (void)Env::Posix().RemoveAll(path_); }
  std::string path_;
};

TEST(EnvSubstitution, ReplacesOnlyWhatIsMeant) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"a $(USER_1) b $(USER_1)", "a alice b alice"},
      {"[$(EMPTY)]", "[]"},
      {"$USER_1 ${USER_1} $() $( USER_1) $(A-B) $(USER_1",
       "$USER_1 ${USER_1} $() $( USER_1) $(A-B) $(USER_1"},
      {"$($(USER_1))", "$(alice)"},
      {"$$(USER_1)$", "$alice$"},
  };
  for (const auto& [text, replaced] : cases)
    EXPECT_EQ(*SubstituteEnv(text, FakeEnv), replaced) << text;
  EXPECT_EQ(SubstituteEnv("x $(MISSING)", FakeEnv).status().message(),
            "found reference to unset environment variable \"MISSING\"");
}

TEST_F(ContentTest, ComesFromTheFileOrTheFlag) {
  Env& env = Env::Posix();
  ASSERT_TRUE(WriteFileAtomically(env, path_, "user: $(USER_1)").ok());
  PathOrContent config{.flag = "objstore.config", .path = path_, .content = "", .required = true};
  EXPECT_EQ(*config.Content(env, FakeEnv), "user: alice");
  config.substitute_env = false;
  EXPECT_EQ(*config.Content(env, FakeEnv), "user: $(USER_1)");
  config.content = "x";
  EXPECT_EQ(config.Content(env, FakeEnv).status().message(),
            "both objstore.config-file and objstore.config flags set.");
  config.path = "";
  EXPECT_EQ(*config.Content(env, FakeEnv), "x");
  config.content = "";
  EXPECT_EQ(config.Content(env, FakeEnv).status().message(),
            "flag objstore.config-file or objstore.config is required for running this command and "
            "content cannot be "
            "empty.");
  config.required = false;
  EXPECT_EQ(*config.Content(env, FakeEnv), "");
  config.path = path_ + ".missing";
  EXPECT_EQ(config.Content(env, FakeEnv).status().code(), StatusCode::kNotFound);
}

TEST_F(ContentTest, WatchSeesContentNotTimes) {
  Env& env = Env::Posix();
  FileWatch watch(env, path_);
  EXPECT_EQ(watch.Poll().status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomically(env, path_, "one").ok());
  EXPECT_EQ(**watch.Poll(), "one");
  EXPECT_FALSE(watch.Poll()->has_value());
  ASSERT_TRUE(WriteFileAtomically(env, path_, "one").ok());
  EXPECT_FALSE(watch.Poll()->has_value());
  ASSERT_TRUE(WriteFileAtomically(env, path_, "two").ok());
  EXPECT_EQ(**watch.Poll(), "two");
  ASSERT_TRUE(env.RemoveFile(path_).ok());
  EXPECT_FALSE(watch.Poll().ok());
  ASSERT_TRUE(WriteFileAtomically(env, path_, "two").ok());
  EXPECT_FALSE(watch.Poll()->has_value());
}

TEST(TimeOrDuration, IsFixedOrMovesWithTheClock) {
  EXPECT_EQ(TimeOrDuration::Parse("2026-01-01T00:00:00Z")->At(7), 1'767'225'600'000);
  EXPECT_EQ(TimeOrDuration::Parse("-1d")->At(100'000'000), 13'600'000);
  EXPECT_EQ(TimeOrDuration::Parse("2h")->At(0), 7'200'000);
  EXPECT_EQ(TimeOrDuration::Parse("-1d")->ToString(), "-1d");
  EXPECT_EQ(TimeOrDuration::Parse("9999-12-31T23:59:59Z")->ToString(), "9999-12-31T23:59:59Z");
  EXPECT_EQ(TimeOrDuration::Relative(1).At(kTimestampMax), kTimestampMax);
  EXPECT_EQ(TimeOrDuration::Relative(-1).At(kTimestampMin), kTimestampMin);
  for (std::string_view text : {"", "-", "yesterday", "1.5h", "--1d", "2026-01-01"}) {
    EXPECT_FALSE(TimeOrDuration::Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace aion::config
