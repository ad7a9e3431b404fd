// The body of a streamed remote read: however it is cut, it is either frames or refused, and its
// messages never harm.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "model/labels.h"
#include "promclient/frame_splitter.h"
#include "promclient/read_messages.h"

namespace {

// Frames of `body` fed in pieces of `piece_size`; the hash of all their bytes.
size_t Split(std::string_view body, size_t piece_size, aion::Status* end) {
  using namespace aion::promclient;
  FrameSplitter splitter;
  size_t total = 0;
  for (size_t at = 0; at < body.size() && end->ok(); at += piece_size) {
    *end = splitter.Feed(body.substr(at, piece_size));
    const FramePage page = splitter.TakeReady();
    for (size_t i = 0; i < page.frames.size(); ++i) {
      total = total * 31 + std::hash<std::string_view>()(page.frame(i));
      (void)DecodeChunkedRead(page.frame(i), [](aion::model::LabelsView labels, const auto&) {
        CHECK(aion::model::LabelsView::Validate(labels.packed()).ok());
        return aion::OkStatus();
      });
    }
  }
  if (end->ok()) *end = splitter.Finish();
  return total;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  aion::Status whole, pieces;
  const size_t at_once = Split(body, size + 1, &whole);
  const size_t piecewise = Split(body, 3, &pieces);
  CHECK(at_once == piecewise);
  CHECK(whole.code() == pieces.code());
  (void)aion::promclient::DecodeSampledRead(
      body, [](const aion::promclient::SampledSeries&) { return aion::OkStatus(); });
  return 0;
}
