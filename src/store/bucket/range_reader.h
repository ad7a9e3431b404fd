#pragma once

// Coalesced reads: many small ranges of one object as few reads of the bucket. Pure planning and one call.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/cancel.h"
#include "base/status.h"
#include "objstore/bucket.h"

namespace aion::store {

/// Ranges with less than this between them are read as one.
inline constexpr uint64_t kCoalesceGapBytes = 512 << 10;
/// A coalesced read is not made longer than this, so that memory comes and goes in pieces.
inline constexpr uint64_t kCoalescedBytesMax = 8 << 20;

struct ByteRange {
  uint64_t begin = 0;
  uint64_t end = 0;
};

/// One read: the wanted ranges [first, last) lie in it.
struct CoalescedRange {
  ByteRange bytes;
  size_t first = 0;
  size_t last = 0;
};

/// `wanted` ascends by begin.
std::vector<CoalescedRange> Coalesce(std::span<const ByteRange> wanted, uint64_t gap_bytes = kCoalesceGapBytes,
                                     uint64_t bytes_max = kCoalescedBytesMax);

/// One read. A missing object is kUnavailable: the block was deleted while it was queried.
StatusOr<Buffer> ReadRange(objstore::Bucket& bucket, const std::string& object, const ByteRange& range,
                           const CancelToken& cancel);

}  // namespace aion::store
