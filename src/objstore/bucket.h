#pragma once

// Bucket: the object store seam. Names are slash-separated paths without a leading slash; objects
// are immutable in use.
//
// Every provider and decorator passes the one acceptance suite (`testing/bucket_acceptance`). All
// calls block and are thread-safe; they end soon after `cancel` does. Errors: kNotFound for a
// missing object, kPermissionDenied, kUnavailable for what a retry may mend, kResourceExhausted for
// throttling or a full disk.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/cancel.h"
#include "base/status.h"

namespace aion::objstore {

struct ObjectAttributes {
  uint64_t size_bytes = 0;
  int64_t last_modified_ms = 0;
};

struct IterOptions {
  bool recursive = false;
};

struct IterEntry {
  std::string name;  ///< Full name; a directory ends in "/".
  std::optional<int64_t> last_modified_ms;
};

/// Pulls an upload's bytes: fills up to `size` bytes, returns the count, 0 at the end.
using ByteSource = std::function<StatusOr<size_t>(char* out, size_t size)>;

class Bucket {
 public:
  virtual ~Bucket() = default;
  /// For messages and metrics: "fs: /data", the bucket's name.
  virtual std::string Name() const = 0;

  /// Calls `entry` for what stands directly under `directory` ("" for the root), or for every
  /// object below it when recursive. Stops at the callback's first error and returns it.
  virtual Status Iter(std::string_view directory, const IterOptions& options,
                      const std::function<Status(const IterEntry&)>& entry,
                      const CancelToken& cancel) = 0;
  /// The whole object.
  virtual StatusOr<Buffer> Get(std::string_view name, const CancelToken& cancel) = 0;
  /// `size` bytes from `offset`; fewer only where the object ends. kOutOfRange when it ends before
  /// `offset`.
  virtual StatusOr<Buffer> GetRange(std::string_view name, uint64_t offset, uint64_t size,
                                    const CancelToken& cancel) = 0;
  virtual StatusOr<bool> Exists(std::string_view name, const CancelToken& cancel) = 0;
  virtual StatusOr<ObjectAttributes> Attributes(std::string_view name,
                                                const CancelToken& cancel) = 0;

  /// Writes the whole object, replacing an older one. A failed upload leaves no object, or the
  /// older one.
  virtual Status Upload(std::string_view name, const ByteSource& source,
                        std::optional<uint64_t> size_bytes, const CancelToken& cancel) = 0;
  virtual Status Delete(std::string_view name, const CancelToken& cancel) = 0;

  /// True when entries of a recursive Iter carry last_modified_ms.
  virtual bool IterHasLastModified() const = 0;
};

/// Uploads bytes held in memory.
Status UploadBytes(Bucket& bucket, std::string_view name, std::string_view bytes,
                   const CancelToken& cancel = {});

}  // namespace aion::objstore
