#include "store/bucket/range_reader.h"

#include <algorithm>

#include <fmt/core.h>

namespace aion::store {

std::vector<CoalescedRange> Coalesce(std::span<const ByteRange> wanted, uint64_t gap_bytes, uint64_t bytes_max) {
  std::vector<CoalescedRange> reads;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!reads.empty()) {
      CoalescedRange& last = reads.back();
      const uint64_t end = std::max(last.bytes.end, wanted[i].end);
      if (wanted[i].begin <= last.bytes.end + gap_bytes && end - last.bytes.begin <= bytes_max) {
        last.bytes.end = end;
        last.last = i + 1;
        continue;
      }
    }
    reads.push_back({wanted[i], i, i + 1});
  }
  return reads;
}

StatusOr<Buffer> ReadRange(objstore::Bucket& bucket, const std::string& object, const ByteRange& range,
                           const CancelToken& cancel) {
  StatusOr<Buffer> bytes = bucket.GetRange(object, range.begin, range.end - range.begin, cancel);
  if (bytes.ok()) return bytes;
  if (bytes.status().code() == StatusCode::kNotFound) {
    return UnavailableError("block object vanished while it was queried, retry after the next sync: " + object);
  }
  if (bytes.status().code() == StatusCode::kOutOfRange) {
    return DataLossError(fmt::format("{}: it ends before offset {}", object, range.begin));
  }
  return bytes.status().WithContext(fmt::format("read {} at offset {}", object, range.begin));
}

}  // namespace aion::store
