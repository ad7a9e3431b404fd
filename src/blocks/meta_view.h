#pragma once

// What a look at a bucket's blocks gives: the metas read, the blocks that are not complete, and how
// many blocks are in which state. Plain values.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include "base/status.h"
#include "base/ulid.h"
#include "tsdb/block/meta.h"

namespace aion::blocks {

using Metas = std::map<Ulid, std::shared_ptr<const tsdb::BlockMeta>>;

struct MetaView {
  Metas metas;
  /// Blocks without a readable meta.json: kNotFound for one still being uploaded, kDataLoss for a
  /// damaged one.
  std::map<Ulid, Status> partial;
  /// OK for a complete view. Otherwise some metas could not be read: what is here may be used,
  /// nothing may be dropped.
  Status incomplete;
};

/// Values of the label `state` of `blocks_meta_synced`.
enum class BlockState : uint8_t {
  kCorruptedMeta,
  kNoMeta,
  kLoaded,
  kTooFresh,
  kFailed,
  kLabelExcluded,
  kTimeExcluded,
  kDuplicate,
  kMarkedForDeletion,
  kMarkedForNoCompact,
  kMarkedForNoDownsample,
  kParquetMigrated,
};
inline constexpr size_t kBlockStateCount = 12;
/// "corrupted-meta-json" and so on.
std::string_view BlockStateText(BlockState state);

/// What one sync did to the blocks it saw.
struct SyncCounts {
  std::array<uint64_t, kBlockStateCount> states{};
  uint64_t replica_labels_removed = 0;
  void Add(BlockState state, uint64_t count = 1) { states[static_cast<size_t>(state)] += count; }
  uint64_t Of(BlockState state) const { return states[static_cast<size_t>(state)]; }
};

}  // namespace aion::blocks
