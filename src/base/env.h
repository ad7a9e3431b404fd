#pragma once

// Env: the local filesystem as Aion uses it, behind a seam so that tests inject faults (full disk,
// torn writes).
//
// Paths are plain strings. Errors are Statuses that name the operation and the path: kNotFound,
// kAlreadyExists, kPermissionDenied, kResourceExhausted (disk full), else kUnknown. Thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace aion {

struct FileInfo {
  uint64_t size_bytes = 0;
  int64_t modified_ms = 0;
  bool is_directory = false;
};

/// A file open for reading at any offset; reads are thread-safe.
class RandomFile {
 public:
  virtual ~RandomFile() = default;
  /// Reads up to `size` bytes into `out`; fewer only at the end of the file. Returns the count.
  virtual StatusOr<size_t> ReadAt(uint64_t offset, size_t size, char* out) const = 0;
  virtual StatusOr<uint64_t> Size() const = 0;
};

/// A file open for appending. Not thread-safe. Close() reports what buffered writes lost.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual Status Sync() = 0;
  virtual Status Close() = 0;
};

class Env {
 public:
  virtual ~Env() = default;
  static Env& Posix();

  virtual StatusOr<std::unique_ptr<RandomFile>> OpenRandom(const std::string& path) = 0;
  /// Creates or truncates.
  virtual StatusOr<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) = 0;
  virtual StatusOr<FileInfo> Stat(const std::string& path) = 0;
  /// Names in `path` (not the paths), sorted, without "." and "..".
  virtual StatusOr<std::vector<std::string>> List(const std::string& path) = 0;
  /// With all parents; an existing directory is OK.
  virtual Status MakeDirectories(const std::string& path) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Link(const std::string& from, const std::string& to) = 0;
  /// kNotFound when it is not there.
  virtual Status RemoveFile(const std::string& path) = 0;
  /// A file or a whole directory; nothing there is OK.
  virtual Status RemoveAll(const std::string& path) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;
};

/// The whole file; kResourceExhausted when it is over `size_max`.
StatusOr<std::string> ReadFile(Env& env, const std::string& path,
                               uint64_t size_max = uint64_t{1} << 30);
/// Writes `path`.tmp, syncs it, renames it over `path` and syncs the directory: all or nothing,
/// also at power loss.
Status WriteFileAtomically(Env& env, const std::string& path, std::string_view bytes);
/// "a/b" from "a" and "b"; an empty side gives the other.
std::string JoinPath(std::string_view directory, std::string_view name);

}  // namespace aion
