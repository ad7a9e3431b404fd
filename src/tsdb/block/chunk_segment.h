#pragma once

// Chunk segment files: where a block's chunks lie (docs/formats/chunks.md).
//
//   file   := be32 magic, version 1, 3 zero bytes, records
//   record := uvarint size, encoding byte, `size` bytes, be32 CRC32C over encoding and bytes
//
// Files are chunks/000001, 000002, … and a chunk reference counts them from 0. Pure functions over
// byte ranges, for mapped files and for ranges fetched from a bucket alike. Hostile bytes give a
// Status.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "chunk/encoding.h"
#include "tsdb/index/format.h"

namespace aion::tsdb {

inline constexpr uint32_t kChunksMagic = 0x85BD40DD;
inline constexpr size_t kSegmentHeaderSize = 8;
inline constexpr uint64_t kSegmentSizeMax = uint64_t{512} << 20;
/// Length, encoding and CRC of a record, at most.
inline constexpr size_t kChunkRecordOverheadMax = 5 + 1 + 4;
inline constexpr std::string_view kChunksDirectory = "chunks";

struct ChunkRecord {
  chunk::Encoding encoding = chunk::Encoding::kNone;
  std::string_view data;   ///< Points into the bytes given.
  size_t record_size = 0;  ///< Bytes from the length field to behind the CRC.
};

/// kDataLoss on another magic or too few bytes, kUnimplemented on another version.
Status CheckSegmentHeader(std::string_view bytes);

/// Bytes of the record that begins at `bytes[0]`, from its length field. kOutOfRange when `bytes`
/// ends inside it.
StatusOr<uint64_t> ChunkRecordSize(std::string_view bytes);

/// The record that begins at `bytes[0]`, which may go on behind it. kOutOfRange when `bytes` ends
/// before the record: fetch ChunkRecordSize() bytes. kDataLoss when the CRC does not fit.
StatusOr<ChunkRecord> ParseChunkRecord(std::string_view bytes,
                                       CrcCheck crc_check = CrcCheck::kVerify);

void AppendSegmentHeader(std::string* out);
void AppendChunkRecord(chunk::Encoding encoding, std::string_view data, std::string* out);

/// "000001" for 0.
std::string SegmentFileName(uint32_t segment_index);

}  // namespace aion::tsdb
