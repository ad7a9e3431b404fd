#pragma once

// From matchers to the series of one block, by its index-header and ranged reads of postings lists.
//
// Each matcher becomes a group of lists: to keep (their union is intersected with the other
// groups') or to take away (when a series without the label matches too). The list of all series is
// read only when no group keeps.
//
// A group whose lists are longer than the entries of the series that a cheap group leaves
// (`instance=~".+"` beside a metric name) is not read at all: its matcher is left to be tried on
// the labels of those series.

#include <memory>
#include <vector>

#include "base/status.h"
#include "blocks/index_header.h"
#include "model/matcher.h"
#include "store/bucket/block_request.h"
#include "store/bucket/loaded_block.h"
#include "tsdb/index/postings.h"

namespace aion::store {

struct ExpandedPostings {
  tsdb::Postings postings;  ///< Ascends.
  /// Still to be tried on the labels.
  std::vector<model::Matcher> left;
};

/// `removed_labels` (sorted) are not there to be tried on later. kResourceExhausted beyond the
/// request's bytes limit, kDataLoss on a damaged index.
StatusOr<std::shared_ptr<const ExpandedPostings>> ExpandPostings(
    const LoadedBlock& block, const blocks::IndexHeader& header,
    const std::vector<model::Matcher>& matchers, const std::vector<std::string>& removed_labels,
    const BlockRequest& request);

}  // namespace aion::store
