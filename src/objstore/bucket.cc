#include "objstore/bucket.h"

#include <algorithm>
#include <cstring>

namespace aion::objstore {

Status UploadBytes(Bucket& bucket, std::string_view name, std::string_view bytes,
                   const CancelToken& cancel) {
  std::string_view left = bytes;
  const ByteSource source = [&left](char* out, size_t size) -> StatusOr<size_t> {
    const size_t count = std::min(size, left.size());
    std::memcpy(out, left.data(), count);
    left.remove_prefix(count);
    return count;
  };
  return bucket.Upload(name, source, bytes.size(), cancel);
}

}  // namespace aion::objstore
