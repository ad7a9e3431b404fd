#include "objstore/object_name.h"

#include <gtest/gtest.h>

namespace aion::objstore {
namespace {

TEST(ObjectName, Accepts) {
  for (const std::string_view name :
       {"a", "a/b", "01H/chunks/000001", "..a", "a..", "...", ".hidden"}) {
    EXPECT_TRUE(CheckObjectName(name).ok()) << name;
  }
}

TEST(ObjectName, Refuses) {
  const std::string long_name(kObjectNameBytesMax + 1, 'a');
  for (const std::string_view name :
       {std::string_view(""), std::string_view("/"), std::string_view("a/"), std::string_view("/a"),
        std::string_view("a//b"), std::string_view(".."), std::string_view("a/.."),
        std::string_view("./a"), std::string_view("a\0b", 3), std::string_view(long_name)}) {
    EXPECT_EQ(CheckObjectName(name).code(), StatusCode::kInvalidArgument) << name;
  }
}

TEST(ObjectName, Directories) {
  EXPECT_TRUE(CheckDirectoryName("").ok());
  EXPECT_TRUE(CheckDirectoryName("a/b/").ok());
  EXPECT_FALSE(CheckDirectoryName("a/../b").ok());
  EXPECT_EQ(DirectoryPrefix(""), "");
  EXPECT_EQ(DirectoryPrefix("a"), "a/");
  EXPECT_EQ(DirectoryPrefix("a/"), "a/");
}

}  // namespace
}  // namespace aion::objstore
