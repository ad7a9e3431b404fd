#pragma once

// The factory: the field's bucket configuration (`type`, `config`, `prefix`, as YAML) to a Bucket.
//
// The outer document is strict, with upstream's error texts; `hedging_config` is accepted beside
// the three. The type is matched in any case. FILESYSTEM is the only provider so far; the other
// names upstream knows are refused with a message that says so.

#include <memory>
#include <string_view>

#include "base/env.h"
#include "objstore/bucket.h"

namespace aion::objstore {

/// kInvalidArgument for what is wrong in `yaml`, kUnimplemented for a type that this build cannot
/// serve. Does not touch the bucket. `env` outlives it.
StatusOr<std::unique_ptr<Bucket>> MakeBucketFromYaml(std::string_view yaml,
                                                     Env& env = Env::Posix());

}  // namespace aion::objstore
