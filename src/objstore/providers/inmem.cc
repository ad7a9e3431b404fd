#include "objstore/providers/inmem.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "objstore/object_name.h"

namespace aion::objstore {
namespace {

constexpr size_t kUploadPieceBytes = 64 << 10;

struct Object {
  Buffer bytes;
  int64_t modified_ms = 0;
};

class InMemoryBucket final : public Bucket {
 public:
  explicit InMemoryBucket(const Clock& clock) : clock_(clock) {}

  std::string Name() const override { return "inmem"; }
  bool IterHasLastModified() const override { return true; }

  Status Iter(std::string_view directory, const IterOptions& options,
              const std::function<Status(const IterEntry&)>& entry,
              const CancelToken& cancel) override {
    RETURN_IF_ERROR(cancel.Check());
    RETURN_IF_ERROR(CheckDirectoryName(directory));
    for (const IterEntry& found : Entries(DirectoryPrefix(directory), options.recursive)) {
      RETURN_IF_ERROR(cancel.Check());
      RETURN_IF_ERROR(entry(found));
    }
    return OkStatus();
  }

  StatusOr<Buffer> Get(std::string_view name, const CancelToken& cancel) override {
    ASSIGN_OR_RETURN(const Object object, Find(name, cancel));
    return object.bytes;
  }

  StatusOr<Buffer> GetRange(std::string_view name, uint64_t offset, uint64_t size,
                            const CancelToken& cancel) override {
    ASSIGN_OR_RETURN(const Object object, Find(name, cancel));
    const uint64_t total = object.bytes.size();
    if (offset > total) {
      return OutOfRangeError("inmem: " + std::string(name) + ": offset " + std::to_string(offset) +
                             " is past the end at " + std::to_string(total));
    }
    return object.bytes.Slice(offset, std::min(size, total - offset));
  }

  StatusOr<bool> Exists(std::string_view name, const CancelToken& cancel) override {
    const auto object = Find(name, cancel);
    if (object.ok()) return true;
    if (object.status().code() == StatusCode::kNotFound) return false;
    return object.status();
  }

  StatusOr<ObjectAttributes> Attributes(std::string_view name, const CancelToken& cancel) override {
    ASSIGN_OR_RETURN(const Object object, Find(name, cancel));
    return ObjectAttributes{object.bytes.size(), object.modified_ms};
  }

  Status Upload(std::string_view name, const ByteSource& source, std::optional<uint64_t> size_bytes,
                const CancelToken& cancel) override {
    RETURN_IF_ERROR(CheckObjectName(name));
    std::string bytes;
    while (true) {
      RETURN_IF_ERROR(cancel.Check());
      const size_t old_size = bytes.size();
      bytes.resize(old_size + kUploadPieceBytes);
      ASSIGN_OR_RETURN(const size_t count, source(bytes.data() + old_size, kUploadPieceBytes));
      bytes.resize(old_size + count);
      if (count == 0) break;
    }
    if (size_bytes && bytes.size() != *size_bytes) {
      return DataLossError("upload " + std::string(name) + ": the source gave " +
                           std::to_string(bytes.size()) + " bytes instead of " +
                           std::to_string(*size_bytes));
    }
    const std::lock_guard lock(mutex_);
    objects_.insert_or_assign(std::string(name), Object{Buffer(std::move(bytes)), clock_.NowMs()});
    return OkStatus();
  }

  Status Delete(std::string_view name, const CancelToken& cancel) override {
    RETURN_IF_ERROR(cancel.Check());
    RETURN_IF_ERROR(CheckDirectoryName(name));
    const std::lock_guard lock(mutex_);
    if (const auto at = objects_.find(name); at != objects_.end()) objects_.erase(at);
    return OkStatus();
  }

 private:
  StatusOr<Object> Find(std::string_view name, const CancelToken& cancel) {
    RETURN_IF_ERROR(cancel.Check());
    RETURN_IF_ERROR(CheckObjectName(name));
    const std::lock_guard lock(mutex_);
    const auto at = objects_.find(name);
    if (at == objects_.end()) return NotFoundError("inmem: object not found: " + std::string(name));
    return at->second;
  }

  /// A copy, so that callbacks may use the bucket.
  std::vector<IterEntry> Entries(const std::string& prefix, bool recursive) {
    std::vector<IterEntry> entries;
    const std::lock_guard lock(mutex_);
    for (auto at = objects_.lower_bound(prefix);
         at != objects_.end() && at->first.starts_with(prefix); ++at) {
      const size_t slash = recursive ? std::string::npos : at->first.find('/', prefix.size());
      if (slash == std::string::npos) {
        entries.push_back({at->first, at->second.modified_ms});
      } else if (entries.empty() || at->first.compare(0, slash + 1, entries.back().name) != 0) {
        entries.push_back({at->first.substr(0, slash + 1), std::nullopt});
      }
    }
    return entries;
  }

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Object, std::less<>> objects_;  // Guarded by mutex_.
};

}  // namespace

std::unique_ptr<Bucket> MakeInMemoryBucket(const Clock& clock) {
  return std::make_unique<InMemoryBucket>(clock);
}

}  // namespace aion::objstore
