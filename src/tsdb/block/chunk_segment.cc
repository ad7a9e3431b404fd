#include "tsdb/block/chunk_segment.h"

#include <fmt/core.h>

#include <limits>

#include "base/bytes.h"
#include "base/hash.h"

namespace aion::tsdb {

Status CheckSegmentHeader(std::string_view bytes) {
  ByteCursor cursor(bytes);
  const uint32_t magic = cursor.Be32();
  const uint8_t version = cursor.U8();
  cursor.Skip(3);
  if (!cursor.ok())
    return DataLossError(fmt::format("chunk segment: too short: {} bytes", bytes.size()));
  if (magic != kChunksMagic)
    return DataLossError(fmt::format("chunk segment: invalid magic number {:x}", magic));
  if (version == 1) return OkStatus();
  return UnimplementedError(fmt::format("chunk segment: invalid chunk format version {}", version));
}

StatusOr<uint64_t> ChunkRecordSize(std::string_view bytes) {
  ByteCursor cursor(bytes);
  const uint64_t size = cursor.Uvarint();
  if (!cursor.ok()) {
    if (bytes.size() < 10) return OutOfRangeError("chunk record: bytes end inside the length");
    return DataLossError("chunk record: malformed length");
  }
  if (size > std::numeric_limits<uint32_t>::max()) {
    return DataLossError(fmt::format("chunk record: impossible length {}", size));
  }
  return cursor.offset() + 1 + size + kCrcSize;
}

StatusOr<ChunkRecord> ParseChunkRecord(std::string_view bytes, CrcCheck crc_check) {
  ASSIGN_OR_RETURN(const uint64_t size, ChunkRecordSize(bytes));
  if (size > bytes.size()) {
    return OutOfRangeError(
        fmt::format("chunk record: {} bytes claimed, {} there", size, bytes.size()));
  }
  ByteCursor cursor(bytes);
  const uint64_t data_size = cursor.Uvarint();
  const size_t encoding_offset = cursor.offset();
  ChunkRecord record;
  record.encoding = static_cast<chunk::Encoding>(cursor.U8());
  record.data = cursor.Bytes(data_size);
  const uint32_t crc = cursor.Be32();
  record.record_size = size;
  if (crc_check == CrcCheck::kVerify &&
      Crc32c(bytes.substr(encoding_offset, 1 + data_size)) != crc) {
    return DataLossError("chunk record: invalid checksum");
  }
  return record;
}

void AppendSegmentHeader(std::string* out) {
  PutBe32(out, kChunksMagic);
  PutU8(out, 1);
  out->append(3, '\0');
}

void AppendChunkRecord(chunk::Encoding encoding, std::string_view data, std::string* out) {
  PutUvarint(out, data.size());
  const size_t begin = out->size();
  PutU8(out, static_cast<uint8_t>(encoding));
  out->append(data);
  PutBe32(out, Crc32c(std::string_view(*out).substr(begin)));
}

std::string SegmentFileName(uint32_t segment_index) {
  return fmt::format("{:06}", uint64_t{segment_index} + 1);
}

}  // namespace aion::tsdb
