#pragma once

// The index file's frame: magic, sections and the table of contents at its end
// (docs/formats/index.md).
//
// Everything in tsdb/index works on byte ranges given by the caller, so that a local block, an
// index-header and bytes fetched from a bucket are read by the same functions. Views returned point
// into the bytes given. Integers are big-endian. Pure functions and plain values; hostile bytes
// give kDataLoss, never a read out of bounds.

#include <cstdint>
#include <string_view>

#include "base/status.h"

namespace aion::tsdb {

inline constexpr uint32_t kIndexMagic = 0xBAAAD700;
inline constexpr size_t kIndexHeaderSize = 5;  ///< Magic and version.
inline constexpr size_t kTocSize = 6 * 8 + 4;
inline constexpr size_t kCrcSize = 4;
inline constexpr uint64_t kSeriesAlignment = 16;

/// 1: references are byte offsets. 2: a series reference counts 16 bytes, a symbol reference counts
/// symbols.
enum class IndexVersion : uint8_t { kV1 = 1, kV2 = 2 };

/// Offsets of the sections from the start of the index file. A section not there has the offset of
/// its successor (Prometheus since 3.x writes no label indices) or 0.
struct Toc {
  uint64_t symbols = 0;
  uint64_t series = 0;
  uint64_t label_indices = 0;
  uint64_t label_indices_table = 0;
  uint64_t postings = 0;
  uint64_t postings_table = 0;
  bool operator==(const Toc&) const = default;
};

/// Reads the file's first kIndexHeaderSize bytes. kDataLoss on another magic, kUnimplemented on
/// another version.
StatusOr<IndexVersion> ParseIndexHeader(std::string_view bytes);

/// Reads the table of contents from the last kTocSize bytes of `bytes` and checks its CRC.
StatusOr<Toc> ParseToc(std::string_view bytes);

/// kDataLoss unless the sections a reader needs lie in order inside a file of `index_size` bytes.
Status CheckToc(const Toc& toc, uint64_t index_size);

/// Whether a reader verifies a CRC. Off only for bytes verified before.
enum class CrcCheck : uint8_t { kVerify, kSkip };

/// The contents of `be32 length, contents, be32 CRC32C`, which begins at `bytes[0]`; `bytes` may go
/// on behind it. kOutOfRange when `bytes` ends too early, kDataLoss when the CRC does not fit;
/// `what` names the section in the message.
StatusOr<std::string_view> ReadSection(std::string_view bytes, std::string_view what,
                                       CrcCheck crc_check = CrcCheck::kVerify);

/// Where the series of a posting begins in the index file.
inline uint64_t SeriesOffset(uint32_t series_ref, IndexVersion version) {
  return version == IndexVersion::kV1 ? series_ref : uint64_t{series_ref} * kSeriesAlignment;
}

}  // namespace aion::tsdb
