#pragma once

// A block between a local directory and a bucket, in the orders that never show half a block:
// meta.json is uploaded last and deleted first; the deletion mark is deleted last.

#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/status.h"
#include "base/ulid.h"
#include "objstore/bucket.h"
#include "tsdb/block/meta.h"

namespace aion::blocks {

struct UploadBlockOptions {
  bool with_sha256 = false;  ///< `--hash-func=SHA256`: hashes of all files go into meta.json.
  /// Refuse a block without external labels, which no component could ever tell apart.
  bool require_external_labels = true;
  size_t concurrency = 1;        ///< Segment files uploaded at once.
  const Clock* clock = nullptr;  ///< Null: Clock::System().
};

/// Uploads the block at `directory`, whose last part is its ULID: segment files, index, then
/// meta.json with the files' sizes and the upload time. After a failure no meta.json is there, and
/// the call may be repeated.
Status UploadBlock(objstore::Bucket& bucket, Env& env, const std::string& directory,
                   const UploadBlockOptions& options, const CancelToken& cancel);

/// Removes all objects of the block. After a failure the call may be repeated.
Status DeleteBlock(objstore::Bucket& bucket, const Ulid& block, const CancelToken& cancel);

/// Copies the block's objects into `directory`, meta.json first; files that are there with the hash
/// meta.json names are not fetched again. A `chunks` directory is made for a block without chunks.
/// Object names are checked to stay inside.
Status DownloadBlock(objstore::Bucket& bucket, Env& env, const Ulid& block,
                     const std::string& directory, size_t concurrency, const CancelToken& cancel);

/// The block's meta.json, from its directory.
StatusOr<tsdb::BlockMeta> ReadMetaOfDirectory(Env& env, const std::string& directory);
/// Sizes (and hashes) of chunks, index and meta.json, sorted by path.
StatusOr<std::vector<tsdb::BlockFile>> GatherFiles(Env& env, const std::string& directory,
                                                   bool with_sha256);

}  // namespace aion::blocks
