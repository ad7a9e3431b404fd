#include "base/compression.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/random.h"

namespace aion {
namespace {

struct Codec {
  std::string name;
  std::function<std::string(std::string_view)> pack;
  std::function<StatusOr<std::string>(std::string_view, size_t)> unpack;
};

const Codec kCodecs[] = {
    {"snappy", SnappyCompress, SnappyDecompress},
    {"snappy frames", SnappyFrame, SnappyUnframe},
    {"gzip", [](std::string_view bytes) { return GzipCompress(bytes); }, GzipDecompress},
    {"zstd", ZstdCompress, ZstdDecompress},
};

std::string Noise(size_t size) {
  Random random(size);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Next());
  return bytes;
}

std::vector<std::string> Inputs() {
  return {"",
          "x",
          "metric metric metric metric",
          std::string(65536, 'a'),
          std::string(300'001, 'b'),
          Noise(65537),
          Noise(200'000)};
}

TEST(Compression, RoundTrips) {
  for (const Codec& codec : kCodecs) {
    for (const std::string& input : Inputs()) {
      const auto back = codec.unpack(codec.pack(input), input.size());
      ASSERT_TRUE(back.ok()) << codec.name << ": " << back.status().ToString();
      EXPECT_EQ(*back, input);
    }
  }
}

TEST(Compression, StopsAtTheLimit) {
  for (const Codec& codec : kCodecs) {
    for (const std::string& input : {std::string(10'000'000, '\0'), Noise(100'000)}) {
      const auto back = codec.unpack(codec.pack(input), input.size() - 1);
      ASSERT_FALSE(back.ok()) << codec.name;
      EXPECT_EQ(back.status().code(), StatusCode::kResourceExhausted) << codec.name;
    }
  }
}

TEST(Compression, RefusesTruncatedAndDamagedInput) {
  for (const Codec& codec : kCodecs) {
    const std::string packed =
        codec.pack("some text that is worth packing, some text that is worth packing");
    for (size_t size = 0; size < packed.size(); ++size) {
      // A frame stream that ends right after its identifier is a valid empty one.
      if (codec.name == "snappy frames" && size == 10) continue;
      EXPECT_FALSE(codec.unpack(std::string_view(packed).substr(0, size), 1 << 20).ok())
          << codec.name << " " << size;
    }
    Random random(3);
    for (int i = 0; i < 300; ++i) {
      std::string damaged = packed;
      damaged[random.Below(damaged.size())] ^= static_cast<char>(1 + random.Below(255));
      (void)codec.unpack(damaged, 1 << 20);  // Must end; some damage is not seen by snappy blocks.
    }
    for (size_t size : {1, 10, 100, 5000})
      EXPECT_FALSE(codec.unpack(Noise(size), 1 << 20).ok()) << codec.name;
  }
}

TEST(Compression, SnappyLengthLiesAreRefusedBeforeAllocating) {
  // A header that claims 1 GiB before three bytes of body.
  const auto lie =
      SnappyDecompress(std::string_view("\x80\x80\x80\x80\x04\x00\x00\x00", 8), size_t{2} << 30);
  EXPECT_EQ(lie.status().code(), StatusCode::kInvalidArgument);
}

TEST(Compression, GzipReadsSeveralMembers) {
  EXPECT_EQ(*GzipDecompress(GzipCompress("one ") + GzipCompress("two"), 100), "one two");
  EXPECT_FALSE(GzipDecompress(GzipCompress("one") + "junk", 100).ok());
}

TEST(Compression, FramesAreRecognised) {
  EXPECT_TRUE(IsSnappyFramed(SnappyFrame("")));
  EXPECT_FALSE(IsSnappyFramed("\x0a\x05proto"));
  // Skippable chunks and a repeated identifier are allowed.
  const std::string frames =
      SnappyFrame("a") + std::string("\xfe\x02\x00\x00zz", 6) + SnappyFrame("b");
  EXPECT_EQ(*SnappyUnframe(frames, 2), "ab");
}

}  // namespace
}  // namespace aion
