#pragma once

// Marks: small objects beside a block that say what may or must not be done with it.
//
//   deletion-mark.json       {"id","version":1,"details"?,"deletion_time"}
//   no-compact-mark.json     {"id","version":1,"details"?,"no_compact_time","reason"}
//   no-downsample-mark.json  {"id","version":1,"details"?,"no_downsample_time","reason"}
//
// Times are Unix seconds. Pure functions and bucket calls.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/status.h"
#include "base/ulid.h"
#include "objstore/bucket.h"

namespace aion::blocks {

enum class MarkKind : uint8_t { kDeletion = 0, kNoCompact = 1, kNoDownsample = 2 };

/// Why a block is not to be compacted or downsampled.
inline constexpr std::string_view kReasonManual = "manual";
inline constexpr std::string_view kReasonIndexSize = "index-size-exceeding";
inline constexpr std::string_view kReasonOutOfOrderChunks = "block-index-out-of-order-chunk";
inline constexpr std::string_view kReasonVerticalCompaction = "downsample-vertical-compaction";

struct Mark {
  MarkKind kind = MarkKind::kDeletion;
  Ulid block;
  int64_t time_s = 0;
  std::string details;
  std::string reason;  ///< Not of deletion marks.
  bool operator==(const Mark&) const = default;
};

/// "deletion-mark.json" and so on.
std::string_view MarkFile(MarkKind kind);
std::string PrintMark(const Mark& mark);
/// kDataLoss when `json` is not such a mark, kUnimplemented on another version.
StatusOr<Mark> ParseMark(MarkKind kind, std::string_view json);

/// Nullopt when the block has no such mark. kDataLoss when it cannot be read as one.
StatusOr<std::optional<Mark>> ReadMark(objstore::Bucket& bucket, const Ulid& block, MarkKind kind,
                                       const CancelToken& cancel);
/// False, and nothing is done, when the block has such a mark already.
StatusOr<bool> WriteMark(objstore::Bucket& bucket, const Mark& mark, const CancelToken& cancel);
/// False when there was none.
StatusOr<bool> RemoveMark(objstore::Bucket& bucket, const Ulid& block, MarkKind kind,
                          const CancelToken& cancel);

}  // namespace aion::blocks
