#include "blocks/marks.h"

#include <gtest/gtest.h>

#include "blocks/block_files.h"
#include "objstore/providers/inmem.h"

namespace aion::blocks {
namespace {

const Ulid kBlock = *Ulid::Parse("01M7YN5Y65J7GPXRK55S3CQZJP");

TEST(Marks, HaveUpstreamsForm) {
  EXPECT_EQ(PrintMark({MarkKind::kDeletion, kBlock, 1700000000, "", ""}),
            R"({"id":"01M7YN5Y65J7GPXRK55S3CQZJP","version":1,"deletion_time":1700000000})");
  EXPECT_EQ(
      PrintMark({MarkKind::kNoCompact, kBlock, 5, "say \"why\"", std::string(kReasonManual)}),
      R"({"id":"01M7YN5Y65J7GPXRK55S3CQZJP","version":1,"details":"say \"why\"","no_compact_time":5,"reason":"manual"})");
  EXPECT_EQ(
      PrintMark({MarkKind::kNoDownsample, kBlock, 5, "", "manual"}),
      R"({"id":"01M7YN5Y65J7GPXRK55S3CQZJP","version":1,"no_downsample_time":5,"reason":"manual"})");
}

TEST(Marks, ReadBackAsWritten) {
  for (const Mark& mark :
       {Mark{MarkKind::kDeletion, kBlock, 7, "details", ""},
        Mark{MarkKind::kNoCompact, kBlock, 8, "", std::string(kReasonOutOfOrderChunks)}}) {
    const auto parsed = ParseMark(mark.kind, PrintMark(mark));
    ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
    EXPECT_EQ(*parsed, mark);
  }
}

TEST(Marks, RefuseWhatIsNone) {
  for (const std::string_view text :
       {"", "[]", "{", "{}", R"({"id":"x","version":1})", R"({"id":1,"version":1})"}) {
    EXPECT_EQ(ParseMark(MarkKind::kDeletion, text).status().code(), StatusCode::kDataLoss) << text;
  }
  const auto future =
      ParseMark(MarkKind::kDeletion, R"({"id":"01M7YN5Y65J7GPXRK55S3CQZJP","version":2})");
  EXPECT_EQ(future.status().code(), StatusCode::kUnimplemented);
  EXPECT_EQ(future.status().message(), "unexpected deletion-mark file version 2, expected 1");
}

TEST(Marks, AnExistingMarkStays) {
  const auto bucket = objstore::MakeInMemoryBucket();
  EXPECT_FALSE(ReadMark(*bucket, kBlock, MarkKind::kDeletion, {})->has_value());
  EXPECT_TRUE(*WriteMark(*bucket, {MarkKind::kDeletion, kBlock, 1, "first", ""}, {}));
  EXPECT_FALSE(*WriteMark(*bucket, {MarkKind::kDeletion, kBlock, 2, "second", ""}, {}));
  EXPECT_EQ((*ReadMark(*bucket, kBlock, MarkKind::kDeletion, {}))->details, "first");
  EXPECT_TRUE(*RemoveMark(*bucket, kBlock, MarkKind::kDeletion, {}));
  EXPECT_FALSE(*RemoveMark(*bucket, kBlock, MarkKind::kDeletion, {}));
}

}  // namespace
}  // namespace aion::blocks
