#pragma once

// The answer to a Series call of the store gateway: frames made lazily from windows of chunks read
// ahead.
//
// At most kWindowsAhead windows beyond the one in use are being read, so the memory of a stream is
// bounded whatever the size of the answer; the labels of all its series are held in the tables.
// Pulled by one thread.

#include <functional>
#include <memory>
#include <vector>

#include "base/accountant.h"
#include "store/bucket/block_request.h"
#include "store/bucket/chunk_window.h"
#include "store/contract/selection.h"
#include "store/contract/store.h"

namespace aion::store {

inline constexpr uint64_t kFirstWindowBytes = 1 << 20;
inline constexpr uint64_t kWindowBytesMax = 4 << 20;
inline constexpr size_t kWindowsAhead = 2;
inline constexpr uint64_t kFrameBytesTarget = 768 << 10;
/// Series a frame holds at most: the bound when there are no chunks.
inline constexpr size_t kFrameSeriesMax = 16384;

struct SeriesStreamOptions {
  model::QueryRange range;
  bool skip_chunks = false;
  int64_t limit = 0;  ///< 0: none.
  ShardInfo shard;
  std::string hints;  ///< Sent in the last frame unless empty.
  MemoryAccountant* accountant = nullptr;
  telemetry::Histogram* sent_chunk_bytes = nullptr;  ///< Observes each series' chunks; may be null.
};

/// `sources->owner` and what the request points to must live as long as the stream and its reads.
/// `at_end` is called once, when the stream is destroyed, with the number of series it gave and the
/// time it spent merging.
struct StreamSummary {
  uint64_t series = 0;
  std::chrono::duration<double> merge_seconds{0};
};
std::unique_ptr<SeriesStream> MakeBucketSeriesStream(
    std::shared_ptr<const ChunkSources> sources, SeriesStreamOptions options,
    std::function<void(const StreamSummary&)> at_end);

}  // namespace aion::store
