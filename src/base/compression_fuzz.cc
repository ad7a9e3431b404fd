// Any bytes through every decompressor, within a limit; and every compressor's output comes back.
#include <cstdint>

#include "base/check.h"
#include "base/compression.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;  // NOLINT
  constexpr size_t kSizeMax = 1 << 20;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto decompress : {SnappyDecompress, SnappyUnframe, GzipDecompress, ZstdDecompress}) {
    const auto out = decompress(bytes, kSizeMax);
    CHECK(!out.ok() || out->size() <= kSizeMax);
  }
  CHECK(*SnappyDecompress(SnappyCompress(bytes), size) == bytes);
  CHECK(*SnappyUnframe(SnappyFrame(bytes), size) == bytes);
  CHECK(*GzipDecompress(GzipCompress(bytes), size) == bytes);
  CHECK(*ZstdDecompress(ZstdCompress(bytes), size) == bytes);
  return 0;
}
