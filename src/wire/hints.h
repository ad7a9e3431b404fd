#pragma once

// package hintspb: what travels in the `hints` (google.protobuf.Any) of store requests and answers.
//
// Request hints carry matchers on blocks, answers the blocks that were asked and, when wanted,
// statistics. Any bytes of another type decode to nothing, which is no error: hints are optional.
// Pure functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"

namespace aion::wire {

/// Which of the three pairs of messages; they differ in name and in the fields that are only in
/// Series'.
enum class HintsOf : uint8_t { kSeries, kLabelNames, kLabelValues };

struct RequestHints {
  std::vector<model::Matcher> block_matchers;
  bool enable_query_stats = false;  ///< kSeries only.
};

struct QueryStats {
  int64_t blocks_queried = 0, merged_series_count = 0, merged_chunks_count = 0;
  int64_t postings_touched = 0, postings_touched_bytes = 0, postings_to_fetch = 0,
          postings_fetched = 0, postings_fetched_bytes = 0, postings_fetch_count = 0;
  int64_t series_touched = 0, series_touched_bytes = 0, series_fetched = 0,
          series_fetched_bytes = 0, series_fetch_count = 0;
  int64_t chunks_touched = 0, chunks_touched_bytes = 0, chunks_fetched = 0,
          chunks_fetched_bytes = 0, chunks_fetch_count = 0;
  int64_t downloaded_bytes = 0;
  int64_t get_all_ns = 0, merge_ns = 0;
  bool operator==(const QueryStats&) const = default;
};

struct ResponseHints {
  std::vector<std::string> queried_blocks;  ///< ULIDs.
  std::optional<QueryStats> query_stats;    ///< kSeries only.
};

/// Any bytes, ready for a message's `hints`.
std::string EncodeRequestHints(HintsOf of, const RequestHints& hints);
std::string EncodeResponseHints(HintsOf of, const ResponseHints& hints);

/// nullopt for empty bytes and Any of another type; kInvalidArgument for malformed ones.
StatusOr<std::optional<RequestHints>> DecodeRequestHints(HintsOf of, std::string_view any_bytes);
StatusOr<std::optional<ResponseHints>> DecodeResponseHints(HintsOf of, std::string_view any_bytes);

}  // namespace aion::wire
