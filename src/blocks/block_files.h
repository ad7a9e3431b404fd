#pragma once

// Names of a block's objects: `<ulid>/meta.json`, `<ulid>/index`, `<ulid>/chunks/000001`, … Pure
// functions.

#include <optional>
#include <string>
#include <string_view>

#include "base/ulid.h"

namespace aion::blocks {

inline constexpr std::string_view kMetaFile = "meta.json";
inline constexpr std::string_view kIndexFile = "index";
inline constexpr std::string_view kIndexHeaderFile = "index-header";
inline constexpr std::string_view kChunksDirectory = "chunks";

/// The block whose directory `name` is: "01H…", "01H…/" or a path that ends so.
std::optional<Ulid> BlockOfDirectory(std::string_view name);
/// "01H…/index".
std::string BlockObject(const Ulid& block, std::string_view file);
/// "01H…/chunks/000001" for segment 0.
std::string ChunkSegmentObject(const Ulid& block, uint32_t segment_index);

}  // namespace aion::blocks
