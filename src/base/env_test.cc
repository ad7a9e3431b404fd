#include "base/env.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace aion {
namespace {

class EnvTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = JoinPath(testing::TempDir(),
                          std::string("aion_env_") + info->name() + "_" + std::to_string(getpid()));
    ASSERT_TRUE(env_.MakeDirectories(directory_).ok());
  }
  void TearDown() override { EXPECT_TRUE(env_.RemoveAll(directory_).ok()); }
  std::string Path(std::string_view name) const { return JoinPath(directory_, name); }

  Env& env_ = Env::Posix();
  std::string directory_;
};

TEST_F(EnvTest, WritesAndReadsFiles) {
  const std::string large(200'000, 'x');
  auto file = env_.OpenWritable(Path("f"));
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("head ").ok());
  ASSERT_TRUE((*file)->Append(large).ok());
  ASSERT_TRUE((*file)->Append(" tail").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_TRUE((*file)->Close().ok());
  EXPECT_EQ(*ReadFile(env_, Path("f")), "head " + large + " tail");
  EXPECT_EQ(env_.Stat(Path("f"))->size_bytes, large.size() + 10);
  EXPECT_FALSE(env_.Stat(Path("f"))->is_directory);
  EXPECT_GT(env_.Stat(Path("f"))->modified_ms, 1'500'000'000'000);

  const auto random = env_.OpenRandom(Path("f"));
  ASSERT_TRUE(random.ok());
  char bytes[8];
  EXPECT_EQ(*(*random)->ReadAt(large.size() + 5, sizeof(bytes), bytes), 5u);
  EXPECT_EQ(std::string_view(bytes, 5), " tail");
  EXPECT_EQ(*(*random)->ReadAt(1 << 30, sizeof(bytes), bytes), 0u);
  EXPECT_EQ(*(*random)->Size(), large.size() + 10);
}

TEST_F(EnvTest, ErrorsNameTheOperationAndThePath) {
  const Status missing = env_.OpenRandom(Path("nothing")).status();
  EXPECT_EQ(missing.code(), StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), "open " + Path("nothing") + ": no such file or directory");
  EXPECT_EQ(env_.RemoveFile(Path("nothing")).code(), StatusCode::kNotFound);
  EXPECT_EQ(env_.Stat(Path("nothing")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(env_.List(Path("nothing")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(env_.Rename(Path("nothing"), Path("x")).code(), StatusCode::kNotFound);
  EXPECT_TRUE(env_.RemoveAll(Path("nothing")).ok());
  ASSERT_TRUE(WriteFileAtomically(env_, Path("f"), "1").ok());
  EXPECT_EQ(env_.OpenRandom(Path("f/below")).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(ReadFile(env_, directory_).ok());
  ASSERT_TRUE(env_.Link(Path("f"), Path("g")).ok());
  EXPECT_EQ(env_.Link(Path("f"), Path("g")).code(), StatusCode::kAlreadyExists);
}

TEST_F(EnvTest, FullDiskIsResourceExhausted) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  auto file = env_.OpenWritable("/dev/full");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("x").ok());
  EXPECT_EQ((*file)->Close().code(), StatusCode::kResourceExhausted);
}

TEST_F(EnvTest, ReadFileHoldsItsLimit) {
  ASSERT_TRUE(WriteFileAtomically(env_, Path("f"), "12345").ok());
  EXPECT_EQ(*ReadFile(env_, Path("f"), 5), "12345");
  EXPECT_EQ(ReadFile(env_, Path("f"), 4).status().code(), StatusCode::kResourceExhausted);
  // Files that say they are empty are read to their end, or to the limit.
  if (access("/proc/self/status", R_OK) == 0) {
    EXPECT_FALSE(ReadFile(env_, "/proc/self/status")->empty());
  }
  EXPECT_EQ(ReadFile(env_, "/dev/zero", 100'000).status().code(), StatusCode::kResourceExhausted);
}

TEST_F(EnvTest, AtomicWriteReplacesAndLeavesNoTrace) {
  ASSERT_TRUE(WriteFileAtomically(env_, Path("f"), "old").ok());
  ASSERT_TRUE(WriteFileAtomically(env_, Path("f"), "new").ok());
  EXPECT_EQ(*ReadFile(env_, Path("f")), "new");
  EXPECT_EQ(*env_.List(directory_), std::vector<std::string>{"f"});
  ASSERT_TRUE(env_.MakeDirectories(Path("d/e")).ok());
  EXPECT_FALSE(WriteFileAtomically(env_, Path("d"), "over a directory").ok());
  EXPECT_EQ(*env_.List(directory_), (std::vector<std::string>{"d", "f"}));
  EXPECT_TRUE(env_.MakeDirectories(Path("d/e")).ok());
  EXPECT_TRUE(env_.SyncDirectory(Path("d")).ok());
  EXPECT_TRUE(env_.RemoveAll(Path("d")).ok());
}

TEST_F(EnvTest, JoinsPaths) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_EQ(JoinPath("a", ""), "a");
}

}  // namespace
}  // namespace aion
