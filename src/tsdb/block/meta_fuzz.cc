// meta.json: what is read prints to something that is read again.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "tsdb/block/meta.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;
  using namespace aion::tsdb;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const StatusOr<BlockMeta> meta = ParseMeta(bytes);
  if (!meta.ok()) return 0;
  if (meta->thanos.has_value()) (void)meta->thanos->UploadTimeMs();
  const StatusOr<BlockMeta> again = ParseMeta(PrintMeta(*meta));
  CHECK(again.ok());
  CHECK(again->compaction == meta->compaction && again->stats == meta->stats);
  return 0;
}
