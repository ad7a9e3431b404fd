#pragma once

// CHECK: our own invariants. A failed CHECK is a bug of ours and ends the process with the place
// and the condition. CHECK is always on; DCHECK costs too much for that and is on only without
// NDEBUG or in sanitizer builds. Bytes from outside (network, bucket, disk, user) are never
// CHECKed: they give a Status.

namespace aion::internal {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace aion::internal

#define CHECK(condition)                             \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::aion::internal::CheckFailed(__FILE__, __LINE__, #condition))

#ifdef AION_SANITIZED
#define DCHECK(condition) CHECK(condition)
#else
#define DCHECK(condition) static_cast<void>(0)
#endif
