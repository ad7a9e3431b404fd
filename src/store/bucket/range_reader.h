#pragma once

// Coalesced reads: many small ranges of one object as few reads of the bucket. Pure planning and
// one call.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/cancel.h"
#include "base/status.h"
#include "objstore/bucket.h"

namespace aion::store {

/// Ranges with more than this between them are never read as one.
inline constexpr uint64_t kCoalesceGapBytes = 512 << 10;
/// Ranges with at most this between them always are: the bytes cost less than the call.
inline constexpr uint64_t kCoalesceAlwaysBytes = 16 << 10;
/// Between the two, a read may hold so many times the bytes that were asked for.
inline constexpr uint64_t kCoalesceWasteMax = 16;
/// A coalesced read is not made longer than this, so that memory comes and goes in pieces.
inline constexpr uint64_t kCoalescedBytesMax = 4 << 20;

struct ByteRange {
  uint64_t begin = 0;
  uint64_t end = 0;
};

/// One read: the wanted ranges [first, last) lie in it.
struct CoalescedRange {
  ByteRange bytes;
  size_t first = 0;
  size_t last = 0;
  uint64_t wanted_bytes = 0;
};

/// `wanted` ascends by begin.
std::vector<CoalescedRange> Coalesce(std::span<const ByteRange> wanted);

/// One read. A missing object is kUnavailable: the block was deleted while it was queried.
StatusOr<Buffer> ReadRange(objstore::Bucket& bucket, const std::string& object,
                           const ByteRange& range, const CancelToken& cancel);

}  // namespace aion::store
