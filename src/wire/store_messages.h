#pragma once

// Requests and small answers of thanos.Store as plain structs, and their protobuf form. The
// stream's answer, which is hot, is in `series_response.h`. Decode takes hostile bytes and replaces
// the struct; kInvalidArgument names the message. Numbers of enums are the wire's. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"

namespace aion::wire {

struct ShardInfo {
  int64_t shard_index = 0;
  int64_t total_shards = 0;
  bool by = false;
  std::vector<std::string> labels;
};

struct QueryHints {
  int64_t step_ms = 0;
  std::string function;
  bool has_grouping = false;
  bool by = false;
  std::vector<std::string> grouping;
  int64_t range_ms = 0;
  std::vector<std::string> projection_labels;
  bool projection_include = false;
  std::string series_hash_label;
};

struct SeriesRequest {
  int64_t min_time = 0;
  int64_t max_time = 0;
  std::vector<model::Matcher> matchers;
  int64_t max_resolution_window_ms = 0;
  std::vector<int32_t> aggregates;
  bool partial_response_disabled = false;
  int32_t partial_response_strategy = 0;
  bool skip_chunks = false;
  std::string hints;  ///< google.protobuf.Any bytes.
  int64_t step_ms = 0;
  int64_t range_ms = 0;
  bool has_query_hints = false;
  QueryHints query_hints;
  bool has_shard_info = false;
  ShardInfo shard_info;
  std::vector<std::string> without_replica_labels;
  int64_t limit = 0;
  int64_t response_batch_size = 0;
};

struct LabelNamesRequest {
  bool partial_response_disabled = false;
  int32_t partial_response_strategy = 0;
  int64_t start = 0;
  int64_t end = 0;
  std::string hints;
  std::vector<model::Matcher> matchers;
  std::vector<std::string> without_replica_labels;
  int64_t limit = 0;
};

struct LabelValuesRequest : LabelNamesRequest {
  std::string label;
};

/// LabelNamesResponse and LabelValuesResponse have the same form.
struct LabelsResponse {
  std::vector<std::string> values;
  std::vector<std::string> warnings;
  std::string hints;
};

std::string Encode(const SeriesRequest& request);
std::string Encode(const LabelNamesRequest& request);
std::string Encode(const LabelValuesRequest& request);
std::string Encode(const LabelsResponse& response);
Status Decode(std::string_view bytes, SeriesRequest* request);
Status Decode(std::string_view bytes, LabelNamesRequest* request);
Status Decode(std::string_view bytes, LabelValuesRequest* request);
Status Decode(std::string_view bytes, LabelsResponse* response);

}  // namespace aion::wire
