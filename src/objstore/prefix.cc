#include "objstore/prefix.h"

#include "objstore/object_name.h"

namespace aion::objstore {
namespace {

class PrefixedBucket final : public Bucket {
 public:
  PrefixedBucket(std::unique_ptr<Bucket> bucket, std::string prefix)
      : bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}

  std::string Name() const override { return bucket_->Name(); }
  bool IterHasLastModified() const override { return bucket_->IterHasLastModified(); }

  Status Iter(std::string_view directory, const IterOptions& options,
              const std::function<Status(const IterEntry&)>& entry,
              const CancelToken& cancel) override {
    RETURN_IF_ERROR(CheckDirectoryName(directory));
    const auto strip = [&](const IterEntry& found) {
      if (!found.name.starts_with(prefix_))
        return InternalError("listing left the prefix: " + found.name);
      return entry({found.name.substr(prefix_.size()), found.last_modified_ms});
    };
    return bucket_->Iter(prefix_ + std::string(directory), options, strip, cancel);
  }
  StatusOr<Buffer> Get(std::string_view name, const CancelToken& cancel) override {
    RETURN_IF_ERROR(CheckObjectName(name));
    return bucket_->Get(Full(name), cancel);
  }
  StatusOr<Buffer> GetRange(std::string_view name, uint64_t offset, uint64_t size,
                            const CancelToken& cancel) override {
    RETURN_IF_ERROR(CheckObjectName(name));
    return bucket_->GetRange(Full(name), offset, size, cancel);
  }
  StatusOr<bool> Exists(std::string_view name, const CancelToken& cancel) override {
    RETURN_IF_ERROR(CheckObjectName(name));
    return bucket_->Exists(Full(name), cancel);
  }
  StatusOr<ObjectAttributes> Attributes(std::string_view name, const CancelToken& cancel) override {
    RETURN_IF_ERROR(CheckObjectName(name));
    return bucket_->Attributes(Full(name), cancel);
  }
  Status Upload(std::string_view name, const ByteSource& source, std::optional<uint64_t> size_bytes,
                const CancelToken& cancel) override {
    RETURN_IF_ERROR(CheckObjectName(name));
    return bucket_->Upload(Full(name), source, size_bytes, cancel);
  }
  Status Delete(std::string_view name, const CancelToken& cancel) override {
    RETURN_IF_ERROR(CheckDirectoryName(name));
    return bucket_->Delete(Full(name), cancel);
  }

 private:
  std::string Full(std::string_view name) const { return prefix_ + std::string(name); }

  const std::unique_ptr<Bucket> bucket_;
  const std::string prefix_;  // Ends in "/".
};

}  // namespace

std::unique_ptr<Bucket> MakePrefixedBucket(std::unique_ptr<Bucket> bucket,
                                           std::string_view prefix) {
  while (prefix.starts_with('/')) prefix.remove_prefix(1);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.empty()) return bucket;
  return std::make_unique<PrefixedBucket>(std::move(bucket), std::string(prefix) + "/");
}

}  // namespace aion::objstore
