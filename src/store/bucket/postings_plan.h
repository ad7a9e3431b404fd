#pragma once

// Which postings lists of a block a request reads, and which it had better not: the plan behind
// ExpandPostings.
//
// Cheap groups (few known values) come first. Beside one of them, a group whose lists are longer
// than the entries of the series it leaves is not planned: its matcher is left for the labels of
// those series. Pure function.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/status.h"
#include "blocks/index_header.h"
#include "model/matcher.h"
#include "tsdb/block/meta.h"
#include "tsdb/index/postings.h"

namespace aion::store {

/// One postings list a request needs, and its bytes once read.
struct PostingsList {
  blocks::PostingsRange range;
  std::shared_ptr<const Buffer> bytes;  // From the length field on.
  tsdb::PostingsView view;
};

struct PostingsGroup {
  bool keeps = true;  // Else its series are taken away.
  std::vector<size_t> lists;
  uint64_t bytes = 0;
};

struct PostingsPlan {
  bool possible = true;  ///< False: no series can match, and nothing else is set.
  std::vector<PostingsList> lists;
  std::vector<PostingsGroup> groups;  ///< At least one keeps.
  std::vector<model::Matcher> left;   ///< To be tried on the labels.
};

/// `removed_labels` (sorted) are not there to be tried on later. kDataLoss on a malformed header.
StatusOr<PostingsPlan> PlanPostings(const tsdb::BlockMeta& meta, const blocks::IndexHeader& header,
                                    const std::vector<model::Matcher>& matchers,
                                    const std::vector<std::string>& removed_labels);

}  // namespace aion::store
