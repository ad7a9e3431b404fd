#pragma once

// PagePool: memory for bucket reads, used again instead of given back: fresh pages cost the kernel
// more than the copy into them does. Holds at most kHeldBytesMax that nobody uses. Thread-safe.

#include <cstddef>
#include <memory>

namespace aion::objstore {

inline constexpr size_t kPooledBytesMin = 32 << 10;
inline constexpr size_t kPooledBytesMax = 16 << 20;
inline constexpr size_t kHeldBytesMax = 64 << 20;

/// `size` bytes, not initialised; they return to the pool when the last owner goes. Small and huge
/// ones come from the allocator.
std::shared_ptr<char> AllocatePage(size_t size);

}  // namespace aion::objstore
