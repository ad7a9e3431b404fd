#include "store/proxy/merged_stream.h"

#include <algorithm>

namespace aion::store::internal {
namespace {

constexpr size_t kFrameSeriesMax = 2048;
constexpr size_t kFrameChunksMax = 8192;

using series::EncodedChunk;

/// One chunk of a group with all its aggregates: [begin, end).
struct ChunkRun {
  size_t begin, end;
};

bool SameTimes(const EncodedChunk& a, const EncodedChunk& b) {
  return a.min_time == b.min_time && a.max_time == b.max_time;
}

std::vector<ChunkRun> SplitRuns(const std::vector<EncodedChunk>& chunks) {
  std::vector<ChunkRun> runs;
  for (size_t i = 0; i < chunks.size(); ++i) {
    const bool continues = !runs.empty() && chunks[i].aggregate > chunks[i - 1].aggregate &&
                           chunks[i].aggregate != series::Aggregate::kRaw &&
                           SameTimes(chunks[i], chunks[i - 1]);
    if (continues) {
      runs.back().end = i + 1;
    } else {
      runs.push_back({i, i + 1});
    }
  }
  return runs;
}

bool SameRun(const std::vector<EncodedChunk>& chunks, ChunkRun a, ChunkRun b) {
  return std::equal(chunks.begin() + static_cast<ptrdiff_t>(a.begin),
                    chunks.begin() + static_cast<ptrdiff_t>(a.end),
                    chunks.begin() + static_cast<ptrdiff_t>(b.begin),
                    chunks.begin() + static_cast<ptrdiff_t>(b.end),
                    [](const EncodedChunk& x, const EncodedChunk& y) {
                      return x.encoding == y.encoding && x.aggregate == y.aggregate &&
                             x.data == y.data;
                    });
}

/// Sorts by time and drops chunks that several members hold alike.
void SortAndDropIdentical(std::vector<EncodedChunk>* chunks) {
  std::vector<ChunkRun> runs = SplitRuns(*chunks);
  std::stable_sort(runs.begin(), runs.end(), [&](ChunkRun a, ChunkRun b) {
    const EncodedChunk& x = (*chunks)[a.begin];
    const EncodedChunk& y = (*chunks)[b.begin];
    return x.min_time != y.min_time ? x.min_time < y.min_time : x.max_time < y.max_time;
  });
  std::vector<EncodedChunk> sorted;
  sorted.reserve(chunks->size());
  for (size_t i = 0; i < runs.size(); ++i) {
    bool duplicate = false;
    for (size_t j = i;
         j-- > 0 && !duplicate && SameTimes((*chunks)[runs[j].begin], (*chunks)[runs[i].begin]);) {
      duplicate = SameRun(*chunks, runs[j], runs[i]);
    }
    if (duplicate) continue;
    sorted.insert(sorted.end(), chunks->begin() + static_cast<ptrdiff_t>(runs[i].begin),
                  chunks->begin() + static_cast<ptrdiff_t>(runs[i].end));
  }
  chunks->swap(sorted);
}

}  // namespace

bool MergedStream::Order::operator()(size_t a, size_t b) const {
  const MemberStream& left = *(*members)[a];
  const MemberStream& right = *(*members)[b];
  if (left.at_end() || right.at_end()) return !left.at_end() && right.at_end();
  return model::Compare(left.series().labels, right.series().labels) < 0;
}

MergedStream::MergedStream(std::vector<std::unique_ptr<MemberStream>> members,
                           PartialResponse strategy, int64_t limit, CancelToken cancel)
    : members_(std::move(members)),
      strategy_(strategy),
      limit_(limit),
      cancel_(std::move(cancel)),
      framed_numbers_(members_.size()) {}

StatusOr<bool> MergedStream::Next(SeriesFrame* frame) {
  frame->clear();
  if (done_) return false;
  if (members_.size() == 1 && !members_[0]->filters_series() && limit_ == 0)
    return NextOfOne(frame);
  std::fill(framed_numbers_.begin(), framed_numbers_.end(), 0);
  if (tree_ == nullptr) {
    for (const auto& member : members_) {
      member->Advance(true);
      RETURN_IF_ERROR(Report(*member, frame));
    }
    tree_ = std::make_unique<series::LoserTree<Order>>(members_.size(), Order{&members_});
  }
  RETURN_IF_ERROR(Fill(frame));
  return !done_ || !frame->series.empty() || !frame->warnings.empty();
}

StatusOr<bool> MergedStream::NextOfOne(SeriesFrame* frame) {
  MemberStream& member = *members_[0];
  const bool more = member.NextFrame(frame);
  done_ = !more;
  RETURN_IF_ERROR(Report(member, frame));
  return more || !frame->warnings.empty();
}

Status MergedStream::Fill(SeriesFrame* frame) {
  while (frame->series.size() < kFrameSeriesMax && frame->chunks.size() < kFrameChunksMax) {
    if (winner_taken_) {
      MemberStream& member = *members_[tree_->winner()];
      const bool may_block = frame->series.empty();
      if (member.Advance(may_block) == MemberStream::Step::kWouldBlock) return OkStatus();
      winner_taken_ = false;
      RETURN_IF_ERROR(Report(member, frame));
      tree_->Replay();
    }
    const size_t winner = tree_->winner();
    const bool at_end = members_[winner]->at_end();
    const bool new_group =
        at_end || !has_group_ || !(members_[winner]->series().labels == group_labels_);
    if (new_group && has_group_) {
      FlushGroup(frame);
      if (LimitReached()) {
        done_ = true;
        return OkStatus();
      }
    }
    if (at_end) {
      done_ = true;
      return OkStatus();
    }
    AddToGroup(winner);
    winner_taken_ = true;
  }
  return OkStatus();
}

void MergedStream::AddToGroup(size_t member) {
  const MemberStream& stream = *members_[member];
  const FrameSeries& series = stream.series();
  if (!has_group_) {
    has_group_ = true;
    group_labels_ = series.labels;
  }
  ++group_parts_;
  const auto begin = stream.frame().chunks.begin();
  group_chunks_.insert(group_chunks_.end(), begin + series.chunk_begin, begin + series.chunk_end);
  const bool held =
      std::any_of(group_pages_.begin(), group_pages_.end(), [&](const HeldPages& pages) {
        return pages.member == member && pages.frame_number == stream.frame_number();
      });
  if (!held) group_pages_.push_back({member, stream.frame_number(), stream.pages()});
}

void MergedStream::FlushGroup(SeriesFrame* frame) {
  if (group_parts_ > 1) SortAndDropIdentical(&group_chunks_);
  const auto begin = static_cast<uint32_t>(frame->chunks.size());
  frame->chunks.insert(frame->chunks.end(), group_chunks_.begin(), group_chunks_.end());
  frame->series.push_back({group_labels_, begin, static_cast<uint32_t>(frame->chunks.size())});
  for (HeldPages& held : group_pages_) {
    if (framed_numbers_[held.member] == held.frame_number) continue;
    framed_numbers_[held.member] = held.frame_number;
    frame->pages.insert(frame->pages.end(), held.pages->begin(), held.pages->end());
  }
  ++series_count_;
  has_group_ = false;
  group_parts_ = 0;
  group_chunks_.clear();
  group_pages_.clear();
}

Status MergedStream::Report(MemberStream& member, SeriesFrame* frame) {
  RETURN_IF_ERROR(cancel_.Check());
  model::Warnings warnings = member.TakeWarnings();
  if (!member.failure().ok()) warnings.AddWarning(std::string(member.failure().message()));
  if (warnings.empty()) return OkStatus();
  if (strategy_ == PartialResponse::kAbort) return AbortedError(warnings.warnings().front());
  frame->warnings.Merge(warnings);
  return OkStatus();
}

}  // namespace aion::store::internal
