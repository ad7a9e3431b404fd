// A segment file: header and records, one after the other.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "tsdb/block/chunk_segment.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;
  using namespace aion::tsdb;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)CheckSegmentHeader(bytes);
  std::string_view rest = bytes.substr(std::min(size, kSegmentHeaderSize));
  while (true) {
    (void)ParseChunkRecord(rest);
    const StatusOr<ChunkRecord> record = ParseChunkRecord(rest, CrcCheck::kSkip);
    if (!record.ok()) return 0;
    (void)chunk::SampleCount(record->encoding, record->data);
    std::string written;
    AppendChunkRecord(record->encoding, record->data, &written);
    CHECK(ParseChunkRecord(written).ok());
    rest.remove_prefix(record->record_size);
  }
  return 0;
}
