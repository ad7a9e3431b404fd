#include "net/internal/gzip_stream.h"

#include <zlib.h>

#include <algorithm>

#include "base/check.h"

namespace aion::net::internal {
namespace {

constexpr int kLevel = 1;
constexpr size_t kOutputRoom = 32 << 10;
constexpr size_t kInputPiece = 1u << 30;  // zlib counts in 32 bits.

}  // namespace

struct GzipStream::State {
  z_stream stream{};
};

GzipStream::GzipStream() : state_(std::make_unique<State>()) {
  CHECK(deflateInit2(&state_->stream, kLevel, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
}

GzipStream::~GzipStream() { deflateEnd(&state_->stream); }

void GzipStream::Deflate(std::string_view bytes, Mode mode, std::string* out) {
  z_stream& stream = state_->stream;
  do {
    const std::string_view piece = bytes.substr(0, kInputPiece);
    bytes.remove_prefix(piece.size());
    const int flush = !bytes.empty() || mode == kNone ? Z_NO_FLUSH
                      : mode == kSync                 ? Z_SYNC_FLUSH
                                                      : Z_FINISH;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream.avail_in = static_cast<uInt>(piece.size());
    do {
      const size_t before = out->size();
      out->resize(before + kOutputRoom);
      stream.next_out = reinterpret_cast<Bytef*>(out->data() + before);
      stream.avail_out = static_cast<uInt>(kOutputRoom);
      deflate(&stream, flush);
      out->resize(before + kOutputRoom - stream.avail_out);
    } while (stream.avail_out == 0);
  } while (!bytes.empty());
}

}  // namespace aion::net::internal
