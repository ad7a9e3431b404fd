#pragma once

// Runs blocking work (bucket calls) on a few threads of its own, so that it never occupies a
// compute pool.

#include <cstddef>
#include <functional>

#include "base/status.h"

namespace aion::blocks {

/// Calls `body(i)` for every i in [0, count) from at most `threads` threads and returns when all
/// are done: the error of the lowest failing index. After an error no further index is begun.
Status RunConcurrently(size_t count, size_t threads, const std::function<Status(size_t)>& body);

}  // namespace aion::blocks
