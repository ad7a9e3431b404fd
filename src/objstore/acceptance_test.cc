#include <gtest/gtest.h>

#include <filesystem>

#include "objstore/faults.h"
#include "objstore/metrics.h"
#include "objstore/prefix.h"
#include "objstore/providers/filesystem.h"
#include "objstore/providers/inmem.h"
#include "testing/bucket_acceptance.h"

namespace aion::objstore {
namespace {

class Acceptance : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "/aion-objstore-acceptance-" + std::to_string(::getpid());
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Bucket> Filesystem() {
    auto bucket = MakeFilesystemBucket({.directory = directory_});
    EXPECT_TRUE(bucket.ok()) << bucket.status().ToString();
    return *std::move(bucket);
  }

  std::string directory_;
};

TEST_F(Acceptance, Filesystem) { aion::testing::RunBucketAcceptance(*Filesystem()); }

TEST_F(Acceptance, InMemory) { aion::testing::RunBucketAcceptance(*MakeInMemoryBucket()); }

TEST_F(Acceptance, PrefixedFilesystem) {
  const auto bucket = MakePrefixedBucket(Filesystem(), "/some/prefix/");
  aion::testing::RunBucketAcceptance(*bucket);
  ASSERT_TRUE(UploadBytes(*bucket, "a/b", "x").ok());
  EXPECT_EQ(Filesystem()->Get("some/prefix/a/b", {})->view(), "x");
}

TEST_F(Acceptance, PrefixOfOnlySlashesIsIgnored) {
  const auto bucket = MakePrefixedBucket(MakeInMemoryBucket(), "//");
  ASSERT_TRUE(UploadBytes(*bucket, "a", "x").ok());
  EXPECT_EQ(aion::testing::ListBucket(*bucket, "", true), std::vector<std::string>{"a"});
}

TEST_F(Acceptance, FaultyBucketWithoutFaults) {
  const auto inner = MakeInMemoryBucket();
  aion::testing::RunBucketAcceptance(
      *MakeFaultyBucket(*inner, std::make_shared<FaultPlan>(FaultOptions{})));
}

TEST_F(Acceptance, Metered) {
  const telemetry::Registry registry;
  const auto bucket = MakeMeteredBucket(MakeInMemoryBucket(), registry.WithPrefix("thanos_"), "b1");
  aion::testing::RunBucketAcceptance(*bucket);
  const std::string text = registry.Expose(telemetry::ExpositionFormat::kText);
  EXPECT_NE(
      text.find("thanos_objstore_bucket_operations_total{bucket=\"b1\",operation=\"attributes\"}"),
      std::string::npos)
      << text;
}

TEST(MeteredBucket, MissingObjectsAreNoFailures) {
  const telemetry::Registry registry;
  const auto inner = MakeInMemoryBucket();
  auto faulty =
      MakeFaultyBucket(*inner, std::make_shared<FaultPlan>(FaultOptions{.torn_upload_rate = 1}));
  const auto bucket = MakeMeteredBucket(std::move(faulty), registry, "b");
  EXPECT_FALSE(bucket->Get("no", {}).ok());
  EXPECT_FALSE(UploadBytes(*bucket, "torn", "1234").ok());
  auto failures =
      registry.WithLabels({{"bucket", "b"}})
          .AddCounterFamily(
              "objstore_bucket_operation_failures_total",
              "Total number of operations against a bucket that failed, but were not "
              "expected to fail in certain way from caller perspective. Those errors have "
              "to be investigated.",
              {"operation"});
  EXPECT_EQ(failures.With({"get"}).Value(), 0);
  EXPECT_EQ(failures.With({"upload"}).Value(), 1);
}

}  // namespace
}  // namespace aion::objstore
