#include "objstore/metrics.h"

#include <array>
#include <chrono>

#include "base/clock.h"

namespace aion::objstore {
namespace {

using SteadyClock = std::chrono::steady_clock;

enum Operation { kIter, kGet, kGetRange, kExists, kUpload, kDelete, kAttributes, kOperationCount };
constexpr std::array<std::string_view, kOperationCount> kOperationNames = {
    "iter", "get", "get_range", "exists", "upload", "delete", "attributes"};

struct OperationMetrics {
  telemetry::Counter* total = nullptr;
  telemetry::Counter* failures = nullptr;
  telemetry::Histogram* seconds = nullptr;
  telemetry::Counter* fetched_bytes = nullptr;  // Of get, get_range and upload.
  telemetry::Histogram* transferred_bytes = nullptr;
};

class Meters {
 public:
  explicit Meters(const telemetry::Registry& registry) {
    auto total = registry.AddCounterFamily(
        "objstore_bucket_operations_total",
        "Total number of all attempted operations against a bucket.", {"operation"});
    auto failures =
        registry.AddCounterFamily("objstore_bucket_operation_failures_total",
                                  "Total number of operations against a bucket that failed, but "
                                  "were not expected to fail in certain way from "
                                  "caller perspective. Those errors have to be investigated.",
                                  {"operation"});
    auto seconds = registry.AddHistogramFamily(
        "objstore_bucket_operation_duration_seconds",
        "Duration of successful operations against the bucket per operation - iter operations "
        "include time spent on "
        "each callback.",
        {"operation"}, {0.001, 0.01, 0.1, 0.3, 0.6, 1, 3, 6, 9, 20, 30, 60, 90, 120});
    auto fetched = registry.AddCounterFamily(
        "objstore_bucket_operation_fetched_bytes_total",
        "Total number of bytes fetched from bucket, per operation.", {"operation"});
    auto transferred =
        registry.AddHistogramFamily("objstore_bucket_operation_transferred_bytes",
                                    "Number of bytes transferred from/to bucket per operation.",
                                    {"operation"}, telemetry::ExponentialBuckets(32768, 2, 16));
    for (size_t i = 0; i < operations_.size(); ++i) {
      operations_[i] = {&total.With({kOperationNames[i]}), &failures.With({kOperationNames[i]}),
                        &seconds.With({kOperationNames[i]})};
    }
    for (const Operation operation : {kGet, kGetRange, kUpload}) {
      operations_[operation].fetched_bytes = &fetched.With({kOperationNames[operation]});
      operations_[operation].transferred_bytes = &transferred.With({kOperationNames[operation]});
    }
    last_upload_ =
        &registry.AddGauge("objstore_bucket_last_successful_upload_time",
                           "Second timestamp of the last successful upload to the bucket.");
  }

  const OperationMetrics& Of(Operation operation) const { return operations_[operation]; }
  void UploadDone() const {
    last_upload_->Set(static_cast<double>(Clock::System().NowMs()) / 1000);
  }

 private:
  std::array<OperationMetrics, kOperationCount> operations_;
  telemetry::Gauge* last_upload_ = nullptr;
};

bool IsFailure(const Status& status) {
  return !status.ok() && status.code() != StatusCode::kNotFound &&
         status.code() != StatusCode::kCancelled;
}

/// One running operation: counted at its start, timed at its end.
class Call {
 public:
  explicit Call(const OperationMetrics& metrics) : metrics_(metrics) { metrics_.total->Add(); }

  void End(const Status& status, uint64_t bytes = 0) const {
    if (IsFailure(status)) metrics_.failures->Add();
    if (!status.ok()) return;
    metrics_.seconds->Observe(std::chrono::duration<double>(SteadyClock::now() - start_).count());
    if (metrics_.fetched_bytes == nullptr) return;
    metrics_.fetched_bytes->Add(static_cast<double>(bytes));
    metrics_.transferred_bytes->Observe(static_cast<double>(bytes));
  }

 private:
  const OperationMetrics& metrics_;
  const SteadyClock::time_point start_ = SteadyClock::now();
};

template <typename T>
Status StatusOf(const StatusOr<T>& result) {
  return result.ok() ? OkStatus() : result.status();
}

class MeteredBucket final : public Bucket {
 public:
  MeteredBucket(std::unique_ptr<Bucket> bucket, const telemetry::Registry& registry)
      : bucket_(std::move(bucket)), meters_(registry) {}

  std::string Name() const override { return bucket_->Name(); }
  bool IterHasLastModified() const override { return bucket_->IterHasLastModified(); }

  Status Iter(std::string_view directory, const IterOptions& options,
              const std::function<Status(const IterEntry&)>& entry,
              const CancelToken& cancel) override {
    const Call call(meters_.Of(kIter));
    Status status = bucket_->Iter(directory, options, entry, cancel);
    call.End(status);
    return status;
  }
  StatusOr<Buffer> Get(std::string_view name, const CancelToken& cancel) override {
    const Call call(meters_.Of(kGet));
    StatusOr<Buffer> bytes = bucket_->Get(name, cancel);
    call.End(StatusOf(bytes), bytes.ok() ? bytes->size() : 0);
    return bytes;
  }
  StatusOr<Buffer> GetRange(std::string_view name, uint64_t offset, uint64_t size,
                            const CancelToken& cancel) override {
    const Call call(meters_.Of(kGetRange));
    StatusOr<Buffer> bytes = bucket_->GetRange(name, offset, size, cancel);
    call.End(StatusOf(bytes), bytes.ok() ? bytes->size() : 0);
    return bytes;
  }
  StatusOr<bool> Exists(std::string_view name, const CancelToken& cancel) override {
    const Call call(meters_.Of(kExists));
    StatusOr<bool> exists = bucket_->Exists(name, cancel);
    call.End(StatusOf(exists));
    return exists;
  }
  StatusOr<ObjectAttributes> Attributes(std::string_view name, const CancelToken& cancel) override {
    const Call call(meters_.Of(kAttributes));
    StatusOr<ObjectAttributes> attributes = bucket_->Attributes(name, cancel);
    call.End(StatusOf(attributes));
    return attributes;
  }
  Status Upload(std::string_view name, const ByteSource& source, std::optional<uint64_t> size_bytes,
                const CancelToken& cancel) override {
    const Call call(meters_.Of(kUpload));
    uint64_t bytes = 0;
    const ByteSource counted = [&](char* out, size_t size) {
      StatusOr<size_t> count = source(out, size);
      if (count.ok()) bytes += *count;
      return count;
    };
    Status status = bucket_->Upload(name, counted, size_bytes, cancel);
    call.End(status, bytes);
    if (status.ok()) meters_.UploadDone();
    return status;
  }
  Status Delete(std::string_view name, const CancelToken& cancel) override {
    const Call call(meters_.Of(kDelete));
    Status status = bucket_->Delete(name, cancel);
    call.End(status);
    return status;
  }

 private:
  const std::unique_ptr<Bucket> bucket_;
  const Meters meters_;
};

}  // namespace

std::unique_ptr<Bucket> MakeMeteredBucket(std::unique_ptr<Bucket> bucket,
                                          const telemetry::Registry& registry,
                                          const std::string& label) {
  return std::make_unique<MeteredBucket>(std::move(bucket),
                                         registry.WithLabels({{"bucket", label}}));
}

}  // namespace aion::objstore
