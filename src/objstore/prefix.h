#pragma once

// The prefix decorator: a bucket that lives below `prefix/` of another one. Names are given and
// listed without it.

#include <memory>
#include <string_view>

#include "objstore/bucket.h"

namespace aion::objstore {

/// Slashes at both ends of `prefix` are dropped; when nothing is left, `bucket` itself is returned.
std::unique_ptr<Bucket> MakePrefixedBucket(std::unique_ptr<Bucket> bucket, std::string_view prefix);

}  // namespace aion::objstore
