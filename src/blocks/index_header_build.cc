#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "base/bytes.h"
#include "base/hash.h"
#include "blocks/block_files.h"
#include "blocks/index_header.h"
#include "tsdb/block/mapped_file.h"

namespace aion::blocks {
namespace {

constexpr uint8_t kFormatVersion = 1;

/// The index object as ranges that must come whole.
class IndexObject {
 public:
  IndexObject(objstore::Bucket& bucket, const Ulid& block, const CancelToken& cancel)
      : bucket_(bucket), name_(BlockObject(block, kIndexFile)), cancel_(cancel) {}

  Status Open() {
    ASSIGN_OR_RETURN(const objstore::ObjectAttributes attributes,
                     bucket_.Attributes(name_, cancel_));
    size_ = attributes.size_bytes;
    if (size_ < tsdb::kIndexHeaderSize + tsdb::kTocSize) {
      return DataLossError(fmt::format("{}: too short for an index: {} bytes", name_, size_));
    }
    return OkStatus();
  }

  uint64_t size() const { return size_; }
  const std::string& name() const { return name_; }

  StatusOr<Buffer> Read(uint64_t begin, uint64_t end) {
    ASSIGN_OR_RETURN(Buffer bytes, bucket_.GetRange(name_, begin, end - begin, cancel_));
    if (bytes.size() == end - begin) return bytes;
    return UnavailableError(fmt::format("{}: short read: {} of {} bytes at offset {}", name_,
                                        bytes.size(), end - begin, begin));
  }

  Status Copy(uint64_t begin, uint64_t end, const std::function<Status(std::string_view)>& write) {
    for (uint64_t at = begin; at < end; at += kIndexHeaderPieceBytes) {
      ASSIGN_OR_RETURN(const Buffer piece, Read(at, std::min(end, at + kIndexHeaderPieceBytes)));
      RETURN_IF_ERROR(write(piece.view()));
    }
    return OkStatus();
  }

 private:
  objstore::Bucket& bucket_;
  const std::string name_;
  const CancelToken cancel_;
  uint64_t size_ = 0;
};

Status WriteHeaderFile(objstore::Bucket& bucket, const Ulid& block, Env& env,
                       const std::string& path, const CancelToken& cancel) {
  ASSIGN_OR_RETURN(auto file, env.OpenWritable(path));
  RETURN_IF_ERROR(BuildIndexHeader(
      bucket, block, [&](std::string_view bytes) { return file->Append(bytes); }, cancel));
  RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace

Status BuildIndexHeader(objstore::Bucket& bucket, const Ulid& block,
                        const std::function<Status(std::string_view)>& write,
                        const CancelToken& cancel) {
  IndexObject index(bucket, block, cancel);
  RETURN_IF_ERROR(index.Open());
  ASSIGN_OR_RETURN(const Buffer head, index.Read(0, tsdb::kIndexHeaderSize));
  const auto version = tsdb::ParseIndexHeader(head.view());
  if (!version.ok()) return version.status().WithContext(index.name());
  ASSIGN_OR_RETURN(const Buffer tail, index.Read(index.size() - tsdb::kTocSize, index.size()));
  const auto toc = tsdb::ParseToc(tail.view());
  if (!toc.ok()) return toc.status().WithContext(index.name());
  if (const Status status = tsdb::CheckToc(*toc, index.size()); !status.ok())
    return status.WithContext(index.name());

  std::string bytes;
  PutBe32(&bytes, kIndexHeaderMagic);
  PutU8(&bytes, kFormatVersion);
  PutU8(&bytes, static_cast<uint8_t>(*version));
  PutBe64(&bytes, toc->postings_table);
  const uint64_t symbols_offset = bytes.size();
  const uint64_t table_offset = symbols_offset + toc->series - toc->symbols;
  RETURN_IF_ERROR(write(bytes));
  RETURN_IF_ERROR(index.Copy(toc->symbols, toc->series, write));
  RETURN_IF_ERROR(index.Copy(toc->postings_table, index.size(), write));
  bytes.clear();
  PutBe64(&bytes, symbols_offset);
  PutBe64(&bytes, table_offset);
  PutBe32(&bytes, Crc32c(bytes));
  return write(bytes);
}

StatusOr<std::shared_ptr<const IndexHeader>> OpenIndexHeader(objstore::Bucket& bucket,
                                                             const Ulid& block,
                                                             const IndexHeaderCache& cache,
                                                             const IndexHeaderOptions& options,
                                                             const CancelToken& cancel) {
  const auto start = std::chrono::steady_clock::now();
  const auto built = [&] {
    if (cache.on_built)
      cache.on_built(
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  };
  if (cache.directory.empty()) {
    std::string bytes;
    RETURN_IF_ERROR(BuildIndexHeader(
        bucket, block,
        [&](std::string_view piece) {
          bytes += piece;
          return OkStatus();
        },
        cancel));
    built();
    auto header = IndexHeader::Open(Buffer(std::move(bytes)), options);
    return header.ok() ? header : header.status().WithContext(BlockObject(block, kIndexFile));
  }
  Env& env = cache.env != nullptr ? *cache.env : Env::Posix();
  const std::string directory = JoinPath(cache.directory, block.ToString());
  const std::string path = JoinPath(directory, kIndexHeaderFile);
  if (auto mapped = tsdb::MapFile(path); mapped.ok()) {
    if (auto header = IndexHeader::Open(*std::move(mapped), options); header.ok()) return header;
  }
  RETURN_IF_ERROR(env.MakeDirectories(directory));
  const std::string temporary = path + ".tmp";
  Status written = WriteHeaderFile(bucket, block, env, temporary, cancel);
  if (written.ok()) written = env.Rename(temporary, path);
  if (written.ok()) written = env.SyncDirectory(directory);
  if (!written.ok()) {
    (void)env.RemoveFile(temporary);
    return written;
  }
  built();
  ASSIGN_OR_RETURN(Buffer mapped, tsdb::MapFile(path));
  auto header = IndexHeader::Open(std::move(mapped), options);
  if (!header.ok()) {
    // Freshly built and unsound: the index in the bucket is what is damaged.
    (void)env.RemoveAll(path);
    return header.status().WithContext(BlockObject(block, kIndexFile));
  }
  return header;
}

}  // namespace aion::blocks
