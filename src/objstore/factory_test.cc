#include "objstore/factory.h"

#include <gtest/gtest.h>

namespace aion::objstore {
namespace {

TEST(Factory, MakesAFilesystemBucketWithAPrefix) {
  const auto bucket = MakeBucketFromYaml(
      "type: filesystem\nconfig:\n  directory: /some/dir\n  unknown: ignored\nprefix: /a/b/\n");
  ASSERT_TRUE(bucket.ok()) << bucket.status().ToString();
  EXPECT_EQ((*bucket)->Name(), "fs: /some/dir");
}

TEST(Factory, AcceptsHedging) {
  EXPECT_TRUE(MakeBucketFromYaml(
                  "type: FILESYSTEM\nconfig: {directory: /d}\nhedging_config: {enabled: true}\n")
                  .ok());
}

TEST(Factory, SaysWhatIsWrong) {
  struct Case {
    std::string_view yaml, text;
  };
  for (const auto& [yaml, text] : {
           Case{"type: NOPE\n", "bucket with type NOPE is not supported"},
           Case{"type: s3\nconfig: {bucket: b}\n",
                "bucket with type s3 is not supported by this build yet: FILESYSTEM is the only "
                "type it serves"},
           Case{"type: FILESYSTEM\nconfig: {}\n",
                "create FILESYSTEM client: missing directory for filesystem bucket"},
           Case{"type: FILESYSTEM\nfoo: 1\n",
                "parsing config YAML file: yaml: unmarshal errors:\n  line 2: field foo not found "
                "in type "
                "client.BucketConfig"},
           Case{"", "bucket with type  is not supported"},
       }) {
    const auto bucket = MakeBucketFromYaml(yaml);
    ASSERT_FALSE(bucket.ok()) << yaml;
    EXPECT_EQ(bucket.status().message(), text);
  }
}

}  // namespace
}  // namespace aion::objstore
