#pragma once

// Maps a local file read-only, so that a block of any size is opened without reading it. The Buffer
// owns the mapping. A file cut short while it is mapped ends the process with SIGBUS: blocks are
// immutable, and removed as a whole.

#include <string>

#include "base/buffer.h"
#include "base/status.h"

namespace aion::tsdb {

/// The whole file; an empty one gives an empty buffer. kNotFound, kPermissionDenied or kUnknown,
/// naming the path.
StatusOr<Buffer> MapFile(const std::string& path);

}  // namespace aion::tsdb
