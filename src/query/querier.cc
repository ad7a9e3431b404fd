#include "query/querier.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "series/decode.h"

namespace aion::query {
namespace {

using series::EncodedChunk;
using store::FrameSeries;
using store::SeriesFrame;

/// Functions that give nothing for a single sample: their range has to hold two of the chosen
/// resolution.
constexpr std::array<std::string_view, 9> kTwoSampleFunctions = {
    "rate",           "irate",        "increase",
    "delta",          "idelta",       "deriv",
    "predict_linear", "holt_winters", "double_exponential_smoothing"};

bool ByTime(const EncodedChunk& a, const EncodedChunk& b) {
  return a.min_time != b.min_time ? a.min_time < b.min_time : a.max_time < b.max_time;
}

/// Whole series and the frames that own their bytes.
class FrameBatch : public series::SeriesBatch {
 public:
  FrameBatch(SeriesFrame frame, const series::DecodeOptions& options, MemoryCharge charge)
      : frame_(std::move(frame)), options_(options), charge_(std::move(charge)) {
    for (const FrameSeries& series : frame_.series) {
      const auto begin = frame_.chunks.begin() + series.chunk_begin,
                 end = frame_.chunks.begin() + series.chunk_end;
      if (!std::is_sorted(begin, end, ByTime)) std::stable_sort(begin, end, ByTime);
    }
  }
  size_t size() const override { return frame_.series.size(); }
  model::LabelsView labels(size_t index) const override { return frame_.series[index].labels; }
  Status Decode(size_t index, series::SampleColumns* out) const override {
    thread_local series::DecodeScratch scratch;
    const FrameSeries& series = frame_.series[index];
    const std::span<const EncodedChunk> chunks(frame_.chunks.data() + series.chunk_begin,
                                               series.chunk_end - series.chunk_begin);
    const Status status = series::DecodeSeries(chunks, options_, &scratch, out);
    return status.ok() ? status : status.WithContext("series " + series.labels.ToString());
  }

 private:
  SeriesFrame frame_;
  series::DecodeOptions options_;
  MemoryCharge charge_;
};

/// Every encoding starts with the number of its samples.
uint64_t SampleCount(const EncodedChunk& chunk) {
  if (chunk.data.size() < 2) return 0;
  return uint64_t{static_cast<uint8_t>(chunk.data[0])} << 8 | static_cast<uint8_t>(chunk.data[1]);
}

double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

class FrameSeriesSet : public series::SeriesSet {
 public:
  FrameSeriesSet(std::unique_ptr<store::SeriesStream> stream, series::DecodeOptions options,
                 const series::RequestContext& context, SelectObserver observer, double seconds)
      : stream_(std::move(stream)),
        options_(options),
        context_(context),
        observer_(std::move(observer)) {
    stats_.seconds = seconds;
  }
  ~FrameSeriesSet() override {
    if (observer_) observer_(stats_);
  }

  StatusOr<std::shared_ptr<const series::SeriesBatch>> NextBatch() override {
    while (!done_) {
      SeriesFrame frame;
      const auto begin = std::chrono::steady_clock::now();
      ASSIGN_OR_RETURN(const bool more, stream_->Next(&frame));
      stats_.seconds += SecondsSince(begin);
      if (observer_) {
        for (const EncodedChunk& chunk : frame.chunks) stats_.samples += SampleCount(chunk);
      }
      warnings_.Merge(frame.warnings);
      done_ = !more;
      SeriesFrame batch = Complete(std::move(frame));
      stats_.series += batch.series.size();
      if (!batch.series.empty()) return Batch(std::move(batch));
    }
    stream_.reset();
    return std::shared_ptr<const series::SeriesBatch>();
  }

  const model::Warnings& warnings() const override { return warnings_; }

 private:
  /// What the carried series and the new frame complete. The frame's last series may go on in the
  /// next one: it is carried over, except at the end.
  SeriesFrame Complete(SeriesFrame frame) {
    SeriesFrame batch = std::move(carried_);
    carried_.clear();
    const bool has_carried = !batch.series.empty();
    const auto chunk_base = static_cast<uint32_t>(batch.chunks.size());
    if (batch.series.empty()) {
      batch.chunks = std::move(frame.chunks);
      batch.series.reserve(frame.series.size());
    } else {
      batch.chunks.insert(batch.chunks.end(), frame.chunks.begin(), frame.chunks.end());
    }
    for (FrameSeries series : frame.series) {
      series.chunk_begin += chunk_base;
      series.chunk_end += chunk_base;
      FrameSeries* last = batch.series.empty() ? nullptr : &batch.series.back();
      // Runs of chunks lie one behind the other, so a continuation only moves the end.
      if (last != nullptr && last->labels == series.labels &&
          last->chunk_end == series.chunk_begin) {
        last->chunk_end = series.chunk_end;
      } else {
        batch.series.push_back(series);
      }
    }
    // A series that began in this frame lives in this frame's pages: those before it are not held
    // any longer for it.
    const bool only_carried = has_carried && batch.series.size() == 1;
    std::vector<Buffer> newest = only_carried ? std::vector<Buffer>() : frame.pages;
    batch.pages.insert(batch.pages.end(), std::make_move_iterator(frame.pages.begin()),
                       std::make_move_iterator(frame.pages.end()));
    if (!done_ && !batch.series.empty())
      Carry(&batch, only_carried ? batch.pages : std::move(newest));
    return batch;
  }

  void Carry(SeriesFrame* batch, std::vector<Buffer> pages) {
    FrameSeries last = batch->series.back();
    batch->series.pop_back();
    carried_.chunks.assign(batch->chunks.begin() + last.chunk_begin,
                           batch->chunks.begin() + last.chunk_end);
    carried_.series.push_back({last.labels, 0, last.chunk_end - last.chunk_begin});
    carried_.pages = std::move(pages);
  }

  StatusOr<std::shared_ptr<const series::SeriesBatch>> Batch(SeriesFrame batch) {
    uint64_t bytes =
        batch.chunks.size() * sizeof(EncodedChunk) + batch.series.size() * sizeof(FrameSeries);
    for (const Buffer& page : batch.pages) bytes += page.size();
    MemoryCharge charge(context_.accountant);
    RETURN_IF_ERROR(charge.Add(bytes, "a batch of encoded series"));
    return std::shared_ptr<const series::SeriesBatch>(
        std::make_shared<FrameBatch>(std::move(batch), options_, std::move(charge)));
  }

  std::unique_ptr<store::SeriesStream> stream_;
  const series::DecodeOptions options_;
  const series::RequestContext context_;
  const SelectObserver observer_;
  SelectStats stats_;
  model::Warnings warnings_;
  SeriesFrame carried_;  // At most one series.
  bool done_ = false;
};

}  // namespace

DurationMs EffectiveResolutionMs(DurationMs max_source_resolution_ms,
                                 const series::SelectHints& hints) {
  const bool two_samples = std::find(kTwoSampleFunctions.begin(), kTwoSampleFunctions.end(),
                                     hints.function) != kTwoSampleFunctions.end();
  if (hints.range_ms <= 0 || !two_samples) return max_source_resolution_ms;
  return std::min(max_source_resolution_ms, hints.range_ms / 2);
}

StoreQueryable::StoreQueryable(std::shared_ptr<store::Store> store, QuerierOptions options,
                               runtime::Gate* select_gate, SelectObserver observer)
    : store_(std::move(store)),
      options_(std::move(options)),
      select_gate_(select_gate),
      observer_(std::move(observer)) {}

StatusOr<std::unique_ptr<series::SeriesSet>> StoreQueryable::Select(
    const series::SelectRequest& request, const series::RequestContext& context) {
  // Held while the stores are asked, not while their answers are read: a query reads from several
  // selectors at once, and one that waited for a place it holds itself would wait for ever.
  runtime::Gate::Permit permit;
  if (select_gate_ != nullptr) {
    auto entered = select_gate_->Enter(context.cancel);
    if (!entered.ok()) return std::move(entered).status().WithContext("failed to wait for turn");
    permit = std::move(entered).value();
  }
  const series::AggregateChoice choice = series::ChooseAggregate(request.hints.function);
  store::SeriesRequest forwarded;
  forwarded.range = request.range;
  forwarded.matchers = request.matchers;
  forwarded.max_resolution_window_ms =
      EffectiveResolutionMs(options_.max_source_resolution_ms, request.hints);
  forwarded.aggregates = series::WantedAggregates(choice);
  forwarded.partial_response = options_.partial_response;
  forwarded.skip_chunks = request.hints.skip_samples;
  forwarded.hints = request.hints;
  forwarded.shard = options_.shard;
  forwarded.limit = request.hints.limit;
  forwarded.response_batch_size = options_.response_batch_size;
  forwarded.store_matchers = options_.store_matchers;
  if (options_.DedupActive()) forwarded.without_replica_labels = options_.replica_labels;

  const auto begin = std::chrono::steady_clock::now();
  auto stream = store_->Series(forwarded, context);
  if (!stream.ok()) return std::move(stream).status().WithContext("proxy Series()");
  series::DecodeOptions decode;
  decode.range = request.range;
  decode.aggregate = choice;
  decode.deduplicate = options_.DedupActive();
  decode.dedup_function = options_.dedup_function;
  decode.counter_function = series::IsCounterFunction(request.hints.function);
  return std::unique_ptr<series::SeriesSet>(std::make_unique<FrameSeriesSet>(
      std::move(stream).value(), decode, context, observer_, SecondsSince(begin)));
}

}  // namespace aion::query
