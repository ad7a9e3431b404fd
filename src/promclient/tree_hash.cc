#include "promclient/tree_hash.h"

#include <filesystem>

#include "base/hash.h"

namespace aion::promclient {
namespace {

constexpr uint64_t kFileBytesMax = 256 << 20;

bool IsSymlink(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_symlink(std::filesystem::symlink_status(path, error));
}

}  // namespace

StatusOr<std::string> ResolveSymlinks(const std::string& path) {
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::canonical(path, error);
  if (error) return NotFoundError("symlink eval: " + path + ": " + error.message());
  return resolved.string();
}

void TreeHash::AddFile(const std::string& path, std::string_view content) {
  digests_ += '\xff';
  digests_ += path;
  digests_ += '\xff';
  digests_ += Sha256Hex(content);
}

Status TreeHash::AddDirectory(const std::string& directory, std::set<std::string>* directories) {
  ASSIGN_OR_RETURN(const std::string resolved, ResolveSymlinks(directory));
  return AddEntries(resolved, 0, directories);
}

Status TreeHash::AddEntries(const std::string& directory, int depth,
                            std::set<std::string>* directories) {
  if (depth > kDepthMax)
    return ResourceExhaustedError("build hash: directories nested too deep: " + directory);
  directories->insert(directory);
  ASSIGN_OR_RETURN(const std::vector<std::string> names, env_.List(directory));
  for (const std::string& name : names) {
    const std::string path = JoinPath(directory, name);
    ASSIGN_OR_RETURN(const FileInfo info, env_.Stat(path));
    if (info.is_directory) {
      if (!IsSymlink(path)) RETURN_IF_ERROR(AddEntries(path, depth + 1, directories));
      continue;
    }
    if (++file_count_ > kFilesMax)
      return ResourceExhaustedError("build hash: over 100000 files below: " + directory);
    ASSIGN_OR_RETURN(const std::string content, ReadFile(env_, path, kFileBytesMax));
    AddFile(path, content);
  }
  return OkStatus();
}

std::string TreeHash::Hex() const { return Sha256Hex(digests_); }

}  // namespace aion::promclient
