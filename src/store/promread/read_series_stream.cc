#include "store/promread/read_series_stream.h"

#include "promclient/read_messages.h"
#include "store/promread/sampled.h"

namespace aion::store {

ReadSeriesStream::ReadSeriesStream(ReadSeriesParts parts)
    : parts_(std::move(parts)),
      shard_(parts_.shard),
      order_(parts_.mode, parts_.rewriter.shown_external(), parts_.rewriter.affected_names()) {}

ReadSeriesStream::~ReadSeriesStream() {
  if (parts_.frames_received != nullptr) {
    parts_.frames_received->Observe(static_cast<double>(parts_.read->frame_count()));
  }
}

bool ReadSeriesStream::Rewrite(model::LabelsView labels, OrderedSeries* series) {
  parts_.rewriter.Rewrite(labels, &rewritten_);
  if (!shard_.Matches(model::LabelsView(rewritten_.labels))) return false;
  if (rewritten_.native_conflict && order_.mode() == SeriesOrder::Mode::kStreaming) {
    parts_.native_labels->Forget();
    order_.SwitchTo(SeriesOrder::Mode::kGrouped);
  }
  series->labels = rewritten_.labels;
  series->core = rewritten_.core;
  return true;
}

Status ReadSeriesStream::TakeChunked(model::LabelsView labels,
                                     const std::vector<series::EncodedChunk>& chunks,
                                     const Buffer& page) {
  OrderedSeries series;
  if (!Rewrite(labels, &series)) return OkStatus();
  series.chunks = chunks;
  series.pages.push_back(page);
  return order_.Add(std::move(series), &ready_);
}

Status ReadSeriesStream::TakeSampled(std::string_view message) {
  // Series in samples come in any order.
  order_.SwitchTo(SeriesOrder::Mode::kWhole);
  return promclient::DecodeSampledRead(
      message, [this](const promclient::SampledSeries& sampled) -> Status {
        OrderedSeries series;
        if (!Rewrite(sampled.labels, &series)) return OkStatus();
        if (sampled.samples.empty()) {
          parts_.logger.Warn("found timeseries without any chunk",
                             {{"lset", model::LabelsView(series.labels).ToString()}});
          return OkStatus();
        }
        EncodedSamples encoded = EncodeSamples(sampled.samples);
        series.chunks = std::move(encoded.chunks);
        series.pages.push_back(std::move(encoded.bytes));
        return order_.Add(std::move(series), &ready_);
      });
}

Status ReadSeriesStream::TakePage() {
  promclient::ReadPage page;
  ASSIGN_OR_RETURN(const bool more, parts_.read->Next(&page));
  if (!more) {
    ended_ = true;
    return order_.Finish(&ready_);
  }
  for (const std::string_view message : page.frames) {
    if (page.is_sampled) {
      RETURN_IF_ERROR(TakeSampled(message));
      continue;
    }
    RETURN_IF_ERROR(promclient::DecodeChunkedRead(
        message, [&](model::LabelsView labels, const std::vector<series::EncodedChunk>& chunks) {
          return TakeChunked(labels, chunks, page.bytes);
        }));
  }
  return OkStatus();
}

StatusOr<bool> ReadSeriesStream::Next(SeriesFrame* frame) {
  frame->clear();
  while (ready_begin_ == ready_.size()) {
    if (ended_) return false;
    ready_.clear();
    ready_begin_ = 0;
    if (const Status status = TakePage(); !status.ok())
      return status.WithContext("query Prometheus");
  }
  BuildFrame(frame);
  return !frame->series.empty();
}

void ReadSeriesStream::BuildFrame(SeriesFrame* frame) {
  std::string arena;
  std::vector<std::pair<size_t, size_t>> labels;  // Begin and end in the arena.
  size_t chunk_bytes = 0;
  for (; ready_begin_ < ready_.size() && arena.size() + chunk_bytes < kFrameBytes; ++ready_begin_) {
    OrderedSeries& series = ready_[ready_begin_];
    if (series.labels != last_labels_) {
      if (parts_.series_max > 0 && series_count_ == parts_.series_max) {
        ready_begin_ = ready_.size();
        ended_ = true;
        break;
      }
      ++series_count_;
      last_labels_ = series.labels;
    }
    labels.emplace_back(arena.size(), arena.size() + series.labels.size());
    arena += series.labels;
    const auto chunk_begin = static_cast<uint32_t>(frame->chunks.size());
    for (const series::EncodedChunk& chunk : series.chunks) chunk_bytes += chunk.data.size();
    frame->chunks.insert(frame->chunks.end(), series.chunks.begin(), series.chunks.end());
    frame->series.push_back({{}, chunk_begin, static_cast<uint32_t>(frame->chunks.size())});
    for (Buffer& page : series.pages) {
      if (frame->pages.empty() || frame->pages.back().owner() != page.owner())
        frame->pages.push_back(std::move(page));
    }
  }
  Buffer label_page(std::move(arena));
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto [begin, end] = labels[i];
    frame->series[i].labels = model::LabelsView(label_page.view().substr(begin, end - begin));
  }
  frame->pages.push_back(std::move(label_page));
}

}  // namespace aion::store
