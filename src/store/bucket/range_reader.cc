#include "store/bucket/range_reader.h"

#include <fmt/core.h>

#include <algorithm>

namespace aion::store {

namespace {

/// Whether `next` may join the read.
bool Joins(const CoalescedRange& read, const ByteRange& next) {
  const uint64_t end = std::max(read.bytes.end, next.end);
  if (end - read.bytes.begin > kCoalescedBytesMax) return false;
  if (next.begin <= read.bytes.end + kCoalesceAlwaysBytes) return true;
  if (next.begin > read.bytes.end + kCoalesceGapBytes) return false;
  const uint64_t wanted = read.wanted_bytes + (next.end - next.begin);
  return end - read.bytes.begin <= wanted * kCoalesceWasteMax;
}

}  // namespace

std::vector<CoalescedRange> Coalesce(std::span<const ByteRange> wanted) {
  std::vector<CoalescedRange> reads;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const uint64_t bytes = wanted[i].end - wanted[i].begin;
    if (!reads.empty() && Joins(reads.back(), wanted[i])) {
      CoalescedRange& read = reads.back();
      read.bytes.end = std::max(read.bytes.end, wanted[i].end);
      read.last = i + 1;
      read.wanted_bytes += bytes;
    } else {
      reads.push_back({wanted[i], i, i + 1, bytes});
    }
  }
  return reads;
}

StatusOr<Buffer> ReadRange(objstore::Bucket& bucket, const std::string& object,
                           const ByteRange& range, const CancelToken& cancel) {
  StatusOr<Buffer> bytes = bucket.GetRange(object, range.begin, range.end - range.begin, cancel);
  if (bytes.ok()) return bytes;
  if (bytes.status().code() == StatusCode::kNotFound) {
    return UnavailableError(
        "block object vanished while it was queried, retry after the next sync: " + object);
  }
  if (bytes.status().code() == StatusCode::kOutOfRange) {
    return DataLossError(fmt::format("{}: it ends before offset {}", object, range.begin));
  }
  return bytes.status().WithContext(fmt::format("read {} at offset {}", object, range.begin));
}

}  // namespace aion::store
