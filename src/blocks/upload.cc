#include "blocks/upload.h"

#include <algorithm>

#include "base/hash.h"
#include "blocks/block_files.h"
#include "blocks/concurrently.h"
#include "blocks/marks.h"
#include "objstore/transfer.h"
#include "tsdb/block/mapped_file.h"

namespace aion::blocks {
namespace {

constexpr std::string_view kSha256 = "SHA256";

StatusOr<tsdb::BlockFile> FileStats(Env& env, const std::string& directory, std::string rel_path,
                                    bool with_sha256) {
  const std::string path = JoinPath(directory, rel_path);
  ASSIGN_OR_RETURN(const FileInfo info, env.Stat(path));
  tsdb::BlockFile file;
  file.rel_path = std::move(rel_path);
  file.size_bytes = static_cast<int64_t>(info.size_bytes);
  if (with_sha256) {
    ASSIGN_OR_RETURN(const Buffer bytes, tsdb::MapFile(path));
    file.hash_function = kSha256;
    file.hash_value = Sha256Hex(bytes.view());
  }
  return file;
}

bool HasHash(const std::string& path, const tsdb::BlockFile& file) {
  if (file.hash_function != kSha256) return false;
  const auto bytes = tsdb::MapFile(path);
  return bytes.ok() && Sha256Hex(bytes->view()) == file.hash_value;
}

StatusOr<std::vector<std::string>> ListObjects(objstore::Bucket& bucket, const Ulid& block,
                                               const CancelToken& cancel) {
  std::vector<std::string> names;
  RETURN_IF_ERROR(bucket.Iter(
      block.ToString(), {.recursive = true},
      [&](const objstore::IterEntry& entry) {
        names.push_back(entry.name);
        return OkStatus();
      },
      cancel));
  return names;
}

}  // namespace

StatusOr<tsdb::BlockMeta> ReadMetaOfDirectory(Env& env, const std::string& directory) {
  const std::string path = JoinPath(directory, kMetaFile);
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(env, path));
  auto meta = tsdb::ParseMeta(bytes);
  if (!meta.ok()) return meta.status().WithContext(path);
  return meta;
}

StatusOr<std::vector<tsdb::BlockFile>> GatherFiles(Env& env, const std::string& directory,
                                                   bool with_sha256) {
  std::vector<tsdb::BlockFile> files;
  ASSIGN_OR_RETURN(const auto segments, env.List(JoinPath(directory, kChunksDirectory)));
  for (const std::string& name : segments) {
    ASSIGN_OR_RETURN(auto file,
                     FileStats(env, directory, JoinPath(kChunksDirectory, name), with_sha256));
    files.push_back(std::move(file));
  }
  ASSIGN_OR_RETURN(auto index, FileStats(env, directory, std::string(kIndexFile), with_sha256));
  files.push_back(std::move(index));
  // meta.json cannot know its own size.
  files.push_back({.rel_path = std::string(kMetaFile)});
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.rel_path < b.rel_path; });
  return files;
}

Status UploadBlock(objstore::Bucket& bucket, Env& env, const std::string& directory,
                   const UploadBlockOptions& options, const CancelToken& cancel) {
  const auto block = BlockOfDirectory(directory);
  if (!block) return InvalidArgumentError("not a block dir: " + directory);
  auto meta = ReadMetaOfDirectory(env, directory);
  if (!meta.ok()) return meta.status().WithContext("read meta");
  if (options.require_external_labels && (!meta->thanos || meta->thanos->labels.empty())) {
    return InvalidArgumentError("empty external labels are not allowed for Thanos block.");
  }
  if (!meta->thanos) meta->thanos.emplace();
  auto files = GatherFiles(env, directory, options.with_sha256);
  if (!files.ok()) return files.status().WithContext("gather meta file stats");
  meta->thanos->files = *std::move(files);

  ASSIGN_OR_RETURN(const auto segments, env.List(JoinPath(directory, kChunksDirectory)));
  const Status chunks = RunConcurrently(segments.size(), options.concurrency, [&](size_t i) {
    const std::string rel_path = JoinPath(kChunksDirectory, segments[i]);
    return objstore::UploadFile(bucket, env, JoinPath(directory, rel_path),
                                BlockObject(*block, rel_path), cancel);
  });
  if (!chunks.ok()) return chunks.WithContext("upload chunks");
  const Status index = objstore::UploadFile(bucket, env, JoinPath(directory, kIndexFile),
                                            BlockObject(*block, kIndexFile), cancel);
  if (!index.ok()) return index.WithContext("upload index");

  const Clock& clock = options.clock != nullptr ? *options.clock : Clock::System();
  meta->thanos->upload_time = FormatRfc3339(clock.NowMs());
  const Status uploaded =
      objstore::UploadBytes(bucket, BlockObject(*block, kMetaFile), tsdb::PrintMeta(*meta), cancel);
  return uploaded.WithContext("upload meta file");
}

Status DeleteBlock(objstore::Bucket& bucket, const Ulid& block, const CancelToken& cancel) {
  const std::string meta = BlockObject(block, kMetaFile);
  const std::string mark = BlockObject(block, MarkFile(MarkKind::kDeletion));
  RETURN_IF_ERROR(bucket.Delete(meta, cancel));
  ASSIGN_OR_RETURN(const auto names, ListObjects(bucket, block, cancel));
  for (const std::string& name : names) {
    if (name == meta || name == mark) continue;
    if (const Status deleted = bucket.Delete(name, cancel); !deleted.ok())
      return deleted.WithContext("delete " + name);
  }
  RETURN_IF_ERROR(bucket.Delete(mark, cancel));
  // Some stores keep directories as empty objects of their own.
  (void)bucket.Delete(BlockObject(block, kChunksDirectory) + "/", cancel);
  (void)bucket.Delete(block.ToString() + "/", cancel);
  return OkStatus();
}

Status DownloadBlock(objstore::Bucket& bucket, Env& env, const Ulid& block,
                     const std::string& directory, size_t concurrency, const CancelToken& cancel) {
  RETURN_IF_ERROR(env.MakeDirectories(JoinPath(directory, kChunksDirectory)));
  RETURN_IF_ERROR(objstore::DownloadFile(bucket, env, BlockObject(block, kMetaFile),
                                         JoinPath(directory, kMetaFile), cancel));
  ASSIGN_OR_RETURN(const tsdb::BlockMeta meta, ReadMetaOfDirectory(env, directory));
  ASSIGN_OR_RETURN(const auto names, ListObjects(bucket, block, cancel));
  const size_t prefix_size = block.ToString().size() + 1;
  return RunConcurrently(names.size(), concurrency, [&](size_t i) -> Status {
    const std::string rel_path = names[i].substr(prefix_size);
    const std::string path = JoinPath(directory, rel_path);
    if (rel_path == kMetaFile) return OkStatus();
    if (meta.thanos) {
      const auto& files = meta.thanos->files;
      const auto file = std::find_if(files.begin(), files.end(),
                                     [&](const auto& f) { return f.rel_path == rel_path; });
      if (file != files.end() && HasHash(path, *file)) return OkStatus();
    }
    RETURN_IF_ERROR(env.MakeDirectories(path.substr(0, path.rfind('/'))));
    return objstore::DownloadFile(bucket, env, names[i], path, cancel);
  });
}

}  // namespace aion::blocks
