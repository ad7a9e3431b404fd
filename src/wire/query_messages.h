#pragma once

// thanos.Query: requests and the streamed answer of Query and QueryRange. Times are whole seconds
// on this wire: sub-second parts are lost, as upstream loses them. The query plan is carried and
// never used; `query` is what counts.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"
#include "wire/store_messages.h"
#include "wire/time_series.h"

namespace aion::wire {

enum class QueryEngine : int32_t { kDefault = 0, kPrometheus = 1, kThanos = 2 };

/// What QueryRequest and QueryRangeRequest share.
struct QueryRequestBase {
  std::string query;
  std::string plan_json;
  int64_t timeout_seconds = 0;
  int64_t max_resolution_seconds = 0;
  std::vector<std::string> replica_labels;
  std::vector<std::vector<model::Matcher>> store_matchers;
  bool enable_dedup = false;
  bool enable_partial_response = false;
  bool skip_chunks = false;
  bool has_shard_info = false;
  ShardInfo shard_info;
  int64_t lookback_delta_seconds = 0;
  QueryEngine engine = QueryEngine::kDefault;
  int64_t response_batch_size = 0;
};

struct QueryRequest : QueryRequestBase {
  int64_t time_seconds = 0;
};

struct QueryRangeRequest : QueryRequestBase {
  int64_t start_seconds = 0;
  int64_t end_seconds = 0;
  int64_t interval_seconds = 0;
};

/// QueryResponse and QueryRangeResponse have the same form: one of these a message.
struct QueryResponse {
  std::optional<std::string> warning;
  std::vector<TimeSeries> series;  ///< Two or more are sent as a batch.
  bool has_stats = false;
  int64_t samples_total = 0;
  int64_t peak_samples = 0;
};

std::string Encode(const QueryRequest& request);
std::string Encode(const QueryRangeRequest& request);
std::string Encode(const QueryResponse& response);
Status Decode(std::string_view bytes, QueryRequest* request);
Status Decode(std::string_view bytes, QueryRangeRequest* request);
Status Decode(std::string_view bytes, QueryResponse* response);

}  // namespace aion::wire
