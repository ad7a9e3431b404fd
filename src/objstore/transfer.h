#pragma once

// Transfers between local files and a bucket, in pieces of bounded size: no whole file is held in
// memory.

#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/env.h"
#include "base/status.h"
#include "objstore/bucket.h"

namespace aion::objstore {

/// Largest piece a transfer holds in memory.
inline constexpr size_t kTransferPieceBytes = 8 << 20;

/// Writes the object `name` from the file at `path`. kNotFound when there is no such file.
Status UploadFile(Bucket& bucket, Env& env, const std::string& path, std::string_view name,
                  const CancelToken& cancel);
/// Writes the file at `path` from the object, by a temporary name and a rename; its directory must
/// exist. A failed download leaves no file, or the older one.
Status DownloadFile(Bucket& bucket, Env& env, std::string_view name, const std::string& path,
                    const CancelToken& cancel);

}  // namespace aion::objstore
