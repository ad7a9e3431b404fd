#pragma once

// MergedStream: the k-way merge behind Proxy::Series.
//
// A group is what all members hold of one series. It is gathered aside (labels, chunks, owners of
// their bytes) and moved into the outgoing frame when the merge passed its labels, so a frame never
// ends inside a group.

#include <memory>
#include <vector>

#include "series/loser_tree.h"
#include "store/proxy/member_stream.h"

namespace aion::store::internal {

class MergedStream : public SeriesStream {
 public:
  /// Requires: members is not empty.
  MergedStream(std::vector<std::unique_ptr<MemberStream>> members, PartialResponse strategy,
               int64_t limit, CancelToken cancel);
  StatusOr<bool> Next(SeriesFrame* frame) override;

 private:
  struct Order {
    const std::vector<std::unique_ptr<MemberStream>>* members;
    bool operator()(size_t a, size_t b) const;
  };
  struct HeldPages {
    size_t member;
    uint64_t frame_number;
    std::shared_ptr<const std::vector<Buffer>> pages;
  };

  StatusOr<bool> NextOfOne(SeriesFrame* frame);
  /// Fills `frame` until it is large, a member would block, or all are at their end.
  Status Fill(SeriesFrame* frame);
  void AddToGroup(size_t member);
  void FlushGroup(SeriesFrame* frame);
  /// Warnings into the frame, or the failure under the abort strategy.
  Status Report(MemberStream& member, SeriesFrame* frame);
  bool LimitReached() const { return limit_ > 0 && series_count_ >= limit_; }

  std::vector<std::unique_ptr<MemberStream>> members_;
  const PartialResponse strategy_;
  const int64_t limit_;
  const CancelToken cancel_;
  std::unique_ptr<series::LoserTree<Order>> tree_;
  bool winner_taken_ = false;  // The winner's series is in the group and its member has to advance.
  bool done_ = false;
  int64_t series_count_ = 0;

  bool has_group_ = false;
  size_t group_parts_ = 0;
  model::LabelsView group_labels_;
  std::vector<series::EncodedChunk> group_chunks_;
  std::vector<HeldPages> group_pages_;
  std::vector<uint64_t>
      framed_numbers_;  // By member: the newest frame whose pages the outgoing frame owns.
};

}  // namespace aion::store::internal
