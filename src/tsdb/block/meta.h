#pragma once

// BlockMeta: a block's meta.json, Prometheus' part and the section Thanos adds
// (docs/formats/meta.md).
//
// Printing gives the bytes Go's encoder gives, so that a meta.json read and written again is
// unchanged but for fields unknown here, which are tolerated and dropped. Plain values; hostile
// bytes give kDataLoss.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/ulid.h"
#include "model/time_range.h"

namespace aion::tsdb {

inline constexpr int kMetaVersion = 1;
inline constexpr int kThanosMetaVersion = 1;
inline constexpr std::string_view kMetaFileName = "meta.json";

struct BlockStats {
  uint64_t samples = 0;
  uint64_t float_samples = 0;
  uint64_t histogram_samples = 0;
  uint64_t series = 0;
  uint64_t chunks = 0;
  uint64_t tombstones = 0;
  bool operator==(const BlockStats&) const = default;
};

struct BlockDescription {
  Ulid ulid;
  TimestampMs min_time = 0;
  TimestampMs max_time = 0;
  bool operator==(const BlockDescription&) const = default;
};

struct CompactionMeta {
  int64_t level = 1;
  std::vector<Ulid> sources;  ///< Blocks of level 1 that went into this one, sorted.
  bool deletable = false;
  std::vector<BlockDescription> parents;
  bool failed = false;
  std::vector<std::string> hints;
  bool operator==(const CompactionMeta&) const = default;
};

struct BlockFile {
  std::string rel_path;
  int64_t size_bytes = 0;     ///< 0 is not printed: meta.json itself has no size.
  std::string hash_function;  ///< Empty for no hash.
  std::string hash_value;
  bool operator==(const BlockFile&) const = default;
};

/// Go's zero time: no upload time is known.
inline constexpr std::string_view kNoUploadTime = "0001-01-01T00:00:00Z";

struct ThanosMeta {
  int version = kThanosMetaVersion;
  std::map<std::string, std::string> labels;  ///< External labels.
  int64_t resolution_ms = 0;                  ///< 0 raw, 300000, 3600000.
  std::string source;                         ///< "sidecar", "receive", "compactor", …
  std::vector<std::string> segment_files;
  std::vector<BlockFile> files;
  std::vector<std::string> rewrites_json;  ///< One JSON object a rewrite.
  int64_t series_size_max = 0;             ///< 0 for unknown.
  int64_t chunk_size_max = 0;
  std::string extensions_json;                           ///< Empty for none.
  std::string upload_time = std::string(kNoUploadTime);  ///< RFC 3339.

  /// Nothing when the block was written before upload times were kept, or it is unreadable.
  std::optional<TimestampMs> UploadTimeMs() const;
  bool operator==(const ThanosMeta&) const = default;
};

struct BlockMeta {
  Ulid ulid;
  TimestampMs min_time = 0;  ///< Inclusive.
  TimestampMs max_time = 0;  ///< Exclusive.
  BlockStats stats;
  CompactionMeta compaction;
  int version = kMetaVersion;
  std::optional<ThanosMeta> thanos;  ///< Absent in a block no Thanos component has touched.

  model::BlockRange range() const { return {min_time, max_time}; }
  bool operator==(const BlockMeta&) const = default;
};

/// kDataLoss when `json` is not a meta.json, kUnimplemented on another version.
StatusOr<BlockMeta> ParseMeta(std::string_view json);

/// Tab-indented; with a newline at the end when there is a Thanos section, as its writer does.
std::string PrintMeta(const BlockMeta& meta);

}  // namespace aion::tsdb
