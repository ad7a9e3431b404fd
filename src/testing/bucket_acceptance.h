#pragma once

// The acceptance suite of objstore::Bucket: what every provider and decorator must do, as one
// function.
//
// Call it from a TEST with an empty bucket; it leaves the bucket empty again. Failures are
// GoogleTest expectations.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "objstore/bucket.h"

namespace aion::testing {

inline std::vector<std::string> ListBucket(objstore::Bucket& bucket, std::string_view directory,
                                           bool recursive) {
  std::vector<std::string> names;
  const Status status = bucket.Iter(directory, {.recursive = recursive},
                                    [&](const objstore::IterEntry& entry) {
                                      names.push_back(entry.name);
                                      return OkStatus();
                                    },
                                    {});
  EXPECT_TRUE(status.ok()) << status.ToString();
  return names;
}

inline void ExpectMissing(objstore::Bucket& bucket, std::string_view name) {
  EXPECT_EQ(bucket.Get(name, {}).status().code(), StatusCode::kNotFound) << name;
  EXPECT_EQ(bucket.GetRange(name, 0, 1, {}).status().code(), StatusCode::kNotFound) << name;
  EXPECT_EQ(bucket.Attributes(name, {}).status().code(), StatusCode::kNotFound) << name;
  const auto exists = bucket.Exists(name, {});
  ASSERT_TRUE(exists.ok()) << exists.status().ToString();
  EXPECT_FALSE(*exists) << name;
}

inline void ExpectReads(objstore::Bucket& bucket, std::string_view name, std::string_view bytes) {
  const auto all = bucket.Get(name, {});
  ASSERT_TRUE(all.ok()) << all.status().ToString();
  EXPECT_EQ(all->view(), bytes);
  struct Case {
    uint64_t offset, size;
  };
  for (const auto& [offset, size] :
       {Case{0, 0}, Case{0, 3}, Case{2, 4}, Case{1, 1000000}, Case{1, UINT64_MAX}}) {
    const auto part = bucket.GetRange(name, offset, size, {});
    ASSERT_TRUE(part.ok()) << part.status().ToString();
    EXPECT_EQ(part->view(), bytes.substr(offset, size)) << offset << "+" << size;
  }
  EXPECT_EQ(bucket.GetRange(name, bytes.size() + 1, 1, {}).status().code(),
            StatusCode::kOutOfRange);
  const auto attributes = bucket.Attributes(name, {});
  ASSERT_TRUE(attributes.ok());
  EXPECT_EQ(attributes->size_bytes, bytes.size());
  EXPECT_GT(attributes->last_modified_ms, 0);
}

inline void ExpectUploadFailsCleanly(objstore::Bucket& bucket) {
  int calls = 0;
  const objstore::ByteSource failing = [&](char* out, size_t) -> StatusOr<size_t> {
    if (++calls > 2) return UnavailableError("the source broke");
    *out = 'x';
    return size_t{1};
  };
  EXPECT_EQ(bucket.Upload("dir/broken", failing, std::nullopt, {}).code(),
            StatusCode::kUnavailable);
  ExpectMissing(bucket, "dir/broken");
  calls = 0;
  EXPECT_FALSE(bucket.Upload("id1/obj_1", failing, std::nullopt, {}).ok());
  EXPECT_EQ(bucket.Get("id1/obj_1", {})->view(), "@test-data@") << "the older object stays";
  const objstore::ByteSource short_source = [](char*, size_t) -> StatusOr<size_t> {
    return size_t{0};
  };
  EXPECT_FALSE(bucket.Upload("dir/short", short_source, 10, {}).ok());
  ExpectMissing(bucket, "dir/short");
}

inline void ExpectHostileNamesAreRefused(objstore::Bucket& bucket) {
  for (const std::string_view name :
       {"", "/absolute", "a//b", "../up", "a/../../up", "./a", "a/."}) {
    EXPECT_EQ(bucket.Get(name, {}).status().code(), StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(objstore::UploadBytes(bucket, name, "x").code(), StatusCode::kInvalidArgument)
        << name;
    EXPECT_EQ(bucket.Exists(name, {}).status().code(), StatusCode::kInvalidArgument) << name;
  }
}

inline void ExpectCancelStops(objstore::Bucket& bucket) {
  CancelSource source;
  source.Cancel();
  const CancelToken cancelled = source.Token();
  EXPECT_EQ(bucket.Get("id1/obj_1", cancelled).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(objstore::UploadBytes(bucket, "id1/late", "x", cancelled).code(),
            StatusCode::kCancelled);
  EXPECT_EQ(bucket.Iter(
                      "", {}, [](const auto&) { return OkStatus(); }, cancelled)
                .code(),
            StatusCode::kCancelled);
  ExpectMissing(bucket, "id1/late");
}

inline void RunBucketAcceptance(objstore::Bucket& bucket) {
  using Names = std::vector<std::string>;
  ASSERT_EQ(ListBucket(bucket, "", true), Names{});
  ExpectMissing(bucket, "id1/obj_1");
  EXPECT_EQ(ListBucket(bucket, "no/such", false), Names{});

  for (const std::string_view name :
       {"id1/obj_1", "id1/obj_2.some", "id1/sub/subobj_1", "id2/obj_4", "obj_5"}) {
    ASSERT_TRUE(objstore::UploadBytes(bucket, name, "@test-data@").ok()) << name;
  }
  ExpectReads(bucket, "id1/obj_1", "@test-data@");
  EXPECT_EQ(ListBucket(bucket, "", false), (Names{"id1/", "id2/", "obj_5"}));
  EXPECT_EQ(ListBucket(bucket, "id1", false), (Names{"id1/obj_1", "id1/obj_2.some", "id1/sub/"}));
  EXPECT_EQ(ListBucket(bucket, "id1/", false), (Names{"id1/obj_1", "id1/obj_2.some", "id1/sub/"}));
  EXPECT_EQ(ListBucket(bucket, "", true),
            (Names{"id1/obj_1", "id1/obj_2.some", "id1/sub/subobj_1", "id2/obj_4", "obj_5"}));
  EXPECT_EQ(ListBucket(bucket, "id1/sub", true), (Names{"id1/sub/subobj_1"}));
  ExpectMissing(bucket, "id1");
  ExpectMissing(bucket, "id1/obj_1/deeper");

  const Status stopped =
      bucket.Iter("", {.recursive = true}, [](const auto&) { return AbortedError("enough"); }, {});
  EXPECT_EQ(stopped.code(), StatusCode::kAborted);

  ExpectUploadFailsCleanly(bucket);
  ExpectHostileNamesAreRefused(bucket);
  ExpectCancelStops(bucket);

  ASSERT_TRUE(objstore::UploadBytes(bucket, "obj_5", "new").ok());
  EXPECT_EQ(bucket.Get("obj_5", {})->view(), "new");
  ASSERT_TRUE(objstore::UploadBytes(bucket, "empty", "").ok());
  EXPECT_EQ(bucket.Get("empty", {})->view(), "");

  EXPECT_TRUE(bucket.Delete("id1/sub/subobj_1", {}).ok());
  EXPECT_EQ(ListBucket(bucket, "id1", false), (Names{"id1/obj_1", "id1/obj_2.some"}));
  EXPECT_TRUE(bucket.Delete("no/such/object", {}).ok())
      << "deleting what is not there is done already";
  EXPECT_TRUE(bucket.Delete("id1/", {}).ok()) << "a directory marker is no object";
  EXPECT_EQ(ListBucket(bucket, "id1", false), (Names{"id1/obj_1", "id1/obj_2.some"}));
  for (const std::string_view name :
       {"id1/obj_1", "id1/obj_2.some", "id2/obj_4", "obj_5", "empty"}) {
    EXPECT_TRUE(bucket.Delete(name, {}).ok()) << name;
  }
  EXPECT_EQ(ListBucket(bucket, "", false), Names{});
}

}  // namespace aion::testing
