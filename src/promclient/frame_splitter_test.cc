#include "promclient/frame_splitter.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "wire/remote_read.h"

namespace aion::promclient {
namespace {

std::string BodyOf(const std::vector<std::string>& messages) {
  std::string body;
  for (const std::string& message : messages) wire::AppendChunkedFrame(message, &body);
  return body;
}

TEST(FrameSplitter, GivesTheSameFramesHoweverTheyArrive) {
  std::vector<std::string> messages = {"a", std::string(300, 'b'), std::string(70'000, 'c'), "d",
                                       ""};
  const std::string body = BodyOf(messages);
  for (const size_t piece_size :
       {size_t{1}, size_t{2}, size_t{7}, size_t{1000}, size_t{65536}, body.size()}) {
    FrameSplitter splitter;
    std::vector<std::string> got;
    for (size_t at = 0; at < body.size(); at += piece_size) {
      ASSERT_TRUE(splitter.Feed(std::string_view(body).substr(at, piece_size)).ok());
      if (splitter.ready_bytes() == 0) continue;
      const FramePage page = splitter.TakeReady();
      for (size_t i = 0; i < page.frames.size(); ++i) got.emplace_back(page.frame(i));
    }
    EXPECT_TRUE(splitter.Finish().ok());
    EXPECT_EQ(got, messages) << piece_size;
    EXPECT_EQ(splitter.frame_count(), messages.size());
  }
}

TEST(FrameSplitter, RefusesWhatIsNotAStream) {
  std::string flipped = BodyOf({"hello", "world"});
  flipped.back() ^= 1;
  FrameSplitter corrupted;
  const Status mismatch = corrupted.Feed(flipped);
  EXPECT_EQ(mismatch.code(), StatusCode::kDataLoss);
  EXPECT_NE(mismatch.message().find("checksum mismatch"), std::string_view::npos);
  EXPECT_EQ(corrupted.TakeReady().frames.size(), 1u);
  EXPECT_FALSE(corrupted.Feed("more").ok());

  std::string huge;
  PutUvarint(&huge, kRemoteReadFrameBytesMax + 1);
  FrameSplitter too_large;
  EXPECT_EQ(too_large.Feed(huge + "crc!").code(), StatusCode::kResourceExhausted);

  FrameSplitter endless_varint;
  EXPECT_EQ(endless_varint.Feed(std::string(40, '\xff')).code(), StatusCode::kDataLoss);
}

TEST(FrameSplitter, NoticesATruncatedBody) {
  const std::string body = BodyOf({"hello", "world"});
  for (size_t size = 1; size < body.size(); ++size) {
    FrameSplitter splitter;
    ASSERT_TRUE(splitter.Feed(std::string_view(body).substr(0, size)).ok());
    const bool is_whole = size == body.size() / 2;
    EXPECT_EQ(splitter.Finish().ok(), is_whole) << size;
  }
  EXPECT_TRUE(FrameSplitter().Finish().ok());
}

}  // namespace
}  // namespace aion::promclient
