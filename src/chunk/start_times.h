#pragma once

// Start timestamps inside the chunks that carry them (XOR2, histogramST, floathistogramST).
//
// A header byte says whether the first sample has one (0x80) and from which sample on they change
// (lower 7 bits, 0 for never). From there each sample is followed by how the distance `time before
// - start time` changed. Until then the start time of the first sample holds.

#include <cstdint>

#include "base/clock.h"
#include "chunk/bits.h"

namespace aion::chunk {

class StartTimeReader {
 public:
  explicit StartTimeReader(uint8_t header)
      : first_known_((header & 0x80) != 0), change_on_(header & 0x7f) {}

  /// Reads what follows sample `index`, if anything, and returns its start time (0 for none).
  /// `time_before` is the time of the sample before.
  TimestampMs Next(BitReader* reader, size_t index, uint64_t time, uint64_t time_before) {
    if (index == 0) {
      if (first_known_) start_time_ = time - static_cast<uint64_t>(reader->Varint());
    } else if (change_on_ != 0 && index >= change_on_) {
      const auto change = static_cast<uint64_t>(reader->VarbitInt());
      distance_ = index == change_on_ ? change : distance_ + change;
      start_time_ = time_before - distance_;
    }
    return static_cast<TimestampMs>(start_time_);
  }

 private:
  bool first_known_;
  uint64_t change_on_;
  uint64_t start_time_ = 0;
  uint64_t distance_ = 0;
};

}  // namespace aion::chunk
