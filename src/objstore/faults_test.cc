#include "objstore/faults.h"

#include <gtest/gtest.h>

#include "objstore/providers/inmem.h"

namespace aion::objstore {
namespace {

TEST(Faults, SameSeedSameFaults) {
  const auto run = [](uint64_t seed) {
    const auto inner = MakeInMemoryBucket();
    EXPECT_TRUE(UploadBytes(*inner, "a", "0123456789").ok());
    const auto bucket =
        MakeFaultyBucket(*inner, std::make_shared<FaultPlan>(FaultOptions{
                                     .seed = seed, .error_rate = 0.3, .cut_read_rate = 0.3}));
    std::string trace;
    for (int i = 0; i < 100; ++i) {
      const auto bytes = bucket->Get("a", {});
      trace += bytes.ok() ? std::to_string(bytes->size()) : "-";
    }
    return trace;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(Faults, TornUploadLeavesHalf) {
  const auto inner = MakeInMemoryBucket();
  const auto plan = std::make_shared<FaultPlan>(FaultOptions{.torn_upload_rate = 1});
  const auto bucket = MakeFaultyBucket(*inner, plan);
  EXPECT_EQ(UploadBytes(*bucket, "a", "0123456789").code(), StatusCode::kUnavailable);
  EXPECT_EQ(inner->Get("a", {})->view(), "01234");
  plan->Heal();
  EXPECT_TRUE(UploadBytes(*bucket, "a", "0123456789").ok());
  EXPECT_EQ(inner->Get("a", {})->view(), "0123456789");
}

TEST(Faults, DiesAtTheChosenWrite) {
  const auto inner = MakeInMemoryBucket();
  const auto plan = std::make_shared<FaultPlan>(FaultOptions{.writes_before_death = 2});
  const auto bucket = MakeFaultyBucket(*inner, plan);
  EXPECT_TRUE(UploadBytes(*bucket, "a", "1").ok());
  EXPECT_TRUE(bucket->Delete("a", {}).ok());
  EXPECT_FALSE(bucket->Exists("b", {}).ok() && UploadBytes(*bucket, "b", "1").ok());
  EXPECT_FALSE(bucket->Exists("b", {}).ok()) << "dead for reads too";
  EXPECT_FALSE(*inner->Exists("b", {}));
}

}  // namespace
}  // namespace aion::objstore
