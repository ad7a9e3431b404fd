#pragma once

// InMemoryBucket: a bucket in a map, for tests and simulations. Reads hand out slices of the stored
// bytes.

#include <memory>

#include "base/clock.h"
#include "objstore/bucket.h"

namespace aion::objstore {

/// `clock` gives the modification times and outlives the bucket.
std::unique_ptr<Bucket> MakeInMemoryBucket(const Clock& clock = Clock::System());

}  // namespace aion::objstore
