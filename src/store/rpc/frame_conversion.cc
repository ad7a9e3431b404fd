#include "store/rpc/frame_conversion.h"

namespace aion::store::internal {
namespace {

/// Messages over this gain nothing from sharing packets with the next.
constexpr size_t kBufferHintBytesMax = 64 << 10;

constexpr std::string_view kHolder = "series of a remote store";

/// A page that is charged to the query while it lives.
struct ChargedPage {
  MemoryCharge charge;
  Buffer bytes;
};

Buffer Charged(Buffer bytes, MemoryCharge charge) {
  auto page = std::make_shared<ChargedPage>();
  page->charge = std::move(charge);
  page->bytes = std::move(bytes);
  const std::string_view view = page->bytes.view();
  return Buffer(std::move(page), view);
}

StatusOr<Buffer> Charge(Buffer bytes, MemoryAccountant* accountant) {
  if (accountant == nullptr || bytes.empty()) return bytes;
  MemoryCharge charge(accountant);
  RETURN_IF_ERROR(charge.Add(bytes.size(), kHolder));
  return Charged(std::move(bytes), std::move(charge));
}

/// Chunks from `chunks` that go into one message: whole groups of equal times, at least one, up to
/// `bytes_max`.
size_t ChunksThatFit(std::span<const wire::WireChunk> chunks, size_t bytes_max) {
  size_t bytes = 0, count = 0;
  while (count < chunks.size()) {
    size_t end = count, group_bytes = 0;
    do {
      group_bytes += chunks[end++].data.size();
    } while (end < chunks.size() && chunks[end].min_time == chunks[count].min_time &&
             chunks[end].max_time == chunks[count].max_time);
    if (count != 0 && bytes + group_bytes > bytes_max) break;
    bytes += group_bytes;
    count = end;
  }
  return count;
}

}  // namespace

Status FrameReader::Add(Buffer message) {
  ASSIGN_OR_RETURN(Buffer page, Charge(std::move(message), accountant_));
  message_bytes_ += page.size();
  const size_t series_before = response_.series.size();
  const size_t chunks_before = response_.chunks.size();
  const size_t labels_before = response_.packed_labels.size();
  RETURN_IF_ERROR(wire::DecodeSeriesResponse(page.view(), &response_));
  if (response_.series.size() == series_before) return OkStatus();
  pages_.push_back(std::move(page));
  // Series without anything in them take few bytes on the wire and more here.
  return parts_charge_.Add(
      (response_.series.size() - series_before) * sizeof(FrameSeries) +
          (response_.chunks.size() - chunks_before) * sizeof(series::EncodedChunk) +
          (response_.packed_labels.size() - labels_before),
      kHolder);
}

void FrameReader::Take(SeriesFrame* frame) {
  frame->clear();
  const Buffer labels = Charged(Buffer(std::move(response_.packed_labels)),
                                std::exchange(parts_charge_, MemoryCharge(accountant_)));
  const std::string_view packed = labels.view();
  frame->series.reserve(response_.series.size());
  for (const wire::WireSeries& series : response_.series) {
    frame->series.push_back({model::LabelsView(packed.substr(
                                 series.labels_begin, series.labels_end - series.labels_begin)),
                             series.chunk_begin, series.chunk_end});
  }
  frame->chunks.reserve(response_.chunks.size());
  for (const wire::WireChunk& chunk : response_.chunks) {
    frame->chunks.push_back({chunk.min_time, chunk.max_time, chunk.data,
                             static_cast<series::Encoding>(chunk.type + 1),
                             static_cast<series::Aggregate>(chunk.aggregate)});
  }
  for (std::string& warning : response_.warnings) frame->warnings.AddWarning(std::move(warning));
  frame->hints = std::move(response_.hints);
  frame->pages = std::move(pages_);
  frame->pages.push_back(labels);
  pages_.clear();
  response_.clear();
  message_bytes_ = 0;
}

Status FrameWriter::Flush(bool more_follows) {
  if (pending_.empty()) return OkStatus();
  std::string message;
  if (pending_.size() == 1) {
    wire::EncodeSeriesResponse(pending_[0], &message);
  } else {
    wire::EncodeBatchResponse(pending_, &message);
  }
  pending_.clear();
  pending_bytes_ = 0;
  const bool hint = more_follows && message.size() <= kBufferHintBytesMax;
  return send_(Buffer(std::move(message)), hint);
}

Status FrameWriter::AddSeries(const wire::SeriesToSend& series, bool last) {
  std::span<const wire::WireChunk> rest = series.chunks;
  do {
    const size_t label_bytes = series.labels.packed().size();
    const size_t room = kMessageBytesTarget - std::min(kMessageBytesTarget, label_bytes);
    const wire::SeriesToSend part{series.labels, rest.first(ChunksThatFit(rest, room))};
    rest = rest.subspan(part.chunks.size());
    const size_t part_bytes = wire::SeriesSizeBound(part);
    if (pending_bytes_ != 0 && pending_bytes_ + part_bytes > kMessageBytesTarget)
      RETURN_IF_ERROR(Flush(true));
    pending_.push_back(part);
    pending_bytes_ += part_bytes;
    if (batch_size_ <= 1 || pending_.size() >= static_cast<size_t>(batch_size_)) {
      RETURN_IF_ERROR(Flush(!last || !rest.empty()));
    }
  } while (!rest.empty());
  return OkStatus();
}

Status FrameWriter::Write(const SeriesFrame& frame) {
  for (const std::string& warning : frame.warnings.warnings()) {
    RETURN_IF_ERROR(send_(Buffer(wire::EncodeWarningResponse(warning)), true));
  }
  chunks_.clear();
  chunks_.reserve(frame.chunks.size());
  for (const series::EncodedChunk& chunk : frame.chunks) {
    const auto encoding = static_cast<uint8_t>(chunk.encoding);
    if (encoding == 0 || encoding - 1 > wire::kChunkTypeMax) {
      return InternalError("store: chunk has no encoding of the wire: " + std::to_string(encoding));
    }
    chunks_.push_back({chunk.min_time, chunk.max_time, chunk.data,
                       static_cast<uint8_t>(encoding - 1), static_cast<uint8_t>(chunk.aggregate)});
  }
  for (size_t i = 0; i < frame.series.size(); ++i) {
    const FrameSeries& series = frame.series[i];
    const std::span<const wire::WireChunk> run(chunks_.data() + series.chunk_begin,
                                               series.chunk_end - series.chunk_begin);
    RETURN_IF_ERROR(AddSeries({series.labels, run}, i + 1 == frame.series.size()));
  }
  // The frame's bytes go away with it: nothing may stay pending.
  RETURN_IF_ERROR(Flush(false));
  if (!frame.hints.empty()) return send_(Buffer(wire::EncodeHintsResponse(frame.hints)), false);
  return OkStatus();
}

}  // namespace aion::store::internal
