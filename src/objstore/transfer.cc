#include "objstore/transfer.h"

#include <algorithm>

namespace aion::objstore {
namespace {

Status WritePieces(Bucket& bucket, std::string_view name, WritableFile& file,
                   const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const ObjectAttributes attributes, bucket.Attributes(name, cancel));
  for (uint64_t offset = 0; offset < attributes.size_bytes;) {
    RETURN_IF_ERROR(cancel.Check());
    const uint64_t wanted = std::min<uint64_t>(kTransferPieceBytes, attributes.size_bytes - offset);
    ASSIGN_OR_RETURN(const Buffer piece, bucket.GetRange(name, offset, wanted, cancel));
    if (piece.size() != wanted) {
      return DataLossError("download of " + std::string(name) + ": short read at offset " +
                           std::to_string(offset));
    }
    RETURN_IF_ERROR(file.Append(piece.view()));
    offset += wanted;
  }
  RETURN_IF_ERROR(file.Sync());
  return file.Close();
}

}  // namespace

Status UploadFile(Bucket& bucket, Env& env, const std::string& path, std::string_view name,
                  const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const auto file, env.OpenRandom(path));
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  uint64_t offset = 0;
  const ByteSource source = [&](char* out, size_t wanted) -> StatusOr<size_t> {
    const size_t left = static_cast<size_t>(std::min<uint64_t>(wanted, size - offset));
    if (left == 0) return size_t{0};
    ASSIGN_OR_RETURN(const size_t count, file->ReadAt(offset, left, out));
    if (count == 0) return DataLossError("upload of " + path + ": the file became shorter");
    offset += count;
    return count;
  };
  return bucket.Upload(name, source, size, cancel);
}

Status DownloadFile(Bucket& bucket, Env& env, std::string_view name, const std::string& path,
                    const CancelToken& cancel) {
  const std::string temporary = path + ".tmp";
  ASSIGN_OR_RETURN(auto file, env.OpenWritable(temporary));
  Status status = WritePieces(bucket, name, *file, cancel);
  file.reset();
  if (status.ok()) status = env.Rename(temporary, path);
  if (!status.ok()) (void)env.RemoveFile(temporary);
  return status;
}

}  // namespace aion::objstore
