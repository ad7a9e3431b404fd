#include "base/compression.h"

#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "base/hash.h"

namespace aion {
namespace {

constexpr std::string_view kSnappyStreamIdentifier("\xff\x06\x00\x00sNaPpY", 10);
constexpr size_t kSnappyFrameMax = 65536;

Status TooLarge(std::string_view format, size_t size_max) {
  return ResourceExhaustedError(
      std::string(format) +
      ": decompressed size is over the limit of bytes: " + std::to_string(size_max));
}

/// The framing format's checksum: CRC32C rotated and offset, so that a CRC of CRCs stays sound.
uint32_t MaskedCrc(std::string_view bytes) {
  const uint32_t crc = Crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

void PutLittleEndian(std::string* out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

uint32_t LittleEndian(std::string_view bytes, size_t offset, size_t count) {
  uint32_t value = 0;
  for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[offset + i]);
  return value;
}

}  // namespace

std::string SnappyCompress(std::string_view bytes) {
  std::string out;
  snappy::Compress(bytes.data(), bytes.size(), &out);
  return out;
}

StatusOr<std::string> SnappyDecompress(std::string_view bytes, size_t size_max) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size)) {
    return InvalidArgumentError("snappy: malformed length");
  }
  if (size > size_max) return TooLarge("snappy", size_max);
  // A snappy block cannot expand by more than 64 bytes a 3-byte copy: refuse before allocating for
  // a lie.
  if (size / 32 > bytes.size()) return InvalidArgumentError("snappy: corrupt input");
  std::string out;
  if (!snappy::Uncompress(bytes.data(), bytes.size(), &out))
    return InvalidArgumentError("snappy: corrupt input");
  return out;
}

bool IsSnappyFramed(std::string_view bytes) { return bytes.starts_with(kSnappyStreamIdentifier); }

std::string SnappyFrame(std::string_view bytes) {
  std::string out(kSnappyStreamIdentifier);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kSnappyFrameMax);
    bytes.remove_prefix(piece.size());
    const std::string packed = SnappyCompress(piece);
    const bool smaller = packed.size() < piece.size();
    const std::string_view body = smaller ? std::string_view(packed) : piece;
    out.push_back(smaller ? '\x00' : '\x01');
    PutLittleEndian(&out, static_cast<uint32_t>(body.size() + 4), 3);
    PutLittleEndian(&out, MaskedCrc(piece), 4);
    out.append(body);
  }
  return out;
}

StatusOr<std::string> SnappyUnframe(std::string_view bytes, size_t size_max) {
  if (!IsSnappyFramed(bytes)) return InvalidArgumentError("snappy frames: no stream identifier");
  std::string out;
  size_t at = kSnappyStreamIdentifier.size();
  while (at < bytes.size()) {
    if (bytes.size() - at < 4) return InvalidArgumentError("snappy frames: truncated header");
    const auto type = static_cast<uint8_t>(bytes[at]);
    const size_t size = LittleEndian(bytes, at + 1, 3);
    at += 4;
    if (bytes.size() - at < size) return InvalidArgumentError("snappy frames: truncated frame");
    const std::string_view frame = bytes.substr(at, size);
    at += size;
    if (type >= 0x80) continue;  // Skippable, or the identifier once more.
    if (type > 0x01 || size < 4) return InvalidArgumentError("snappy frames: unknown frame type");
    const std::string_view body = frame.substr(4);
    const size_t before = out.size();
    if (type == 0x00) {
      ASSIGN_OR_RETURN(const std::string piece,
                       SnappyDecompress(body, std::min(kSnappyFrameMax, size_max - before)));
      out.append(piece);
    } else {
      if (body.size() > size_max - before) return TooLarge("snappy frames", size_max);
      out.append(body);
    }
    if (MaskedCrc(std::string_view(out).substr(before)) != LittleEndian(frame, 0, 4)) {
      return InvalidArgumentError("snappy frames: checksum mismatch");
    }
  }
  return out;
}

std::string GzipCompress(std::string_view bytes, int level) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  // zlib counts in 32 bits: feed both sides in pieces.
  size_t in_left = bytes.size(), out_left = out.size();
  int result = Z_OK;
  while (result == Z_OK || result == Z_BUF_ERROR) {
    const auto in_piece = static_cast<uInt>(std::min<size_t>(in_left, 1u << 30));
    const auto out_piece = static_cast<uInt>(std::min<size_t>(out_left, 1u << 30));
    stream.avail_in = in_piece;
    stream.avail_out = out_piece;
    result = deflate(&stream, in_left == in_piece ? Z_FINISH : Z_NO_FLUSH);
    in_left -= in_piece - stream.avail_in;
    out_left -= out_piece - stream.avail_out;
  }
  CHECK(result == Z_STREAM_END);
  out.resize(out.size() - out_left);
  deflateEnd(&stream);
  return out;
}

StatusOr<std::string> GzipDecompress(std::string_view bytes, size_t size_max) {
  z_stream stream{};
  CHECK(inflateInit2(&stream, 15 + 16) == Z_OK);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  std::string out;
  size_t used = 0;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  while (true) {
    const auto in_piece = static_cast<uInt>(std::min<size_t>(bytes.size() - used, 1u << 30));
    const size_t before = out.size();
    const size_t room = std::min<size_t>(std::max<size_t>(before, 65536), 64u << 20);
    out.resize(before + room);
    stream.avail_in = in_piece;
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_NO_FLUSH);
    used += in_piece - stream.avail_in;
    out.resize(before + room - stream.avail_out);
    if (out.size() > size_max) return TooLarge("gzip", size_max);
    if (result == Z_STREAM_END) {
      if (used == bytes.size()) return out;
      // A gzip file may hold several members.
      if (inflateReset(&stream) != Z_OK) return InvalidArgumentError("gzip: corrupt input");
      continue;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) return InvalidArgumentError("gzip: corrupt input");
    if (used == bytes.size() && stream.avail_out != 0)
      return InvalidArgumentError("gzip: truncated input");
  }
}

std::string ZstdCompress(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1);
  CHECK(!ZSTD_isError(size));
  out.resize(size);
  return out;
}

StatusOr<std::string> ZstdDecompress(std::string_view bytes, size_t size_max) {
  const std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                        ZSTD_freeDStream);
  // A window over 128 MiB is refused: memory is the peer's to choose otherwise.
  ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, 27);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::string out;
  size_t hint = 1;
  while (in.pos < in.size || hint != 0) {
    const size_t before = out.size();
    const size_t in_before = in.pos;
    out.resize(before + std::max<size_t>(before, 65536));
    ZSTD_outBuffer piece{out.data() + before, out.size() - before, 0};
    hint = ZSTD_decompressStream(stream.get(), &piece, &in);
    out.resize(before + piece.pos);
    if (ZSTD_isError(hint))
      return InvalidArgumentError(std::string("zstd: ") + ZSTD_getErrorName(hint));
    if (out.size() > size_max) return TooLarge("zstd", size_max);
    if (hint != 0 && in.pos == in_before && piece.pos == 0)
      return InvalidArgumentError("zstd: truncated input");
  }
  return out;
}

}  // namespace aion
