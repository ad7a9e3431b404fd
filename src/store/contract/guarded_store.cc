#include "store/contract/guarded_store.h"

namespace aion::store {
namespace {

struct Guard {
  SelectLimits limits;
  StoreObserver observer;
};

Status LimitError(std::string_view what, uint64_t limit, uint64_t got) {
  return ResourceExhaustedError("failed to send " + std::string(what) + ": limit " +
                                std::to_string(limit) + " violated (got " + std::to_string(got) +
                                ")");
}

// Chunks of a run, where the aggregates of one downsampled chunk stand together with equal times.
uint64_t CountChunks(const SeriesFrame& frame, const FrameSeries& series) {
  uint64_t count = 0;
  for (uint32_t i = series.chunk_begin; i < series.chunk_end; ++i) {
    const series::EncodedChunk& chunk = frame.chunks[i];
    const bool continues = i > series.chunk_begin && chunk.aggregate != series::Aggregate::kRaw &&
                           frame.chunks[i - 1].min_time == chunk.min_time &&
                           frame.chunks[i - 1].max_time == chunk.max_time &&
                           frame.chunks[i - 1].aggregate != series::Aggregate::kRaw &&
                           frame.chunks[i - 1].aggregate < chunk.aggregate;
    if (!continues) ++count;
  }
  return count;
}

class GuardedStream : public SeriesStream {
 public:
  GuardedStream(std::unique_ptr<SeriesStream> inner, std::shared_ptr<const Guard> guard)
      : inner_(std::move(inner)), guard_(std::move(guard)) {
    if (guard_->observer.on_begin) guard_->observer.on_begin();
  }
  ~GuardedStream() override {
    inner_.reset();
    if (guard_->observer.on_done) guard_->observer.on_done(series_count_, chunk_count_);
  }

  StatusOr<bool> Next(SeriesFrame* frame) override {
    ASSIGN_OR_RETURN(const bool more, inner_->Next(frame));
    if (!more) return false;
    for (const FrameSeries& series : frame->series) {
      // A series may go on over frames: it counts once.
      if (series.labels.packed() != last_labels_) {
        ++series_count_;
        last_labels_ = std::string(series.labels.packed());
      }
      chunk_count_ += CountChunks(*frame, series);
    }
    RETURN_IF_ERROR(Check());
    return true;
  }

 private:
  Status Check() const {
    const SelectLimits& limits = guard_->limits;
    if (limits.series_max != 0 && series_count_ > limits.series_max) {
      if (guard_->observer.on_dropped) guard_->observer.on_dropped("series");
      return LimitError("series", limits.series_max, series_count_);
    }
    const uint64_t samples = chunk_count_ * kSamplesPerChunkMax;
    if (limits.samples_max != 0 && samples > limits.samples_max) {
      if (guard_->observer.on_dropped) guard_->observer.on_dropped("chunks");
      return LimitError("samples", limits.samples_max, samples);
    }
    return OkStatus();
  }

  std::unique_ptr<SeriesStream> inner_;
  const std::shared_ptr<const Guard> guard_;
  uint64_t series_count_ = 0;
  uint64_t chunk_count_ = 0;
  std::string last_labels_;
};

class GuardedStore : public Store {
 public:
  GuardedStore(std::shared_ptr<Store> inner, Guard guard)
      : inner_(std::move(inner)), guard_(std::make_shared<const Guard>(std::move(guard))) {}

  std::string Name() const override { return inner_->Name(); }
  StoreInfo Info() const override { return inner_->Info(); }
  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest& request,
                                                 const RequestContext& context) override {
    ASSIGN_OR_RETURN(auto stream, inner_->Series(request, context));
    return std::unique_ptr<SeriesStream>(
        std::make_unique<GuardedStream>(std::move(stream), guard_));
  }
  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest& request,
                                      const RequestContext& context) override {
    return inner_->LabelNames(request, context);
  }
  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest& request,
                                       const RequestContext& context) override {
    return inner_->LabelValues(request, context);
  }

 private:
  const std::shared_ptr<Store> inner_;
  const std::shared_ptr<const Guard> guard_;
};

}  // namespace

std::shared_ptr<Store> MakeGuardedStore(std::shared_ptr<Store> store, SelectLimits limits,
                                        StoreObserver observer) {
  return std::make_shared<GuardedStore>(std::move(store), Guard{limits, std::move(observer)});
}

}  // namespace aion::store
