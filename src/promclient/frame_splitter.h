#pragma once

// FrameSplitter: cuts the body of a streamed remote read into its frames as the pieces arrive, and
// checks each.
//
//   body := { uvarint(size) crc32c(4 bytes, big-endian, of the frame) frame }*
//
// Frames are gathered in pages: one copy from the socket's buffer, none after. Not thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace aion::promclient {

/// A frame that claims more is refused: Prometheus' own limit.
inline constexpr uint64_t kRemoteReadFrameBytesMax = 50'000'000;

/// Bytes with whole frames in them.
struct FramePage {
  struct Frame {
    size_t offset = 0;
    size_t size = 0;
  };
  std::string bytes;
  std::vector<Frame> frames;
  std::string_view frame(size_t index) const {
    return std::string_view(bytes).substr(frames[index].offset, frames[index].size);
  }
};

class FrameSplitter {
 public:
  /// kDataLoss on a checksum that does not match, kResourceExhausted on a frame over the limit;
  /// final.
  Status Feed(std::string_view piece);
  /// Bytes of whole frames ready to be taken.
  size_t ready_bytes() const { return ready_end_; }
  /// The whole frames so far; what is left of an unfinished one stays.
  FramePage TakeReady();
  /// kDataLoss when the body ended inside a frame.
  Status Finish() const;
  uint64_t frame_count() const { return frame_count_; }

 private:
  bool TakeHeader();

  FramePage page_;
  size_t ready_end_ = 0;   // Of the last whole frame in page_.bytes.
  bool in_frame_ = false;  // A header was read, the frame is not whole.
  size_t frame_begin_ = 0;
  size_t frame_size_ = 0;
  uint32_t frame_crc_ = 0;
  Status failure_;
  uint64_t frame_count_ = 0;
};

}  // namespace aion::promclient
