#pragma once

// FilesystemBucket: a directory tree as a bucket (type FILESYSTEM).
//
// Uploads are written to a file under `<root>/.aion-upload/`, synced and renamed, so that an object
// is there whole or not at all, also after a crash or on a full disk; listings never show that
// directory. Deleting prunes the directories it leaves empty, and empty directories are not listed.
// Reads are one pread into a buffer of exactly the size.

#include <memory>
#include <string>

#include "base/env.h"
#include "objstore/bucket.h"

namespace aion::objstore {

struct FilesystemOptions {
  /// Made absolute; created by the first upload.
  std::string directory;
};

/// kInvalidArgument "missing directory for filesystem bucket" for an empty directory. `env`
/// outlives the bucket.
StatusOr<std::unique_ptr<Bucket>> MakeFilesystemBucket(const FilesystemOptions& options,
                                                       Env& env = Env::Posix());

}  // namespace aion::objstore
