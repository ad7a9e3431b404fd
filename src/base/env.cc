#include "base/env.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace aion {
namespace {

constexpr size_t kWriteBufferBytes = 64 << 10;

Status ErrnoStatus(std::string_view operation, const std::string& path, int error) {
  // Spelled as the field's messages spell it: "open x: no such file or directory".
  std::string reason = std::generic_category().message(error);
  if (reason[0] >= 'A' && reason[0] <= 'Z') reason[0] = static_cast<char>(reason[0] + 32);
  std::string text(operation);
  text.append(" ").append(path).append(": ").append(reason);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return NotFoundError(std::move(text));
    case EEXIST:
      return AlreadyExistsError(std::move(text));
    case EACCES:
    case EPERM:
    case EROFS:
      return PermissionDeniedError(std::move(text));
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
      return ResourceExhaustedError(std::move(text));
    default:
      return UnknownError(std::move(text));
  }
}

class PosixRandomFile : public RandomFile {
 public:
  PosixRandomFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixRandomFile() override { ::close(fd_); }

  StatusOr<size_t> ReadAt(uint64_t offset, size_t size, char* out) const override {
    size_t done = 0;
    while (done < size) {
      const ssize_t count =
          ::pread(fd_, out + done, size - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return ErrnoStatus("read", path_, errno);
      if (count == 0) break;
      done += static_cast<size_t>(count);
    }
    return done;
  }

  StatusOr<uint64_t> Size() const override {
    struct stat info;
    if (::fstat(fd_, &info) != 0) return ErrnoStatus("stat", path_, errno);
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  const int fd_;
  const std::string path_;
};

class PosixWritableFile : public WritableFile {
 public:
  PosixWritableFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixWritableFile() override {
    if (fd_ >= 0) ::close(fd_);
  }

  Status Append(std::string_view bytes) override {
    if (buffer_.size() + bytes.size() <= kWriteBufferBytes) {
      buffer_.append(bytes);
      return OkStatus();
    }
    RETURN_IF_ERROR(Flush());
    if (bytes.size() >= kWriteBufferBytes) return Write(bytes);
    buffer_.append(bytes);
    return OkStatus();
  }

  Status Sync() override {
    RETURN_IF_ERROR(Flush());
    if (::fdatasync(fd_) != 0) return ErrnoStatus("sync", path_, errno);
    return OkStatus();
  }

  Status Close() override {
    if (fd_ < 0) return OkStatus();
    Status status = Flush();
    if (::close(std::exchange(fd_, -1)) != 0 && status.ok()) {
      status = ErrnoStatus("close", path_, errno);
    }
    return status;
  }

 private:
  Status Flush() {
    Status status = Write(buffer_);
    buffer_.clear();
    return status;
  }

  Status Write(std::string_view bytes) {
    if (fd_ < 0) return FailedPreconditionError("write " + path_ + ": file already closed");
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return ErrnoStatus("write", path_, errno);
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return OkStatus();
  }

  int fd_;
  const std::string path_;
  std::string buffer_;
};

class PosixEnv : public Env {
 public:
  StatusOr<std::unique_ptr<RandomFile>> OpenRandom(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return ErrnoStatus("open", path, errno);
    return std::unique_ptr<RandomFile>(std::make_unique<PosixRandomFile>(fd, path));
  }

  StatusOr<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return ErrnoStatus("open", path, errno);
    return std::unique_ptr<WritableFile>(std::make_unique<PosixWritableFile>(fd, path));
  }

  StatusOr<FileInfo> Stat(const std::string& path) override {
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) return ErrnoStatus("stat", path, errno);
    return FileInfo{.size_bytes = static_cast<uint64_t>(info.st_size),
                    .modified_ms = info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1'000'000,
                    .is_directory = S_ISDIR(info.st_mode)};
  }

  StatusOr<std::vector<std::string>> List(const std::string& path) override {
    std::error_code error;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(path, error);
    const std::filesystem::directory_iterator end;
    while (!error && entry != end) {
      names.push_back(entry->path().filename().string());
      entry.increment(error);
    }
    if (error) return ErrnoStatus("list", path, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  Status MakeDirectories(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    return error ? ErrnoStatus("mkdir", path, error.value()) : OkStatus();
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return OkStatus();
    return ErrnoStatus("rename", from + " to " + to, errno);
  }

  Status Link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return OkStatus();
    return ErrnoStatus("link", from + " to " + to, errno);
  }

  Status RemoveFile(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return OkStatus();
    return ErrnoStatus("remove", path, errno);
  }

  Status RemoveAll(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    return error ? ErrnoStatus("remove", path, error.value()) : OkStatus();
  }

  Status SyncDirectory(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return ErrnoStatus("open", path, errno);
    const int error = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    return error == 0 ? OkStatus() : ErrnoStatus("sync", path, error);
  }
};

}  // namespace

Env& Env::Posix() {
  static PosixEnv* const kEnv = new PosixEnv();  // Never destroyed: threads may outlive main.
  return *kEnv;
}

StatusOr<std::string> ReadFile(Env& env, const std::string& path, uint64_t size_max) {
  ASSIGN_OR_RETURN(const auto file, env.OpenRandom(path));
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  const auto too_large = [&] {
    return ResourceExhaustedError("read " + path +
                                  ": file is over the limit of bytes: " + std::to_string(size_max));
  };
  if (size > size_max) return too_large();
  // Files of /proc and pipes say 0: read on until nothing comes.
  constexpr size_t kMoreBytes = 4096;
  std::string bytes;
  while (true) {
    const size_t before = bytes.size();
    const size_t wanted = before < size ? static_cast<size_t>(size - before) : kMoreBytes;
    bytes.resize(before + wanted);
    ASSIGN_OR_RETURN(const size_t count, file->ReadAt(before, wanted, bytes.data() + before));
    bytes.resize(before + count);
    if (bytes.size() > size_max) return too_large();
    if (count < wanted || bytes.size() == size) return bytes;
  }
}

Status WriteFileAtomically(Env& env, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  const auto write = [&]() -> Status {
    ASSIGN_OR_RETURN(const auto file, env.OpenWritable(temporary));
    RETURN_IF_ERROR(file->Append(bytes));
    RETURN_IF_ERROR(file->Sync());
    return file->Close();
  };
  Status status = write();
  if (status.ok()) status = env.Rename(temporary, path);
  if (!status.ok()) {
    (void)env.RemoveFile(temporary);
    return status;
  }
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return env.SyncDirectory(".");
  return env.SyncDirectory(slash == 0 ? "/" : path.substr(0, slash));
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  if (name.empty()) return std::string(directory);
  std::string path(directory);
  if (path.back() != '/') path.push_back('/');
  return path.append(name);
}

}  // namespace aion
