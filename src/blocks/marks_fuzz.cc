// Any bytes as a mark: what is read prints and reads again as the same.
#include <cstdint>

#include "base/check.h"
#include "blocks/marks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;  // NOLINT
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto kind : {blocks::MarkKind::kDeletion, blocks::MarkKind::kNoCompact,
                          blocks::MarkKind::kNoDownsample}) {
    auto mark = blocks::ParseMark(kind, bytes);
    if (!mark.ok()) continue;
    if (kind == blocks::MarkKind::kDeletion) mark->reason.clear();
    CHECK(*blocks::ParseMark(kind, blocks::PrintMark(*mark)) == *mark);
  }
  return 0;
}
