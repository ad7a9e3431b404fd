#pragma once

// MemberStream: one member's series as the merge sees them: a cursor over frames that a thread of
// its own pulls, in checked order, without the labels and series the request asked away.

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/cancel.h"
#include "store/contract/selection.h"
#include "store/proxy/frame_queue.h"
#include "store/proxy/proxy.h"

namespace aion::store::internal {

/// "Addr: … MinTime: … MaxTime: …": a member in messages.
std::string MemberText(const ProxyMember& member);
/// `{cluster="eu1"},{…}` or "Store Gateway".
std::string MemberLabelsText(const ProxyMember& member);

class MemberStream {
 public:
  /// Starts the thread. `request` is copied; `context.cancel` ends the stream.
  MemberStream(ProxyMember member, const SeriesRequest& request, const RequestContext& context,
               const ProxyOptions& options);
  /// Cancels the member's call and waits for the thread.
  ~MemberStream();
  MemberStream(const MemberStream&) = delete;
  MemberStream& operator=(const MemberStream&) = delete;

  bool at_end() const { return at_end_; }
  /// Requires: !at_end() and a loaded frame. The series the cursor stands on.
  const FrameSeries& series() const { return frame_.series[index_]; }
  const SeriesFrame& frame() const { return frame_; }
  /// Owners of what the current frame views.
  const std::shared_ptr<const std::vector<Buffer>>& pages() const { return pages_; }
  /// Counts frames, so that a consumer knows when pages changed.
  uint64_t frame_number() const { return frame_number_; }

  enum class Step { kOk, kWouldBlock };
  /// Moves to the next series. With `may_block` false it may answer kWouldBlock and stay between
  /// series.
  Step Advance(bool may_block);

  /// For a merge of one: the next whole frame, checked; false at the end or after a failure.
  bool NextFrame(SeriesFrame* frame);
  bool filters_series() const { return shard_.active(); }

  /// What the member had to say since the last call: warnings of its frames, and its failure as a
  /// text.
  model::Warnings TakeWarnings() { return std::exchange(warnings_, {}); }
  /// Not OK once the member failed; the cursor is at its end then.
  const Status& failure() const { return failure_; }

 private:
  void Pull(const SeriesRequest& request, RequestContext context);
  Status PullFrames(SeriesStream& stream);
  Status PullResorted(SeriesStream& stream, const SeriesRequest& request,
                      const RequestContext& context);
  FrameQueue::Outcome LoadFrame(bool may_block);
  void Fail(Status status);
  void CheckOrder(model::LabelsView labels);

  const ProxyMember member_;
  const DurationMs response_timeout_ms_;
  const std::function<void()> on_empty_answer_;
  const ShardFilter shard_;
  const CancelToken parent_;
  CancelSource cancel_;
  FrameQueue queue_;

  SeriesFrame frame_;
  std::shared_ptr<const std::vector<Buffer>> pages_;
  size_t index_ = 0;
  bool loaded_ = false;
  bool at_end_ = false;
  uint64_t frame_number_ = 0;
  std::string last_labels_;
  model::Warnings warnings_;
  Status failure_;

  std::thread thread_;  // Last: it uses everything above.
};

}  // namespace aion::store::internal
