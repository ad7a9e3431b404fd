#include "objstore/providers/filesystem.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <system_error>

#include "base/clock.h"
#include "base/random.h"
#include "objstore/object_name.h"
#include "objstore/page_pool.h"

namespace aion::objstore {
namespace {

constexpr std::string_view kUploadDirectory = ".aion-upload";
constexpr size_t kUploadPieceBytes = 1 << 20;
// A file this old belongs to a process that died: uploads write to theirs all the time.
constexpr int64_t kAbandonedAfterMs = 24 * 3600 * 1000;
// A directory may be pruned by a delete between its creation and its use; each attempt creates it
// again.
constexpr int kDirectoryAttempts = 100;

Status IgnoreNotFound(Status status) {
  return status.code() == StatusCode::kNotFound ? OkStatus() : status;
}

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

class FilesystemBucket final : public Bucket {
 public:
  FilesystemBucket(std::string root, Env& env)
      : root_(std::move(root)), env_(env), upload_salt_(Random::FromSystem().Next()) {}

  std::string Name() const override { return "fs: " + root_; }
  bool IterHasLastModified() const override { return true; }

  Status Iter(std::string_view directory, const IterOptions& options,
              const std::function<Status(const IterEntry&)>& entry,
              const CancelToken& cancel) override;
  StatusOr<Buffer> Get(std::string_view name, const CancelToken& cancel) override;
  StatusOr<Buffer> GetRange(std::string_view name, uint64_t offset, uint64_t size,
                            const CancelToken& cancel) override;
  StatusOr<bool> Exists(std::string_view name, const CancelToken& cancel) override;
  StatusOr<ObjectAttributes> Attributes(std::string_view name, const CancelToken& cancel) override;
  Status Upload(std::string_view name, const ByteSource& source, std::optional<uint64_t> size_bytes,
                const CancelToken& cancel) override;
  Status Delete(std::string_view name, const CancelToken& cancel) override;

 private:
  std::string PathOf(std::string_view name) const { return JoinPath(root_, name); }
  StatusOr<Buffer> Read(std::string_view name, uint64_t offset, uint64_t size,
                        const CancelToken& cancel);
  StatusOr<std::unique_ptr<WritableFile>> OpenUpload(const std::string& path);
  Status WriteAll(WritableFile& file, const ByteSource& source, std::optional<uint64_t> size_bytes,
                  const CancelToken& cancel);
  Status Publish(const std::string& temporary, const std::string& path);
  void RemoveAbandonedUploads();
  bool IsEmptyDirectory(const std::string& path) const;
  Status PruneEmptyParents(std::string path);

  const std::string root_;
  Env& env_;
  const uint64_t upload_salt_;
  std::atomic<uint64_t> upload_count_{0};
  std::once_flag first_upload_;
};

bool FilesystemBucket::IsEmptyDirectory(const std::string& path) const {
  const auto names = env_.List(path);
  return names.ok() ? names->empty() : names.status().code() == StatusCode::kNotFound;
}

Status FilesystemBucket::Iter(std::string_view directory, const IterOptions& options,
                              const std::function<Status(const IterEntry&)>& entry,
                              const CancelToken& cancel) {
  RETURN_IF_ERROR(cancel.Check());
  RETURN_IF_ERROR(CheckDirectoryName(directory));
  const std::string prefix = DirectoryPrefix(directory);
  const auto names = env_.List(PathOf(directory));
  if (!names.ok()) {
    return names.status().code() == StatusCode::kNotFound ? OkStatus() : names.status();
  }
  for (const std::string& name : *names) {
    if (prefix.empty() && name == kUploadDirectory) continue;
    const std::string path = PathOf(prefix + name);
    const auto info = env_.Stat(path);
    if (!info.ok()) {
      if (info.status().code() == StatusCode::kNotFound) continue;  // Deleted meanwhile.
      return info.status();
    }
    IterEntry found{prefix + name, info->modified_ms};
    if (info->is_directory) {
      if (IsEmptyDirectory(path)) continue;
      found.name += '/';
      if (options.recursive) {
        RETURN_IF_ERROR(Iter(found.name, options, entry, cancel));
        continue;
      }
    }
    RETURN_IF_ERROR(entry(found));
  }
  return OkStatus();
}

StatusOr<Buffer> FilesystemBucket::Read(std::string_view name, uint64_t offset, uint64_t size,
                                        const CancelToken& cancel) {
  RETURN_IF_ERROR(cancel.Check());
  RETURN_IF_ERROR(CheckObjectName(name));
  const std::string path = PathOf(name);
  ASSIGN_OR_RETURN(const auto file, env_.OpenRandom(path));
  ASSIGN_OR_RETURN(const uint64_t total, file->Size());
  if (offset > total) {
    return OutOfRangeError("read " + path + ": offset " + std::to_string(offset) +
                           " is past the end at " + std::to_string(total));
  }
  const auto wanted = static_cast<size_t>(std::min(size, total - offset));
  const std::shared_ptr<char> bytes = AllocatePage(wanted);
  const auto count = file->ReadAt(offset, wanted, bytes.get());
  if (!count.ok()) {
    const auto info = env_.Stat(path);
    if (info.ok() && info->is_directory)
      return NotFoundError("open " + path + ": it is a directory");
    return count.status();
  }
  const std::string_view view(bytes.get(), *count);
  return Buffer(bytes, view);
}

StatusOr<Buffer> FilesystemBucket::Get(std::string_view name, const CancelToken& cancel) {
  return Read(name, 0, UINT64_MAX, cancel);
}

StatusOr<Buffer> FilesystemBucket::GetRange(std::string_view name, uint64_t offset, uint64_t size,
                                            const CancelToken& cancel) {
  return Read(name, offset, size, cancel);
}

StatusOr<bool> FilesystemBucket::Exists(std::string_view name, const CancelToken& cancel) {
  RETURN_IF_ERROR(cancel.Check());
  RETURN_IF_ERROR(CheckObjectName(name));
  const auto info = env_.Stat(PathOf(name));
  if (info.ok()) return !info->is_directory;
  if (info.status().code() == StatusCode::kNotFound) return false;
  return info.status();
}

StatusOr<ObjectAttributes> FilesystemBucket::Attributes(std::string_view name,
                                                        const CancelToken& cancel) {
  RETURN_IF_ERROR(cancel.Check());
  RETURN_IF_ERROR(CheckObjectName(name));
  ASSIGN_OR_RETURN(const FileInfo info, env_.Stat(PathOf(name)));
  if (info.is_directory) return NotFoundError("stat " + PathOf(name) + ": it is a directory");
  return ObjectAttributes{info.size_bytes, info.modified_ms};
}

StatusOr<std::unique_ptr<WritableFile>> FilesystemBucket::OpenUpload(const std::string& path) {
  RETURN_IF_ERROR(env_.MakeDirectories(ParentOf(path)));
  return env_.OpenWritable(path);
}

Status FilesystemBucket::WriteAll(WritableFile& file, const ByteSource& source,
                                  std::optional<uint64_t> size_bytes, const CancelToken& cancel) {
  const auto piece_bytes = static_cast<size_t>(
      std::min<uint64_t>(kUploadPieceBytes, size_bytes.value_or(UINT64_MAX) + 1));
  const auto piece = std::make_unique_for_overwrite<char[]>(std::max<size_t>(piece_bytes, 4096));
  uint64_t written = 0;
  while (true) {
    RETURN_IF_ERROR(cancel.Check());
    ASSIGN_OR_RETURN(const size_t count, source(piece.get(), std::max<size_t>(piece_bytes, 4096)));
    if (count == 0) break;
    RETURN_IF_ERROR(file.Append({piece.get(), count}));
    written += count;
  }
  if (size_bytes && written != *size_bytes) {
    return DataLossError("the source gave " + std::to_string(written) + " bytes instead of " +
                         std::to_string(*size_bytes));
  }
  RETURN_IF_ERROR(file.Sync());
  return file.Close();
}

Status FilesystemBucket::Publish(const std::string& temporary, const std::string& path) {
  const std::string parent = ParentOf(path);
  for (int attempt = 1;; ++attempt) {
    Status published = env_.MakeDirectories(parent);
    if (published.ok()) published = env_.Rename(temporary, path);
    // The name is there; a directory pruned meanwhile was deleted together with the object.
    if (published.ok()) return IgnoreNotFound(env_.SyncDirectory(parent));
    if (published.code() != StatusCode::kNotFound || attempt == kDirectoryAttempts)
      return published;
  }
}

void FilesystemBucket::RemoveAbandonedUploads() {
  const std::string directory = PathOf(kUploadDirectory);
  const auto names = env_.List(directory);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    const std::string path = JoinPath(directory, name);
    const auto info = env_.Stat(path);
    if (info.ok() && info->modified_ms < Clock::System().NowMs() - kAbandonedAfterMs)
      (void)env_.RemoveFile(path);
  }
}

Status FilesystemBucket::Upload(std::string_view name, const ByteSource& source,
                                std::optional<uint64_t> size_bytes, const CancelToken& cancel) {
  RETURN_IF_ERROR(cancel.Check());
  RETURN_IF_ERROR(CheckObjectName(name));
  std::call_once(first_upload_, [this] { RemoveAbandonedUploads(); });
  const std::string upload_directory = PathOf(kUploadDirectory);
  const std::string temporary = upload_directory + "/" + std::to_string(::getpid()) + "-" +
                                std::to_string(upload_salt_) + "-" +
                                std::to_string(upload_count_.fetch_add(1));
  auto file = OpenUpload(temporary);
  Status status = file.ok() ? WriteAll(**file, source, size_bytes, cancel) : file.status();
  if (file.ok()) file->reset();
  if (status.ok()) status = Publish(temporary, PathOf(name));
  if (!status.ok()) (void)env_.RemoveFile(temporary);
  return status.WithContext("upload " + std::string(name));
}

Status FilesystemBucket::PruneEmptyParents(std::string path) {
  for (path = ParentOf(path); path.size() > root_.size(); path = ParentOf(path)) {
    // rmdir removes only what is empty, so an upload into the directory at the same moment is safe.
    if (::rmdir(path.c_str()) != 0) break;
  }
  return OkStatus();
}

Status FilesystemBucket::Delete(std::string_view name, const CancelToken& cancel) {
  RETURN_IF_ERROR(cancel.Check());
  const bool is_directory_marker = name.ends_with('/');
  if (is_directory_marker) name.remove_suffix(1);
  RETURN_IF_ERROR(CheckObjectName(name));
  const std::string path = PathOf(name);
  const auto info = env_.Stat(path);
  if (!info.ok()) return info.status().code() == StatusCode::kNotFound ? OkStatus() : info.status();
  if (info->is_directory) {
    if (::rmdir(path.c_str()) != 0) return OkStatus();
  } else if (const Status removed = env_.RemoveFile(path);
             !removed.ok() && removed.code() != StatusCode::kNotFound) {
    return removed;
  }
  return PruneEmptyParents(path);
}

}  // namespace

StatusOr<std::unique_ptr<Bucket>> MakeFilesystemBucket(const FilesystemOptions& options, Env& env) {
  if (options.directory.empty())
    return InvalidArgumentError("missing directory for filesystem bucket");
  std::error_code error;
  std::string root =
      std::filesystem::absolute(options.directory, error).lexically_normal().string();
  if (error)
    return InvalidArgumentError("filesystem bucket: absolute path of " + options.directory + ": " +
                                error.message());
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  return std::unique_ptr<Bucket>(std::make_unique<FilesystemBucket>(std::move(root), env));
}

}  // namespace aion::objstore
