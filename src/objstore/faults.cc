#include "objstore/faults.h"

#include <thread>

namespace aion::objstore {

void FaultPlan::Heal() {
  const std::lock_guard lock(mutex_);
  options_ = FaultOptions{};
}

FaultPlan::Verdict FaultPlan::OnRead() {
  const std::lock_guard lock(mutex_);
  const bool dead = options_.writes_before_death >= 0 &&
                    writes_ > static_cast<uint64_t>(options_.writes_before_death);
  if (!dead && !Roll(options_.error_rate)) return Verdict::kPass;
  ++faults_;
  return Verdict::kFail;
}

FaultPlan::Verdict FaultPlan::OnWrite(bool is_upload) {
  const std::lock_guard lock(mutex_);
  const uint64_t write_number = writes_++;
  if (options_.writes_before_death >= 0 &&
      write_number >= static_cast<uint64_t>(options_.writes_before_death)) {
    ++faults_;
    const bool dies_now = write_number == static_cast<uint64_t>(options_.writes_before_death);
    return is_upload && dies_now && options_.tear_at_death ? Verdict::kTear : Verdict::kFail;
  }
  const bool tear = is_upload && Roll(options_.torn_upload_rate);
  if (!tear && !Roll(options_.error_rate)) return Verdict::kPass;
  ++faults_;
  return tear ? Verdict::kTear : Verdict::kFail;
}

bool FaultPlan::CutsRead() {
  const std::lock_guard lock(mutex_);
  if (!Roll(options_.cut_read_rate)) return false;
  ++faults_;
  return true;
}

namespace {

Status Injected(std::string_view operation, std::string_view name) {
  return UnavailableError("injected fault: " + std::string(operation) + " " + std::string(name));
}

class FaultyBucket final : public Bucket {
 public:
  FaultyBucket(Bucket& bucket, std::shared_ptr<FaultPlan> plan)
      : bucket_(bucket), plan_(std::move(plan)) {}

  std::string Name() const override { return bucket_.Name(); }
  bool IterHasLastModified() const override { return bucket_.IterHasLastModified(); }

  Status Iter(std::string_view directory, const IterOptions& options,
              const std::function<Status(const IterEntry&)>& entry,
              const CancelToken& cancel) override {
    RETURN_IF_ERROR(BeforeRead("iter", directory));
    return bucket_.Iter(directory, options, entry, cancel);
  }
  StatusOr<Buffer> Get(std::string_view name, const CancelToken& cancel) override {
    RETURN_IF_ERROR(BeforeRead("get", name));
    return Cut(bucket_.Get(name, cancel));
  }
  StatusOr<Buffer> GetRange(std::string_view name, uint64_t offset, uint64_t size,
                            const CancelToken& cancel) override {
    RETURN_IF_ERROR(BeforeRead("get_range", name));
    return Cut(bucket_.GetRange(name, offset, size, cancel));
  }
  StatusOr<bool> Exists(std::string_view name, const CancelToken& cancel) override {
    RETURN_IF_ERROR(BeforeRead("exists", name));
    return bucket_.Exists(name, cancel);
  }
  StatusOr<ObjectAttributes> Attributes(std::string_view name, const CancelToken& cancel) override {
    RETURN_IF_ERROR(BeforeRead("attributes", name));
    return bucket_.Attributes(name, cancel);
  }
  Status Upload(std::string_view name, const ByteSource& source, std::optional<uint64_t> size_bytes,
                const CancelToken& cancel) override {
    Wait();
    switch (plan_->OnWrite(true)) {
      case FaultPlan::Verdict::kPass:
        return bucket_.Upload(name, source, size_bytes, cancel);
      case FaultPlan::Verdict::kTear:
        return UploadTorn(name, source, cancel);
      case FaultPlan::Verdict::kFail:
        break;
    }
    return Injected("upload", name);
  }
  Status Delete(std::string_view name, const CancelToken& cancel) override {
    Wait();
    if (plan_->OnWrite(false) != FaultPlan::Verdict::kPass) return Injected("delete", name);
    return bucket_.Delete(name, cancel);
  }

 private:
  void Wait() {
    if (plan_->latency().count() > 0) std::this_thread::sleep_for(plan_->latency());
  }

  Status BeforeRead(std::string_view operation, std::string_view name) {
    Wait();
    return plan_->OnRead() == FaultPlan::Verdict::kPass ? OkStatus() : Injected(operation, name);
  }

  StatusOr<Buffer> Cut(StatusOr<Buffer> read) {
    if (!read.ok() || read->empty() || !plan_->CutsRead()) return read;
    return read->Slice(0, read->size() / 2);
  }

  Status UploadTorn(std::string_view name, const ByteSource& source, const CancelToken& cancel) {
    std::string bytes;
    char piece[4096];
    while (true) {
      ASSIGN_OR_RETURN(const size_t count, source(piece, sizeof(piece)));
      if (count == 0) break;
      bytes.append(piece, count);
    }
    (void)UploadBytes(bucket_, name, std::string_view(bytes).substr(0, bytes.size() / 2), cancel);
    return Injected("upload (torn)", name);
  }

  Bucket& bucket_;
  const std::shared_ptr<FaultPlan> plan_;
};

}  // namespace

std::unique_ptr<Bucket> MakeFaultyBucket(Bucket& bucket, std::shared_ptr<FaultPlan> plan) {
  return std::make_unique<FaultyBucket>(bucket, std::move(plan));
}

}  // namespace aion::objstore
