#pragma once

// BlockSet: the loaded blocks by external labels and resolution, and which of them a request needs.
//
//   window asked: 1 h     1h │■■■■■■■■│        │         For each label set the coarsest resolution
//   that is not coarser
//                         5m │        │■■■■■│  │         than asked comes first; what it leaves
//                         open is filled from the
//                        raw │              │■■│         next finer one, and so on. Never from a
//                        coarser one.
//
// Immutable; a new one is made at each change. Thread-safe.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ulid.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/time_range.h"
#include "store/bucket/loaded_block.h"
#include "store/contract/store.h"

namespace aion::store {

using BlockPtr = std::shared_ptr<const LoadedBlock>;

/// A block to read and the matchers its series must satisfy: those the external labels have not
/// decided.
struct SelectedBlock {
  BlockPtr block;
  std::vector<model::Matcher> matchers;
};

class BlockSet {
 public:
  BlockSet() = default;
  explicit BlockSet(const std::map<Ulid, BlockPtr>& blocks);

  /// Ordered by label set, then time.
  std::vector<SelectedBlock> Select(const model::QueryRange& range,
                                    const std::vector<model::Matcher>& matchers,
                                    const std::vector<model::Matcher>& block_matchers,
                                    int64_t resolution_max_ms) const;
  /// All blocks that overlap, whatever their resolution: for label queries.
  std::vector<SelectedBlock> SelectAll(const model::QueryRange& range,
                                       const std::vector<model::Matcher>& matchers,
                                       const std::vector<model::Matcher>& block_matchers) const;

  std::vector<model::Labels> LabelSets() const;
  /// Adjacent and overlapping ranges of a label set joined.
  std::vector<TsdbInfo> TsdbInfos() const;
  /// Of all blocks; min over max when there is none.
  model::QueryRange TimeRange() const;
  size_t size() const { return size_; }

 private:
  struct Resolution {
    int64_t resolution_ms = 0;
    std::vector<BlockPtr> blocks;  // By time.
  };
  struct Group {
    model::Labels labels;
    std::vector<Resolution> resolutions;  // Coarsest first.
  };
  static void Fill(const Group& group, size_t resolution, const model::QueryRange& range,
                   std::vector<BlockPtr>* out);

  std::vector<Group> groups_;  // By labels.
  size_t size_ = 0;
};

}  // namespace aion::store
