#pragma once

// From matchers to the series of one block, by its index-header and ranged reads of postings lists.
//
// Each matcher becomes a group of lists: to keep (their union is intersected with the other groups') or to take away
// (when a series without the label matches too). The list of all series is read only when no group keeps.

#include <memory>
#include <vector>

#include "base/status.h"
#include "blocks/index_header.h"
#include "model/matcher.h"
#include "store/bucket/block_request.h"
#include "store/bucket/loaded_block.h"
#include "tsdb/index/postings.h"

namespace aion::store {

/// References ascend. kResourceExhausted beyond the request's bytes limit, kDataLoss on a damaged index.
StatusOr<std::shared_ptr<const tsdb::Postings>> ExpandPostings(const LoadedBlock& block,
                                                               const blocks::IndexHeader& header,
                                                               const std::vector<model::Matcher>& matchers,
                                                               const BlockRequest& request);

}  // namespace aion::store
