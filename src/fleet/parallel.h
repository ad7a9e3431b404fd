#pragma once

// RunInParallel: calls that wait for peers, side by side on threads of their own (never on the
// compute pool, whose tasks must not wait).

#include <cstddef>
#include <functional>

namespace aion::fleet {

/// Calls `body(i)` for every i in [0, count) on up to `threads_max` threads, the calling one
/// included, and returns when all are done. `body` must not throw.
void RunInParallel(size_t count, size_t threads_max, const std::function<void(size_t)>& body);

}  // namespace aion::fleet
