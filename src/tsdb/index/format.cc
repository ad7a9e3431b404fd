#include "tsdb/index/format.h"

#include <fmt/core.h>

#include "base/bytes.h"
#include "base/hash.h"

namespace aion::tsdb {

StatusOr<IndexVersion> ParseIndexHeader(std::string_view bytes) {
  ByteCursor cursor(bytes);
  const uint32_t magic = cursor.Be32();
  const uint8_t version = cursor.U8();
  if (!cursor.ok())
    return DataLossError(fmt::format("index header: too short: {} bytes", bytes.size()));
  if (magic != kIndexMagic)
    return DataLossError(fmt::format("index header: invalid magic number {:x}", magic));
  if (version != 1 && version != 2) {
    return UnimplementedError(fmt::format("index header: unknown index file version {}", version));
  }
  return static_cast<IndexVersion>(version);
}

StatusOr<Toc> ParseToc(std::string_view bytes) {
  if (bytes.size() < kTocSize)
    return DataLossError(fmt::format("index TOC: too short: {} bytes", bytes.size()));
  const std::string_view tail = bytes.substr(bytes.size() - kTocSize);
  ByteCursor cursor(tail);
  Toc toc;
  toc.symbols = cursor.Be64();
  toc.series = cursor.Be64();
  toc.label_indices = cursor.Be64();
  toc.label_indices_table = cursor.Be64();
  toc.postings = cursor.Be64();
  toc.postings_table = cursor.Be64();
  if (cursor.Be32() != Crc32c(tail.substr(0, kTocSize - kCrcSize)))
    return DataLossError("index TOC: invalid checksum");
  return toc;
}

Status CheckToc(const Toc& toc, uint64_t index_size) {
  const bool in_order = kIndexHeaderSize <= toc.symbols && toc.symbols <= toc.series &&
                        toc.series <= toc.postings_table &&
                        toc.postings_table + kTocSize <= index_size &&
                        toc.postings_table <= index_size;
  if (in_order) return OkStatus();
  return DataLossError(fmt::format(
      "index TOC: sections out of order: symbols {}, series {}, postings table {}, size {}",
      toc.symbols, toc.series, toc.postings_table, index_size));
}

StatusOr<std::string_view> ReadSection(std::string_view bytes, std::string_view what,
                                       CrcCheck crc_check) {
  ByteCursor cursor(bytes);
  const uint32_t size = cursor.Be32();
  const std::string_view contents = cursor.Bytes(size);
  const uint32_t crc = cursor.Be32();
  if (!cursor.ok()) {
    return OutOfRangeError(
        fmt::format("{}: {} bytes claimed, {} there", what, uint64_t{size} + 8, bytes.size()));
  }
  if (crc_check == CrcCheck::kVerify && Crc32c(contents) != crc) {
    return DataLossError(fmt::format("{}: invalid checksum", what));
  }
  return contents;
}

}  // namespace aion::tsdb
