#pragma once

// The index cache's configuration: `--index-cache.config`, as YAML.
//
//   type: IN-MEMORY
//   config: {max_size: 250MB, max_item_size: 125MB}
//
// Sizes take base-2 units. Remote caches (MEMCACHED, REDIS) are refused with a message that says
// so.

#include <string_view>

#include "base/status.h"
#include "cache/lru_cache.h"

namespace aion::store {

/// `--index-cache-size` alone: items up to the default maximum, or half of a smaller cache.
cache::LruCacheOptions IndexCacheOfSize(uint64_t bytes_max);

/// kInvalidArgument for what is wrong in `yaml`, kUnimplemented for a remote type. Empty text gives
/// the defaults.
StatusOr<cache::LruCacheOptions> ParseIndexCacheConfig(std::string_view yaml);

}  // namespace aion::store
