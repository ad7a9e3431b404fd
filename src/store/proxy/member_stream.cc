#include "store/proxy/member_stream.h"

#include <algorithm>

namespace aion::store::internal {
namespace {

/// Removes labels in place of a copy: returns packed labels appended to `arena`.
void AppendWithout(model::LabelsView labels, const std::vector<std::string>& names,
                   std::string* arena) {
  for (const model::LabelView label : labels) {
    if (std::find(names.begin(), names.end(), label.name) != names.end()) continue;
    model::AppendPackedLabel(arena, label.name, label.value);
  }
}

std::string FailureText(const Status& status) {
  std::string text = "rpc error: code = ";
  return text.append(StatusCodeName(status.code())).append(" desc = ").append(status.message());
}

}  // namespace

std::string MemberText(const ProxyMember& member) {
  return "Addr: " + member.address + " MinTime: " + std::to_string(member.info.min_time) +
         " MaxTime: " + std::to_string(member.info.max_time);
}

std::string MemberLabelsText(const ProxyMember& member) {
  std::string text;
  for (const model::Labels& labels : member.info.label_sets) {
    if (!text.empty()) text += ',';
    text += labels.ToString();
  }
  return text.empty() ? "Store Gateway" : text;
}

MemberStream::MemberStream(ProxyMember member, const SeriesRequest& request,
                           const RequestContext& context, const ProxyOptions& options)
    : member_(std::move(member)),
      response_timeout_ms_(options.response_timeout_ms),
      on_empty_answer_(options.on_empty_answer),
      shard_(member_.info.supports_sharding ? ShardInfo() : request.shard),
      parent_(context.cancel),
      cancel_(parent_),
      queue_(options.buffered_frames_max) {
  RequestContext own = context;
  own.cancel = cancel_.Token();
  thread_ = std::thread([this, request, own = std::move(own)] { Pull(request, own); });
}

MemberStream::~MemberStream() {
  cancel_.Cancel();
  queue_.Close();
  thread_.join();
}

void MemberStream::Pull(const SeriesRequest& request, RequestContext context) {
  auto stream = member_.store->Series(request, context);
  if (!stream.ok()) {
    queue_.Finish(Status(stream.status().code(), "fetch series for " + MemberLabelsText(member_) +
                                                     " " + MemberText(member_) + ": " +
                                                     FailureText(stream.status())));
    return;
  }
  const bool resort =
      !request.without_replica_labels.empty() && !member_.info.supports_without_replica_labels;
  const Status status = resort ? PullResorted(**stream, request, context) : PullFrames(**stream);
  queue_.Finish(status.ok() ? OkStatus()
                            : Status(status.code(), "receive series from " + MemberText(member_) +
                                                        ": " + FailureText(status)));
}

Status MemberStream::PullFrames(SeriesStream& stream) {
  while (true) {
    SeriesFrame frame;
    ASSIGN_OR_RETURN(const bool more, stream.Next(&frame));
    if (!more || !queue_.Push(std::move(frame))) return OkStatus();
  }
}

Status MemberStream::PullResorted(SeriesStream& stream, const SeriesRequest& request,
                                  const RequestContext& context) {
  // Dropping a label can change the order anywhere, so the whole answer is held, charged to the
  // query.
  MemoryCharge charge(context.accountant);
  SeriesFrame all;
  while (true) {
    SeriesFrame frame;
    ASSIGN_OR_RETURN(const bool more, stream.Next(&frame));
    if (!more) break;
    queue_.Touch();
    auto arena = std::make_shared<std::string>();
    std::vector<size_t> offsets;
    for (const FrameSeries& series : frame.series) {
      offsets.push_back(arena->size());
      AppendWithout(series.labels, request.without_replica_labels, arena.get());
    }
    offsets.push_back(arena->size());
    uint64_t bytes = arena->size();
    for (const Buffer& page : frame.pages) bytes += page.size();
    RETURN_IF_ERROR(charge.Add(
        bytes, "series of " + member_.address + " held to be sorted without replica labels"));

    const auto chunk_base = static_cast<uint32_t>(all.chunks.size());
    const std::string_view packed = *arena;
    for (size_t i = 0; i < frame.series.size(); ++i) {
      all.series.push_back(
          {model::LabelsView(packed.substr(offsets[i], offsets[i + 1] - offsets[i])),
           frame.series[i].chunk_begin + chunk_base, frame.series[i].chunk_end + chunk_base});
    }
    all.chunks.insert(all.chunks.end(), frame.chunks.begin(), frame.chunks.end());
    all.pages.insert(all.pages.end(), frame.pages.begin(), frame.pages.end());
    all.pages.emplace_back(arena, packed);
    all.warnings.Merge(frame.warnings);
  }
  std::stable_sort(all.series.begin(), all.series.end(),
                   [](const FrameSeries& a, const FrameSeries& b) {
                     return model::Compare(a.labels, b.labels) < 0;
                   });
  queue_.Push(std::move(all));
  return OkStatus();
}

MemberStream::Step MemberStream::Advance(bool may_block) {
  if (loaded_) ++index_;
  while (true) {
    for (; loaded_ && index_ < frame_.series.size(); ++index_) {
      const model::LabelsView labels = frame_.series[index_].labels;
      if (shard_.active() && !shard_.Matches(labels)) continue;
      CheckOrder(labels);
      return Step::kOk;
    }
    loaded_ = false;
    const auto outcome = LoadFrame(may_block);
    if (outcome == FrameQueue::Outcome::kEmpty) return Step::kWouldBlock;
    if (at_end_) return Step::kOk;
    index_ = 0;
    loaded_ = true;
  }
}

bool MemberStream::NextFrame(SeriesFrame* frame) {
  LoadFrame(true);
  if (at_end_) return false;
  for (const FrameSeries& series : frame_.series) {
    CheckOrder(series.labels);
    if (at_end_) return false;
  }
  *frame = std::move(frame_);
  frame_.clear();
  return true;
}

FrameQueue::Outcome MemberStream::LoadFrame(bool may_block) {
  SeriesFrame next;
  const auto outcome =
      may_block
          ? queue_.Pop(&next, std::chrono::milliseconds(response_timeout_ms_), parent_.Deadline())
          : queue_.TryPop(&next);
  switch (outcome) {
    case FrameQueue::Outcome::kEmpty:
      break;
    case FrameQueue::Outcome::kTimeout:
      if (const Status ended = parent_.Check(); !ended.ok()) {
        Fail(ended);
        break;
      }
      Fail(DeadlineExceededError("failed to receive any data in " +
                                 FormatGoDuration(response_timeout_ms_ * 1'000'000) + " from " +
                                 MemberText(member_)));
      break;
    case FrameQueue::Outcome::kEnd:
      at_end_ = true;
      failure_ = queue_.status();
      if (frame_number_ == 0 && on_empty_answer_) on_empty_answer_();
      break;
    case FrameQueue::Outcome::kFrame:
      frame_ = std::move(next);
      pages_ = std::make_shared<const std::vector<Buffer>>(frame_.pages);
      warnings_.Merge(frame_.warnings);
      frame_.warnings = {};
      ++frame_number_;
      break;
  }
  return outcome;
}

void MemberStream::CheckOrder(model::LabelsView labels) {
  if (model::Compare(labels, model::LabelsView(last_labels_)) < 0) {
    Fail(InternalError("receive series from " + MemberText(member_) +
                       ": series are out of order: " + labels.ToString() + " came after " +
                       model::LabelsView(last_labels_).ToString()));
    return;
  }
  last_labels_.assign(labels.packed());
}

void MemberStream::Fail(Status status) {
  failure_ = std::move(status);
  at_end_ = true;
  cancel_.Cancel();
  queue_.Close();
}

}  // namespace aion::store::internal
