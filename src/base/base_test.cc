#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <vector>

#include "base/accountant.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cancel.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/status.h"
#include "base/ulid.h"

namespace aion {
namespace {

StatusOr<int> Half(int value) {
  if (value % 2 != 0) return InvalidArgumentError("odd: " + std::to_string(value));
  return value / 2;
}

StatusOr<int> Quarter(int value) {
  ASSIGN_OR_RETURN(const int half, Half(value));
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

Status CheckQuarter(int value) {
  RETURN_IF_ERROR(Quarter(value).status().WithContext("quarter"));
  return OkStatus();
}

TEST(Status, CarriesCodeMessageAndContext) {
  EXPECT_TRUE(OkStatus().ok());
  EXPECT_EQ(OkStatus().ToString(), "OK");
  const Status status = NotFoundError("block: 01H");
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(status.WithContext("fetch").ToString(), "NotFound: fetch: block: 01H");
  Status copy = status;
  const Status moved = std::move(copy);
  EXPECT_EQ(moved.message(), "block: 01H");
  EXPECT_EQ(StatusCodeName(StatusCode::kCancelled), "Canceled");
  EXPECT_EQ(StatusCodeName(static_cast<StatusCode>(99)), "Unknown");
}

TEST(Status, MacrosReturnTheFirstError) {
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(Quarter(6).status().message(), "odd: 3");
  EXPECT_TRUE(CheckQuarter(4).ok());
  EXPECT_EQ(CheckQuarter(5).message(), "quarter: odd: 5");
}

TEST(StatusDeathTest, ValueOfAnErrorIsABug) { EXPECT_DEATH((void)*Half(1), "CHECK failed"); }

TEST(ByteCursor, ReadsWhatPutWrites) {
  const std::vector<uint64_t> unsigned_values = {
      0, 1, 127, 128, 300, uint64_t{1} << 62, std::numeric_limits<uint64_t>::max()};
  const std::vector<int64_t> signed_values = {
      0, -1, 1, -64, 64, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  std::string bytes;
  for (uint64_t value : unsigned_values) PutUvarint(&bytes, value);
  for (int64_t value : signed_values) PutVarint(&bytes, value);
  PutU8(&bytes, 7);
  PutBe16(&bytes, 0x1234);
  PutBe32(&bytes, 0x12345678);
  PutBe64(&bytes, 0x123456789abcdef0);
  PutUvarintBytes(&bytes, "name");
  ByteCursor cursor(bytes);
  for (uint64_t value : unsigned_values) EXPECT_EQ(cursor.Uvarint(), value);
  for (int64_t value : signed_values) EXPECT_EQ(cursor.Varint(), value);
  EXPECT_EQ(cursor.U8(), 7);
  EXPECT_EQ(cursor.Be16(), 0x1234);
  EXPECT_EQ(cursor.Be32(), 0x12345678u);
  EXPECT_EQ(cursor.Be64(), 0x123456789abcdef0u);
  EXPECT_EQ(cursor.UvarintBytes(), "name");
  EXPECT_TRUE(cursor.ok());
  EXPECT_TRUE(cursor.AtEnd());
  EXPECT_EQ(cursor.offset(), bytes.size());
}

TEST(ByteCursor, FailsForGoodPastTheEnd) {
  ByteCursor cursor("\x01\x02");
  EXPECT_EQ(cursor.Be32(), 0u);
  EXPECT_FALSE(cursor.ok());
  EXPECT_EQ(cursor.U8(), 0);
  EXPECT_TRUE(cursor.Bytes(1).empty());
  EXPECT_EQ(cursor.remaining(), 0u);
}

TEST(ByteCursor, RefusesHostileVarintsAndLengths) {
  const std::string eleven(11, '\x80');
  ByteCursor endless(eleven);
  EXPECT_EQ(endless.Uvarint(), 0u);
  EXPECT_FALSE(endless.ok());
  // Ten bytes whose last carries more than the 64th bit.
  ByteCursor overflow(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10));
  EXPECT_EQ(overflow.Uvarint(), 0u);
  EXPECT_FALSE(overflow.ok());
  std::string bytes;
  PutUvarint(&bytes, std::numeric_limits<uint64_t>::max());
  ByteCursor length(bytes);
  EXPECT_TRUE(length.UvarintBytes().empty());
  EXPECT_FALSE(length.ok());
  ByteCursor skip("abc");
  skip.Skip(std::numeric_limits<uint64_t>::max());
  EXPECT_FALSE(skip.ok());
}

TEST(Buffer, SliceKeepsTheOwner) {
  Buffer slice;
  {
    const Buffer whole(std::string("0123456789, long enough to live on the heap"));
    slice = whole.Slice(2, 3);
  }
  EXPECT_EQ(slice.view(), "234");
}

TEST(Accountant, RefusesPastTheBudgetAndTracksThePeak) {
  MemoryAccountant accountant(100);
  {
    MemoryCharge charge(&accountant);
    ASSERT_TRUE(charge.Add(60, "chunks").ok());
    const Status refused = charge.Add(50, "chunks");
    EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(refused.message(),
              "memory budget of the query exceeded: chunks needs 50 bytes more, 60 of 100 bytes "
              "are in use");
    MemoryCharge moved = std::move(charge);
    EXPECT_EQ(moved.bytes(), 60u);
    EXPECT_EQ(accountant.used_bytes(), 60u);
  }
  EXPECT_EQ(accountant.used_bytes(), 0u);
  EXPECT_EQ(accountant.peak_bytes(), 60u);
  EXPECT_TRUE(MemoryCharge().Add(uint64_t{1} << 60, "anything").ok());
  EXPECT_TRUE(MemoryAccountant().Charge(uint64_t{1} << 60, "anything").ok());
}

TEST(Accountant, CannotBeOverflowed) {
  MemoryAccountant accountant(100);
  ASSERT_TRUE(accountant.Charge(60, "a").ok());
  EXPECT_FALSE(accountant.Charge(std::numeric_limits<uint64_t>::max() - 10, "a lie").ok());
  EXPECT_EQ(accountant.used_bytes(), 60u);
}

TEST(Cancel, TokenSeesCancelAndDeadline) {
  EXPECT_FALSE(CancelToken().IsCancelled());
  EXPECT_TRUE(CancelToken().Check().ok());
  CancelSource source;
  const CancelToken token = source.Token();
  EXPECT_TRUE(token.Check().ok());
  source.Cancel();
  EXPECT_EQ(token.Check().code(), StatusCode::kCancelled);
  EXPECT_EQ(token.Check().message(), "context canceled");
  CancelSource late(CancelToken::Clock::now() - std::chrono::seconds(1));
  EXPECT_EQ(late.Token().Check().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(late.Token().Check().message(), "context deadline exceeded");
}

TEST(Cancel, ParentReachesTheChildAndTheEarlierDeadlineWins) {
  const auto now = CancelToken::Clock::now();
  CancelSource parent(now + std::chrono::hours(1));
  CancelSource child(now + std::chrono::hours(2), parent.Token());
  EXPECT_EQ(child.Token().Deadline(), now + std::chrono::hours(1));
  parent.Cancel();
  EXPECT_TRUE(child.Token().IsCancelled());
  CancelSource born_cancelled(now + std::chrono::hours(2), parent.Token());
  EXPECT_TRUE(born_cancelled.Token().IsCancelled());
}

TEST(Cancel, CallbacksRunOnceUnlessRemoved) {
  CancelSource source;
  int kept = 0, removed = 0, late = 0;
  (void)source.Token().OnCancel([&] { ++kept; });
  const uint64_t id = source.Token().OnCancel([&] { ++removed; });
  source.Token().RemoveCallback(id);
  source.Cancel();
  source.Cancel();
  (void)source.Token().OnCancel([&] { ++late; });
  EXPECT_EQ(kept, 1);
  EXPECT_EQ(removed, 0);
  EXPECT_EQ(late, 1);
}

TEST(Cancel, CallbacksMayTouchTheToken) {
  CancelSource source;
  const CancelToken token = source.Token();
  int calls = 0;
  uint64_t self = 0;
  const uint64_t other = token.OnCancel([&] {
    ++calls;
    token.RemoveCallback(self);  // Itself, while it runs, and one that waits its turn.
    (void)token.OnCancel([&] { ++calls; });
  });
  self = other;
  const uint64_t last = token.OnCancel([&] { ++calls; });
  EXPECT_NE(other, last);
  source.Cancel();
  EXPECT_EQ(calls, 3);
}

TEST(Cancel, ChildWithoutADeadlineOfItsOwn) {
  CancelSource parent;
  CancelSource child(parent.Token());
  EXPECT_FALSE(child.Token().Deadline().has_value());
  parent.Cancel();
  EXPECT_EQ(child.Token().Check().code(), StatusCode::kCancelled);
}

TEST(Cancel, ChildrenComeAndGoWhileTheParentCancels) {
  CancelSource parent;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) {
        CancelSource child(CancelToken::Clock::now() + std::chrono::hours(1), parent.Token());
        (void)child.Token().IsCancelled();
      }
    });
  }
  parent.Cancel();
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(parent.Token().IsCancelled());
}

TEST(Hash, MatchesPublishedVectors) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c("56789", Crc32c("1234")), 0xe3069283u);
  EXPECT_EQ(XxHash64(""), 0xef46db3751d8e999u);
  EXPECT_EQ(XxHash64("a"), 0xd24ec4f1a98c6e5bu);
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Random, IsReproducibleAndBounded) {
  Random a(42), b(42);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(a.Next(), b.Next());
    EXPECT_LT(a.Below(7), 7u);
    const double unit = b.Unit();
    EXPECT_TRUE(unit >= 0 && unit < 1);
    (void)b.Below(7);
    (void)a.Unit();
  }
}

TEST(Ulid, RoundTripsAndSortsByTime) {
  Random random(1);
  const Ulid ulid = Ulid::Make(1'700'000'000'123, random);
  EXPECT_EQ(ulid.TimeMs(), 1'700'000'000'123);
  EXPECT_EQ(*Ulid::Parse(ulid.ToString()), ulid);
  EXPECT_LT(ulid, Ulid::Make(1'700'000'000'124, random));
  EXPECT_LT(ulid.ToString(), Ulid::Make(1'700'000'000'124, random).ToString());
  const auto known = Ulid::Parse("01arz3ndektsv4rrffq69g5fav");
  ASSERT_TRUE(known.ok());
  EXPECT_EQ(known->ToString(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  EXPECT_EQ(known->TimeMs(), 1469922850259);
}

TEST(Ulid, RefusesEverythingElse) {
  for (std::string_view text :
       {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
        "81ARZ3NDEKTSV4RRFFQ69G5FAV", "!1ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAI",
        "01ARZ3NDEKTSV4RRFFQ69G5FAU", "meta-syncer"}) {
    EXPECT_EQ(Ulid::Parse(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace aion
