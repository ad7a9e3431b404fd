#pragma once

// XOR chunks: float samples as Gorilla codes them, the encoding of nearly every sample stored.
//
//   be16 count, varint t0, 64 bits v0, uvarint Δt, value, { Δ²t, value }*
//   Δ²t   := 0 | 10 + 14 bits | 110 + 17 bits | 1110 + 20 bits | 1111 + 64 bits
//   value := 0 | 10 + bits of the window | 11 + 5 bits leading + 6 bits size + bits of the window
//
// DecodeXor is the hottest loop of the product: it writes whole columns and looks at most at 9
// bytes a load, so the last bytes of a chunk are decoded from a padded copy. Hostile bytes give
// kDataLoss. XOR2 (encoding 4) is the same with joint control bits and start timestamps. Pure
// functions; the appender is not thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "chunk/bits.h"

namespace aion::chunk {

inline constexpr size_t kXorSamplesMax = 0xffff;

/// Samples an XOR or XOR2 chunk claims to hold; 0 when it is too short for a count.
inline size_t XorCount(std::string_view data) {
  if (data.size() < 2) return 0;
  return static_cast<size_t>(static_cast<uint8_t>(data[0])) << 8 | static_cast<uint8_t>(data[1]);
}

/// Decodes the first `count` samples into `times[0, count)` and `values[0, count)`. On kDataLoss
/// their contents are unspecified. Cost: 16 bytes written a sample, one or two loads, no
/// allocation. Requires: count <= XorCount(data), both columns have room for `count`.
Status DecodeXor(std::string_view data, size_t count, TimestampMs* times, double* values);

/// The same for XOR2. `start_times` may be null; 0 says "no start timestamp".
Status DecodeXor2(std::string_view data, size_t count, TimestampMs* times, double* values,
                  TimestampMs* start_times);

/// Appends samples; the bytes are Prometheus', bit for bit, and complete after every Append.
class XorAppender {
 public:
  XorAppender() : writer_(2) {}
  /// Requires: count() < kXorSamplesMax. Times may go back; the encoding does not care.
  void Append(TimestampMs time, double value);
  size_t count() const { return count_; }
  TimestampMs last_time() const { return time_; }
  /// Valid until the next Append.
  const std::string& bytes() const { return writer_.bytes(); }
  /// Leaves an empty appender behind.
  std::string Take();
  void Reserve(size_t size) { writer_.mutable_bytes()->reserve(size); }

 private:
  BitWriter writer_;
  size_t count_ = 0;
  TimestampMs time_ = 0;
  uint64_t delta_ = 0;
  uint64_t value_ = 0;
  XorWindow window_ = BitWriter::NoWindow();
};

}  // namespace aion::chunk
