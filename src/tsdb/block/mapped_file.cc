#include "tsdb/block/mapped_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace aion::tsdb {
namespace {

Status SystemError(std::string_view operation, const std::string& path) {
  const int error = errno;
  std::string message = fmt::format("{} {}: {}", operation, path, std::strerror(error));
  if (error == ENOENT) return NotFoundError(std::move(message));
  if (error == EACCES || error == EPERM) return PermissionDeniedError(std::move(message));
  return UnknownError(std::move(message));
}

}  // namespace

StatusOr<Buffer> MapFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return SystemError("open", path);
  struct stat info;
  if (::fstat(file, &info) != 0) {
    Status status = SystemError("stat", path);
    ::close(file);
    return status;
  }
  if (!S_ISREG(info.st_mode)) {
    ::close(file);
    return InvalidArgumentError(fmt::format("map {}: not a regular file", path));
  }
  const auto size = static_cast<size_t>(info.st_size);
  if (size == 0) {
    ::close(file);
    return Buffer();
  }
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  if (address == MAP_FAILED) {
    Status status = SystemError("map", path);
    ::close(file);
    return status;
  }
  ::close(file);
  std::shared_ptr<const void> owner(
      address, [size](const void* begin) { ::munmap(const_cast<void*>(begin), size); });
  return Buffer(std::move(owner), std::string_view(static_cast<const char*>(address), size));
}

}  // namespace aion::tsdb
