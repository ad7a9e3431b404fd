#pragma once

// EncodedChunk: one chunk as it lies in a block, a head or a message, viewed where it lies. What
// stores hand out and `series` alone decodes. `data` is the chunk's payload without length,
// encoding byte and CRC; it lives as long as the page that owns it.

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "chunk/encoding.h"

namespace aion::series {

/// The on-disk encoding bytes (the wire's enum is one lower).
using chunk::Encoding;

/// Which value of a downsampled chunk this is; kRaw for everything else. Numbers are the wire's
/// Aggr enum.
enum class Aggregate : uint8_t { kRaw = 0, kCount = 1, kSum = 2, kMin = 3, kMax = 4, kCounter = 5 };
inline constexpr int kAggregateCount = 6;

struct EncodedChunk {
  TimestampMs min_time = 0;  ///< Inclusive.
  TimestampMs max_time = 0;  ///< Inclusive.
  std::string_view data;
  Encoding encoding = Encoding::kNone;
  /// The aggregates of one downsampled chunk stand next to each other with equal times.
  Aggregate aggregate = Aggregate::kRaw;
};

}  // namespace aion::series
