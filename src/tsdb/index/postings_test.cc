#include "tsdb/index/postings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "base/random.h"

namespace aion::tsdb {
namespace {

Postings RandomPostings(Random& random, size_t count, uint32_t below) {
  std::set<uint32_t> set;
  while (set.size() < count) set.insert(static_cast<uint32_t>(random.Below(below)));
  return {set.begin(), set.end()};
}

PostingsView AsView(const Postings& postings, std::string* storage) {
  storage->clear();
  AppendPostings(postings, storage);
  StatusOr<PostingsView> view = ParsePostings(*storage);
  EXPECT_TRUE(view.ok()) << view.status().ToString();
  return *view;
}

TEST(PostingsTest, SetOperationsAgreeWithTheStandardOnes) {
  Random random(1);
  for (const size_t a_size : {0u, 1u, 10u, 300u}) {
    for (const size_t b_size : {0u, 1u, 50u, 2000u}) {
      const Postings a = RandomPostings(random, a_size, 4000);
      const Postings b = RandomPostings(random, b_size, 4000);
      Postings both, any, only;
      std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
      std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(any));
      std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
      EXPECT_EQ(Intersect(a, b), both);
      EXPECT_EQ(Intersect(b, a), both);
      EXPECT_EQ(Merge({a, b}), any);
      Postings subtracted = a;
      SubtractInPlace(&subtracted, b);
      EXPECT_EQ(subtracted, only);
      Postings in_place = a;
      std::string storage;
      IntersectInPlace(&in_place, AsView(b, &storage));
      EXPECT_EQ(in_place, both);
    }
  }
}

TEST(PostingsTest, MergeOfMany) {
  Random random(2);
  std::vector<Postings> lists;
  std::set<uint32_t> want;
  for (int i = 0; i < 37; ++i) {
    lists.push_back(RandomPostings(random, static_cast<size_t>(i), 1000));
    want.insert(lists.back().begin(), lists.back().end());
  }
  EXPECT_EQ(Merge(lists), Postings(want.begin(), want.end()));
  EXPECT_TRUE(Merge({}).empty());
}

TEST(PostingsTest, ListRoundTripAndDamage) {
  const Postings postings = {3, 9, 0x80000000, 0xffffffff};
  std::string bytes;
  const PostingsView view = AsView(postings, &bytes);
  EXPECT_EQ(view.size(), 4u);
  EXPECT_EQ(view[2], 0x80000000u);
  Postings decoded;
  ASSERT_TRUE(DecodePostings(view, &decoded).ok());
  EXPECT_EQ(decoded, postings);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ParsePostings(bytes.substr(0, size)).status().code(), StatusCode::kOutOfRange)
        << size;
  }
  bytes[10] ^= 1;
  EXPECT_EQ(ParsePostings(bytes).status().code(), StatusCode::kDataLoss);

  std::string wrong_count = "\0\0\0\x08\0\0\0\x02\0\0\0\x01";
  wrong_count.assign("\0\0\0\x08\0\0\0\x02\0\0\0\x01\0\0\0\0", 16);
  EXPECT_EQ(ParsePostings(wrong_count, CrcCheck::kSkip).status().code(), StatusCode::kDataLoss);

  std::string storage;
  EXPECT_EQ(DecodePostings(AsView({5, 5}, &storage), &decoded).code(), StatusCode::kDataLoss);
}

TEST(PostingsTableTest, WalksRowsAndStopsAtDamage) {
  std::string contents;
  PutBe32(&contents, 2);
  size_t second = 0;
  for (const char* value : {"x", "y"}) {
    second = contents.size();
    PutUvarint(&contents, 2);
    PutUvarintBytes(&contents, "name");
    PutUvarintBytes(&contents, value);
    PutUvarint(&contents, 777);
  }
  PostingsTableCursor cursor(contents);
  PostingsTableEntry entry;
  ASSERT_TRUE(cursor.Next(&entry));
  EXPECT_EQ(entry.value, "x");
  ASSERT_TRUE(cursor.Next(&entry));
  EXPECT_EQ(entry.entry_offset, second);
  EXPECT_FALSE(cursor.Next(&entry));
  EXPECT_TRUE(cursor.status().ok());

  PostingsTableCursor from_second(contents, second);
  ASSERT_TRUE(from_second.Next(&entry));
  EXPECT_EQ(entry.value, "y");

  contents[4] = 3;  // Key count.
  PostingsTableCursor damaged(contents);
  EXPECT_FALSE(damaged.Next(&entry));
  EXPECT_EQ(damaged.status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace aion::tsdb
