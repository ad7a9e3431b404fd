#pragma once

// SeriesFrames from and to SeriesResponse messages: the hot borders of the read path.
//
// Inwards, the message's bytes become the frame's page and chunk data stays where it lies; labels
// are packed into a second page. Outwards, each chunk is copied once, into the message. Used by one
// thread each.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/accountant.h"
#include "base/buffer.h"
#include "base/status.h"
#include "store/contract/store.h"
#include "wire/series_response.h"

namespace aion::store::internal {

/// A message with this many bytes of series is sent; a series with more is cut into several.
inline constexpr size_t kMessageBytesTarget = 1 << 20;

/// Collects messages into one frame.
class FrameReader {
 public:
  explicit FrameReader(MemoryAccountant* accountant)
      : accountant_(accountant), parts_charge_(accountant) {}

  /// Adds one message to the frame being made. kInvalidArgument for malformed bytes,
  /// kResourceExhausted when the query may not hold it.
  Status Add(Buffer message);
  size_t message_bytes() const { return message_bytes_; }
  bool empty() const {
    return response_.series.empty() && response_.warnings.empty() && response_.hints.empty();
  }
  /// Replaces `frame` by what was collected.
  void Take(SeriesFrame* frame);

 private:
  MemoryAccountant* const accountant_;
  MemoryCharge parts_charge_;      // For what the messages decode to besides their bytes.
  wire::SeriesResponse response_;  // Reused; chunk data views the pages.
  std::vector<Buffer> pages_;
  size_t message_bytes_ = 0;
};

/// Sends frames as messages: `batch_size` series each, or one when that is 0 or 1, cut at
/// kMessageBytesTarget.
class FrameWriter {
 public:
  using Send = std::function<Status(Buffer message, bool more_follows)>;
  FrameWriter(int64_t batch_size, Send send) : batch_size_(batch_size), send_(std::move(send)) {}

  /// kInternal for chunks that have no form on the wire.
  Status Write(const SeriesFrame& frame);

 private:
  Status AddSeries(const wire::SeriesToSend& series, bool last);
  Status Flush(bool more_follows);

  const int64_t batch_size_;
  const Send send_;
  std::vector<wire::WireChunk> chunks_;
  std::vector<wire::SeriesToSend> pending_;
  size_t pending_bytes_ = 0;
};

}  // namespace aion::store::internal
