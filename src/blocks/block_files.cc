#include "blocks/block_files.h"

#include <fmt/core.h>

namespace aion::blocks {

std::optional<Ulid> BlockOfDirectory(std::string_view name) {
  if (name.ends_with('/')) name.remove_suffix(1);
  if (const size_t slash = name.rfind('/'); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  auto id = Ulid::Parse(name);
  return id.ok() ? std::optional(*id) : std::nullopt;
}

std::string BlockObject(const Ulid& block, std::string_view file) {
  return fmt::format("{}/{}", block.ToString(), file);
}

std::string ChunkSegmentObject(const Ulid& block, uint32_t segment_index) {
  return fmt::format("{}/{}/{:06}", block.ToString(), kChunksDirectory,
                     uint64_t{segment_index} + 1);
}

}  // namespace aion::blocks
