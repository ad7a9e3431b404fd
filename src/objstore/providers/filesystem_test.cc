#include "objstore/providers/filesystem.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "objstore/transfer.h"
#include "testing/bucket_acceptance.h"

namespace aion::objstore {
namespace {

namespace fs = std::filesystem;

class Filesystem : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ =
        fs::path(::testing::TempDir()) / ("aion-filesystem-bucket-" + std::to_string(::getpid()));
    fs::remove_all(root_);
    bucket_ = *MakeFilesystemBucket({.directory = root_.string()});
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
  std::unique_ptr<Bucket> bucket_;
};

TEST_F(Filesystem, NeedsADirectory) {
  const auto bucket = MakeFilesystemBucket({});
  EXPECT_EQ(bucket.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(bucket.status().message(), "missing directory for filesystem bucket");
}

TEST_F(Filesystem, NameIsTheAbsoluteDirectory) {
  EXPECT_EQ(bucket_->Name(), "fs: " + root_.string());
}

TEST_F(Filesystem, UploadsLeaveNoTemporaryFiles) {
  ASSERT_TRUE(UploadBytes(*bucket_, "a/b", "x").ok());
  EXPECT_FALSE(UploadBytes(*bucket_, "a/b/c", "below a file").ok());
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root_)) {
    if (entry.is_regular_file()) files.push_back(entry.path().filename());
  }
  EXPECT_EQ(files, std::vector<std::string>{"b"});
}

TEST_F(Filesystem, HalfUploadsAreNotListed) {
  ASSERT_TRUE(UploadBytes(*bucket_, "a/b", "x").ok());
  fs::create_directories(root_ / ".aion-upload");
  std::ofstream(root_ / ".aion-upload" / "1-2-3") << "half";
  EXPECT_EQ(aion::testing::ListBucket(*bucket_, "", false), std::vector<std::string>{"a/"});
  EXPECT_EQ(aion::testing::ListBucket(*bucket_, "", true), std::vector<std::string>{"a/b"});
}

TEST_F(Filesystem, AbandonedUploadsGoAfterADay) {
  fs::create_directories(root_ / ".aion-upload");
  for (const char* name : {"old", "young"}) std::ofstream(root_ / ".aion-upload" / name) << "half";
  fs::last_write_time(root_ / ".aion-upload" / "old",
                      fs::file_time_type::clock::now() - std::chrono::hours(25));
  ASSERT_TRUE(UploadBytes(*bucket_, "a", "x").ok());
  EXPECT_FALSE(fs::exists(root_ / ".aion-upload" / "old"));
  EXPECT_TRUE(fs::exists(root_ / ".aion-upload" / "young"));
}

TEST_F(Filesystem, EmptyDirectoriesAreSkippedAndParentsPruned) {
  fs::create_directories(root_ / "empty");
  ASSERT_TRUE(UploadBytes(*bucket_, "x/y/z", "1").ok());
  EXPECT_EQ(aion::testing::ListBucket(*bucket_, "", false), std::vector<std::string>{"x/"});
  ASSERT_TRUE(bucket_->Delete("x/y/z", {}).ok());
  EXPECT_FALSE(fs::exists(root_ / "x"));
  EXPECT_TRUE(fs::exists(root_));
}

TEST_F(Filesystem, DeletesAndUploadsOfNeighboursDoNotDisturbEachOther) {
  std::thread deleter([&] {
    for (int i = 0; i < 200; ++i) {
      EXPECT_TRUE(UploadBytes(*bucket_, "d/e/gone", "1").ok());
      EXPECT_TRUE(bucket_->Delete("d/e/gone", {}).ok());
    }
  });
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(UploadBytes(*bucket_, "d/e/" + std::to_string(i), "1").ok());
    EXPECT_TRUE(bucket_->Delete("d/e/" + std::to_string(i), {}).ok());
  }
  deleter.join();
  EXPECT_EQ(aion::testing::ListBucket(*bucket_, "", true), std::vector<std::string>{});
}

TEST_F(Filesystem, FilesTravelBothWays) {
  const std::string from = (root_.parent_path() / (root_.filename().string() + ".from")).string();
  const std::string to = from + ".to";
  const std::string bytes(3 << 20, 'z');
  std::ofstream(from) << bytes;
  ASSERT_TRUE(UploadFile(*bucket_, Env::Posix(), from, "big/file", {}).ok());
  ASSERT_TRUE(DownloadFile(*bucket_, Env::Posix(), "big/file", to, {}).ok());
  EXPECT_EQ(*ReadFile(Env::Posix(), to), bytes);
  EXPECT_EQ(DownloadFile(*bucket_, Env::Posix(), "none", to, {}).code(), StatusCode::kNotFound);
  EXPECT_EQ(*ReadFile(Env::Posix(), to), bytes) << "a failed download leaves the older file";
  fs::remove(from);
  fs::remove(to);
}

}  // namespace
}  // namespace aion::objstore
