#include "promclient/frame_splitter.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"

namespace aion::promclient {
namespace {

constexpr size_t kVarintBytesMax = 10;
constexpr size_t kReserveBytesMax =
    1 << 20;  // What a claimed size may reserve before its bytes come.

}  // namespace

// Reads size and checksum of the next frame; false when they are not all there (or are wrong:
// failure_).
bool FrameSplitter::TakeHeader() {
  const std::string_view rest = std::string_view(page_.bytes).substr(ready_end_);
  size_t size_end = 0;
  while (size_end < rest.size() && (static_cast<uint8_t>(rest[size_end]) & 0x80) != 0) ++size_end;
  if (size_end >= kVarintBytesMax) {
    failure_ = DataLossError("remote read stream: frame size is not a varint");
    return false;
  }
  if (rest.size() < size_end + 1 + 4) return false;
  ByteCursor cursor(rest);
  const uint64_t size = cursor.Uvarint();
  frame_crc_ = cursor.Be32();
  if (!cursor.ok()) {
    failure_ = DataLossError("remote read stream: frame size is not a varint");
    return false;
  }
  if (size > kRemoteReadFrameBytesMax) {
    failure_ = ResourceExhaustedError("remote read stream: message size exceeded the limit " +
                                      std::to_string(kRemoteReadFrameBytesMax) +
                                      " bytes; got: " + std::to_string(size) + " bytes");
    return false;
  }
  frame_begin_ = ready_end_ + cursor.offset();
  frame_size_ = static_cast<size_t>(size);
  in_frame_ = true;
  const size_t wanted = frame_begin_ + frame_size_;
  page_.bytes.reserve(std::min(wanted, page_.bytes.size() + kReserveBytesMax));
  return true;
}

Status FrameSplitter::Feed(std::string_view piece) {
  RETURN_IF_ERROR(failure_);
  page_.bytes.append(piece);
  while (failure_.ok()) {
    if (!in_frame_ && !TakeHeader()) break;
    if (page_.bytes.size() - frame_begin_ < frame_size_) break;
    const std::string_view frame = std::string_view(page_.bytes).substr(frame_begin_, frame_size_);
    if (Crc32c(frame) != frame_crc_) {
      failure_ = DataLossError("remote read stream: corrupted frame; checksum mismatch: frame " +
                               std::to_string(frame_count_));
      break;
    }
    page_.frames.push_back({frame_begin_, frame_size_});
    ready_end_ = frame_begin_ + frame_size_;
    in_frame_ = false;
    ++frame_count_;
  }
  return failure_;
}

FramePage FrameSplitter::TakeReady() {
  FramePage next;
  next.bytes.assign(page_.bytes, ready_end_);
  page_.bytes.resize(ready_end_);
  if (in_frame_) frame_begin_ -= ready_end_;
  ready_end_ = 0;
  std::swap(page_, next);
  return next;
}

Status FrameSplitter::Finish() const {
  RETURN_IF_ERROR(failure_);
  if (ready_end_ == page_.bytes.size()) return OkStatus();
  return DataLossError("remote read stream: unexpected EOF inside frame " +
                       std::to_string(frame_count_));
}

}  // namespace aion::promclient
