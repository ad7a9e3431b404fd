#include "chunk/xor.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"

namespace aion::chunk {
namespace {

struct Samples {
  std::vector<TimestampMs> times;
  std::vector<double> values;
};

std::string Encode(const Samples& samples) {
  XorAppender appender;
  for (size_t i = 0; i < samples.times.size(); ++i)
    appender.Append(samples.times[i], samples.values[i]);
  return appender.Take();
}

void ExpectRoundTrip(const Samples& samples, const char* name) {
  const std::string data = Encode(samples);
  ASSERT_EQ(XorCount(data), samples.times.size()) << name;
  std::vector<TimestampMs> times(samples.times.size());
  std::vector<double> values(samples.times.size());
  const Status status = DecodeXor(data, times.size(), times.data(), values.data());
  ASSERT_TRUE(status.ok()) << name << ": " << status.ToString();
  EXPECT_EQ(times, samples.times) << name;
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint64_t>(values[i]), std::bit_cast<uint64_t>(samples.values[i]))
        << name << " " << i;
  }
}

TEST(XorTest, RoundTripsEveryShape) {
  Random random(7);
  const auto make = [](size_t count, auto time, auto value) {
    Samples samples;
    for (size_t i = 0; i < count; ++i) {
      samples.times.push_back(time(i));
      samples.values.push_back(value(i));
    }
    return samples;
  };
  const auto regular = [](size_t i) { return 1767225600000 + static_cast<int64_t>(i) * 15000; };
  for (const size_t count : {1u, 2u, 3u, 4u, 27u, 28u, 29u, 57u, 120u, 481u, 65535u}) {
    ExpectRoundTrip(make(count, regular, [](size_t) { return 1.0; }), "constant");
    ExpectRoundTrip(make(count, regular, [](size_t i) { return static_cast<double>(i * i % 97); }),
                    "small integers");
    ExpectRoundTrip(
        make(count, regular, [&](size_t) { return std::bit_cast<double>(random.Next()); }),
        "any bits");
  }
  int64_t time = -5;
  const auto jitter = [&](int64_t spread) {
    return [&random, &time, spread](size_t) {
      return time +=
             15000 + static_cast<int64_t>(random.Below(static_cast<uint64_t>(spread))) - spread / 2;
    };
  };
  // Spreads that need each size of a time's Δ².
  for (const int64_t spread : {100ll, 16000ll, 100000ll, 1000000ll, 1ll << 40}) {
    ExpectRoundTrip(make(1000, jitter(spread), [&](size_t) { return random.Unit(); }), "jitter");
  }
  ExpectRoundTrip(make(
                      50, [](size_t i) { return i % 2 == 0 ? kTimestampMin : kTimestampMax; },
                      [](size_t i) { return i % 3 == 0 ? std::nan("") : -INFINITY; }),
                  "extremes");
  ExpectRoundTrip(make(300, regular, [](size_t i) { return i % 100 == 50 ? 2.0 : 1.0; }),
                  "rare changes");
}

TEST(XorTest, DecodesAPrefix) {
  Samples samples;
  for (int i = 0; i < 100; ++i) {
    samples.times.push_back(i * 1000);
    samples.values.push_back(i * 0.5);
  }
  const std::string data = Encode(samples);
  for (size_t count = 0; count <= 100; ++count) {
    std::vector<TimestampMs> times(count);
    std::vector<double> values(count);
    ASSERT_TRUE(DecodeXor(data, count, times.data(), values.data()).ok());
    EXPECT_TRUE(std::equal(times.begin(), times.end(), samples.times.begin()));
  }
}

TEST(XorTest, DodBoundaries) {
  // Each size's first and last value, and the neighbours outside.
  for (const unsigned bits : {14u, 17u, 20u}) {
    for (const int64_t edge : {-(1ll << (bits - 1)), -((1ll << (bits - 1)) - 1), 1ll << (bits - 1),
                               (1ll << (bits - 1)) + 1}) {
      Samples samples{{0, 1000000, 2000000 + edge, 3000000}, {1, 2, 3, 4}};
      ExpectRoundTrip(samples, "edge");
    }
  }
}

TEST(XorTest, DamagedBytesGiveDataLoss) {
  Random random(11);
  Samples samples;
  for (int i = 0; i < 200; ++i) {
    samples.times.push_back(i * 15000 + static_cast<int64_t>(random.Below(7)));
    samples.values.push_back(random.Unit());
  }
  const std::string data = Encode(samples);
  std::vector<TimestampMs> times(kXorSamplesMax);
  std::vector<double> values(kXorSamplesMax);
  for (size_t size = 0; size < data.size(); ++size) {
    const std::string cut = data.substr(0, size);
    const size_t count = XorCount(cut);
    const Status status = DecodeXor(cut, count, times.data(), values.data());
    EXPECT_EQ(status.code(), count == 0 ? StatusCode::kOk : StatusCode::kDataLoss) << size;
  }
  for (int round = 0; round < 2000; ++round) {
    std::string flipped = data;
    for (int k = 0; k < 3; ++k)
      flipped[random.Below(flipped.size())] ^= static_cast<char>(1 << random.Below(8));
    const std::string heap_copy(flipped);  // Exact size, for the address sanitizer.
    (void)DecodeXor(heap_copy, XorCount(heap_copy), times.data(), values.data());
    (void)DecodeXor2(heap_copy, XorCount(heap_copy), times.data(), values.data(), nullptr);
  }
}

TEST(XorTest, ClaimsBeyondTheBytesAreRefused) {
  std::string data = Encode({{1, 2}, {1, 2}});
  data[0] = '\xff';
  data[1] = '\xff';
  std::vector<TimestampMs> times(kXorSamplesMax);
  std::vector<double> values(kXorSamplesMax);
  EXPECT_EQ(DecodeXor(data, XorCount(data), times.data(), values.data()).code(),
            StatusCode::kDataLoss);
  EXPECT_EQ(XorCount(""), 0u);
  EXPECT_EQ(XorCount("\x01"), 0u);
}

// Written by hand from the format: joint control bits, window reuse, staleness and start
// timestamps.
TEST(Xor2Test, DecodesEveryControl) {
  BitWriter writer(3);
  const auto bits_of = [](double value) { return std::bit_cast<uint64_t>(value); };
  writer.Varint(1000);
  writer.Bits(bits_of(1.5), 64);
  writer.Varint(400);  // Start time 600.
  // Sample 1: Δt 100, unchanged; start times change from here: 1000 - 950.
  writer.Uvarint(100);
  writer.Bits(0, 1);
  writer.VarbitInt(950);
  // Sample 2: Δ²t 0, unchanged.
  writer.Bits(0, 1);
  writer.VarbitInt(0);
  // Sample 3: Δ²t 0, a new window of all bits.
  writer.Bits(0b10, 2);
  writer.Bits(1, 1);
  writer.Bits(0, 5);
  writer.Bits(0, 6);
  writer.Bits(bits_of(1.5) ^ bits_of(-2.25), 64);
  writer.VarbitInt(10);
  // Sample 4: Δ²t -5 in 13 bits, the same window.
  writer.Bits(0b110, 3);
  writer.Bits(static_cast<uint64_t>(-5) & 0x1fff, 13);
  writer.Bits(0b10, 2);
  writer.Bits(bits_of(-2.25) ^ bits_of(7), 64);
  writer.VarbitInt(-10);
  // Sample 5: Δ²t 0, stale. Sample 6: Δ²t 5000 in 20 bits, unchanged from 7.
  writer.Bits(0b11111, 5);
  writer.VarbitInt(0);
  writer.Bits(0b1110, 4);
  writer.Bits(5000, 20);
  writer.Bits(0, 1);
  writer.VarbitInt(0);
  std::string data = *writer.mutable_bytes();
  data[1] = 7;
  data[2] = static_cast<char>(0x80 | 1);

  std::vector<TimestampMs> times(7), starts(7);
  std::vector<double> values(7);
  const Status status = DecodeXor2(data, 7, times.data(), values.data(), starts.data());
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(times, (std::vector<TimestampMs>{1000, 1100, 1200, 1300, 1395, 1490, 6585}));
  EXPECT_EQ(starts, (std::vector<TimestampMs>{600, 50, 150, 240, 350, 445, 540}));
  EXPECT_EQ(values[0], 1.5);
  EXPECT_EQ(values[2], 1.5);
  EXPECT_EQ(values[3], -2.25);
  EXPECT_EQ(values[4], 7);
  EXPECT_EQ(bits_of(values[5]), 0x7ff0000000000002ULL);
  EXPECT_EQ(values[6], 7);
  for (size_t size = 3; size + 1 < data.size(); ++size) {
    EXPECT_FALSE(DecodeXor2(data.substr(0, size), 7, times.data(), values.data(), nullptr).ok())
        << size;
  }
}

}  // namespace
}  // namespace aion::chunk
