#include "store/proxy/limited_store.h"

namespace aion::store {
namespace {

constexpr uint64_t kSamplesPerChunk = 120;

Status Check(std::string_view what, uint64_t used, uint64_t limit) {
  if (limit == 0 || used <= limit) return OkStatus();
  return ResourceExhaustedError("failed to send " + std::string(what) + ": limit " + std::to_string(limit) +
                                " violated (got " + std::to_string(used) + ")");
}

/// Chunks as the wire has them: the aggregates of one downsampled chunk count once.
uint64_t ChunkCount(const SeriesFrame& frame) {
  uint64_t count = 0;
  for (size_t i = 0; i < frame.chunks.size(); ++i) {
    const auto& chunk = frame.chunks[i];
    const bool continues = i > 0 && chunk.aggregate > frame.chunks[i - 1].aggregate &&
                           chunk.min_time == frame.chunks[i - 1].min_time &&
                           chunk.max_time == frame.chunks[i - 1].max_time;
    if (!continues) ++count;
  }
  return count;
}

class LimitedStream : public SeriesStream {
 public:
  LimitedStream(std::unique_ptr<SeriesStream> inner, StoreLimits limits) : inner_(std::move(inner)), limits_(limits) {}
  StatusOr<bool> Next(SeriesFrame* frame) override {
    ASSIGN_OR_RETURN(const bool more, inner_->Next(frame));
    if (!more) return false;
    series_ += frame->series.size();
    samples_ += ChunkCount(*frame) * kSamplesPerChunk;
    RETURN_IF_ERROR(Check("series", series_, limits_.series_max));
    RETURN_IF_ERROR(Check("samples", samples_, limits_.samples_max));
    return true;
  }

 private:
  const std::unique_ptr<SeriesStream> inner_;
  const StoreLimits limits_;
  uint64_t series_ = 0;
  uint64_t samples_ = 0;
};

class LimitedStore : public Store {
 public:
  LimitedStore(std::shared_ptr<Store> inner, const StoreLimits& limits) : inner_(std::move(inner)), limits_(limits) {}
  std::string Name() const override { return inner_->Name(); }
  StoreInfo Info() const override { return inner_->Info(); }
  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest& request, const RequestContext& context) override {
    ASSIGN_OR_RETURN(auto stream, inner_->Series(request, context));
    return std::unique_ptr<SeriesStream>(std::make_unique<LimitedStream>(std::move(stream), limits_));
  }
  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest& request, const RequestContext& context) override {
    return inner_->LabelNames(request, context);
  }
  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest& request, const RequestContext& context) override {
    return inner_->LabelValues(request, context);
  }

 private:
  const std::shared_ptr<Store> inner_;
  const StoreLimits limits_;
};

}  // namespace

std::shared_ptr<Store> MakeLimitedStore(std::shared_ptr<Store> inner, const StoreLimits& limits) {
  if (limits.series_max == 0 && limits.samples_max == 0) return inner;
  return std::make_shared<LimitedStore>(std::move(inner), limits);
}

}  // namespace aion::store
