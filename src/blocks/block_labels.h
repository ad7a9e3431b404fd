#pragma once

// What a block's meta says of its place among blocks: external labels, and the group it is
// compacted and deduplicated in. Pure functions.

#include <string>

#include "model/labels.h"
#include "tsdb/block/meta.h"

namespace aion::blocks {

/// Empty for a block without a Thanos section.
model::Labels ExternalLabels(const tsdb::BlockMeta& meta);
/// 0 raw, 300000, 3600000.
int64_t ResolutionMs(const tsdb::BlockMeta& meta);
/// "<resolution>@<hash of the external labels>".
std::string GroupKey(const tsdb::BlockMeta& meta);

}  // namespace aion::blocks
