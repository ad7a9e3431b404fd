#pragma once

// Aggregate chunks: what a downsampled block holds instead of raw chunks, up to five chunks of one
// time range in one.
//
//   payload := { uvarint size [ encoding byte, size payload bytes ] } × 5
//              of count, sum, min, max, counter
//
// A size of 0 means the aggregate is absent. The counter chunk ends with a repeated last sample,
// whose value is the last raw one. Views point into the given payload. Pure functions.

#include <array>
#include <string>
#include <string_view>

#include "base/status.h"
#include "chunk/encoding.h"

namespace aion::chunk {

enum class AggregateSlot : uint8_t { kCount = 0, kSum = 1, kMin = 2, kMax = 3, kCounter = 4 };
inline constexpr size_t kAggregateSlotCount = 5;

/// "count", "sum", "min", "max", "counter".
std::string_view AggregateSlotName(AggregateSlot slot);

struct AggregatePart {
  Encoding encoding = Encoding::kNone;
  std::string_view data;
  bool present() const { return encoding != Encoding::kNone; }
};

using AggregateSlots = std::array<AggregatePart, kAggregateSlotCount>;

/// kDataLoss when a size does not fit or a present part has the encoding 0. The parts' own bytes
/// are not looked at.
StatusOr<AggregateSlots> SplitAggregate(std::string_view data);

/// Appends the payload to `out`. Splitting it gives the same parts.
void AppendAggregate(const AggregateSlots& slots, std::string* out);

}  // namespace aion::chunk
