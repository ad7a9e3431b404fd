#include "store/bucket/series_stream.h"

#include <algorithm>
#include <deque>

namespace aion::store {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::shared_ptr<const SeriesTable>> TablesOf(const ChunkSources& sources) {
  std::vector<std::shared_ptr<const SeriesTable>> tables;
  for (const ChunkSource& source : sources.sources) tables.push_back(source.table);
  return tables;
}

bool SameChunk(const series::EncodedChunk& a, const series::EncodedChunk& b) {
  return a.min_time == b.min_time && a.max_time == b.max_time && a.aggregate == b.aggregate &&
         a.encoding == b.encoding && a.data == b.data;
}

class BucketSeriesStream final : public SeriesStream {
 public:
  BucketSeriesStream(std::shared_ptr<const ChunkSources> sources, SeriesStreamOptions options,
                     std::function<void(const StreamSummary&)> at_end)
      : sources_(std::move(sources)),
        options_(std::move(options)),
        at_end_(std::move(at_end)),
        shard_(options_.shard),
        merger_(TablesOf(*sources_), options_.range),
        charge_(options_.accountant) {}

  ~BucketSeriesStream() override { at_end_(summary_); }

  StatusOr<bool> Next(SeriesFrame* frame) override {
    frame->clear();
    RETURN_IF_ERROR(sources_->request.cancel.Check());
    const Status made = options_.skip_chunks ? FillLabels(frame) : FillFromWindows(frame);
    RETURN_IF_ERROR(made);
    if (!frame->series.empty()) return true;
    if (options_.hints.empty()) return false;
    frame->hints = std::exchange(options_.hints, {});
    return true;
  }

 private:
  /// The next series of the request's shard, within its limit.
  bool NextSeries() {
    while (merger_.Next(&merged_)) {
      if (shard_.active() && !shard_.Matches(model::LabelsView(merged_.packed_labels))) continue;
      if (options_.limit > 0 && summary_.series >= static_cast<uint64_t>(options_.limit))
        return false;
      ++summary_.series;
      return true;
    }
    return false;
  }

  Status FillLabels(SeriesFrame* frame) {
    const auto start = Clock::now();
    std::vector<std::string_view> labels;
    uint64_t bytes = 0;
    while (labels.size() < kFrameSeriesMax && bytes < kFrameBytesTarget && NextSeries()) {
      labels.push_back(merged_.packed_labels);
      bytes += merged_.packed_labels.size();
    }
    summary_.merge_seconds += Clock::now() - start;
    std::string page;
    page.reserve(bytes);
    for (const std::string_view packed : labels) page += packed;
    const Buffer buffer(std::move(page));
    size_t offset = 0;
    for (const std::string_view packed : labels) {
      frame->series.push_back(
          {model::LabelsView(buffer.view().substr(offset, packed.size())), 0, 0});
      offset += packed.size();
    }
    if (!labels.empty()) frame->pages.push_back(buffer);
    return OkStatus();
  }

  Status FillFromWindows(SeriesFrame* frame) {
    while (frame->series.empty()) {
      if (current_ == nullptr) {
        RETURN_IF_ERROR(ReadAhead());
        if (ahead_.empty()) return OkStatus();
        current_ = std::move(ahead_.front());
        ahead_.pop_front();
        position_ = 0;
        RETURN_IF_ERROR(current_->Await(sources_->request.cancel));
        // The windows beyond this one are read while its frames are used.
        RETURN_IF_ERROR(ReadAhead());
      }
      FillFromWindow(frame);
      if (position_ == current_->series().size()) current_ = nullptr;
    }
    return OkStatus();
  }

  Status ReadAhead() {
    const auto start = Clock::now();
    Status status;
    while (status.ok() && !merged_all_ && ahead_.size() < kWindowsAhead) {
      auto window = std::make_shared<ChunkWindow>(sources_);
      status = PlanWindow(window.get());
      if (!status.ok() || window->empty()) break;
      window->Start();
      ahead_.push_back(std::move(window));
    }
    summary_.merge_seconds += Clock::now() - start;
    return status;
  }

  Status PlanWindow(ChunkWindow* window) {
    uint64_t chunks = 0;
    while (window->estimated_bytes() < window_bytes_) {
      if (merged_position_ == merged_.chunks.size()) {
        if (!NextSeries()) {
          merged_all_ = true;
          break;
        }
        merged_position_ = 0;
      }
      const size_t begin = merged_position_;
      merged_position_ = EndOfPart(window_bytes_ - window->estimated_bytes());
      window->Add(merged_, begin, merged_position_);
      chunks += merged_position_ - begin;
    }
    RETURN_IF_ERROR(sources_->request.limits->chunks.Reserve(chunks, "exceeded chunks limit"));
    RETURN_IF_ERROR(ChargeOnce());
    window_bytes_ = std::min(window_bytes_ * 4, kWindowBytesMax);
    return OkStatus();
  }

  /// Where the part of the merged series that goes into this window ends: all of it unless that is
  /// far too much, and never between chunks of the same times, which may be duplicates.
  size_t EndOfPart(uint64_t bytes_left) const {
    constexpr uint64_t kTypicalChunkBytes = 512;
    const size_t whole = merged_.chunks.size();
    const size_t fits =
        merged_position_ + std::max<uint64_t>(bytes_left, kFirstWindowBytes) / kTypicalChunkBytes;
    if (fits >= whole) return whole;
    size_t end = std::max(fits, merged_position_ + 1);
    while (end < whole && merged_.chunks[end].min_time == merged_.chunks[end - 1].min_time) ++end;
    return end;
  }

  /// The windows in flight are charged once, at their largest.
  Status ChargeOnce() {
    if (charged_) return OkStatus();
    charged_ = true;
    uint64_t bytes = 0;
    for (const ChunkSource& source : sources_->sources) bytes += source.table->MemoryBytes();
    return charge_.Add(bytes + kWindowBytesMax * (kWindowsAhead + 1), "store gateway series");
  }

  void FillFromWindow(SeriesFrame* frame) {
    const std::vector<WindowSeries>& series = current_->series();
    uint64_t bytes = 0;
    uint64_t label_bytes = 0;
    const size_t begin = position_;
    while (position_ < series.size() && bytes < kFrameBytesTarget &&
           position_ - begin < kFrameSeriesMax) {
      const WindowSeries& entry = series[position_++];
      bytes += AppendChunks(entry, frame);
      label_bytes += entry.packed_labels.size();
    }
    std::string page;
    page.reserve(label_bytes);
    for (size_t i = begin; i < position_; ++i) page += series[i].packed_labels;
    const Buffer buffer(std::move(page));
    size_t offset = 0;
    for (size_t i = begin; i < position_; ++i) {
      const size_t size = series[i].packed_labels.size();
      frame->series[i - begin].labels = model::LabelsView(buffer.view().substr(offset, size));
      offset += size;
    }
    frame->pages = current_->pages();
    frame->pages.push_back(buffer);
  }

  /// Adds the entry's chunks, without repeats, and the entry itself. Returns the chunks' bytes.
  uint64_t AppendChunks(const WindowSeries& entry, SeriesFrame* frame) {
    const size_t parts = current_->parts_per_chunk();
    std::vector<series::EncodedChunk>& out = frame->chunks;
    const size_t begin = out.size();
    uint64_t bytes = 0;
    for (uint32_t i = entry.chunk_begin; i < entry.chunk_end; ++i) {
      const series::EncodedChunk* chunk = current_->Parts(i);
      for (size_t part = 0; part < parts && chunk[part].encoding != series::Encoding::kNone;
           ++part) {
        if (entry.several_sources && IsRepeat(chunk[part], out, begin)) continue;
        out.push_back(chunk[part]);
        bytes += chunk[part].data.size();
      }
    }
    frame->series.push_back(
        {model::LabelsView(), static_cast<uint32_t>(begin), static_cast<uint32_t>(out.size())});
    if (options_.sent_chunk_bytes != nullptr)
      options_.sent_chunk_bytes->Observe(static_cast<double>(bytes));
    return bytes;
  }

  /// Chunks are ordered by min time, so a repeat stands among the last ones of the same.
  static bool IsRepeat(const series::EncodedChunk& chunk,
                       const std::vector<series::EncodedChunk>& out, size_t begin) {
    for (size_t i = out.size(); i > begin && out[i - 1].min_time == chunk.min_time; --i) {
      if (SameChunk(out[i - 1], chunk)) return true;
    }
    return false;
  }

  const std::shared_ptr<const ChunkSources> sources_;
  SeriesStreamOptions options_;
  const std::function<void(const StreamSummary&)> at_end_;
  const ShardFilter shard_;
  SeriesMerger merger_;
  MergedSeries merged_;         // The series being put into windows …
  size_t merged_position_ = 0;  // … and its first chunk not yet in one.
  bool merged_all_ = false;
  uint64_t window_bytes_ = kFirstWindowBytes;
  std::deque<std::shared_ptr<ChunkWindow>> ahead_;
  std::shared_ptr<ChunkWindow> current_;
  size_t position_ = 0;  // Of the next series of current_.
  MemoryCharge charge_;
  bool charged_ = false;
  StreamSummary summary_;
};

}  // namespace

std::unique_ptr<SeriesStream> MakeBucketSeriesStream(
    std::shared_ptr<const ChunkSources> sources, SeriesStreamOptions options,
    std::function<void(const StreamSummary&)> at_end) {
  return std::make_unique<BucketSeriesStream>(std::move(sources), std::move(options),
                                              std::move(at_end));
}

}  // namespace aion::store
