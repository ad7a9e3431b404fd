#pragma once

// Store: the StoreAPI seam. Whatever holds series (a bucket, a local TSDB, a Prometheus behind
// remote read, a gRPC peer, the proxy over many of them) is a Store; a component never knows which
// it was handed.
//
// Series are streamed in frames, ascending by labels (after the replica labels asked away are
// removed). A frame owns the bytes its labels and chunks view. Chunks of one series may continue in
// the next entry or frame with equal labels; entries of equal labels are adjacent. Streams are
// pulled by one thread at a time; Store itself is thread-safe. Calls and Next block; they end soon
// after `context.cancel` does.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/status.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/time_range.h"
#include "model/warnings.h"
#include "series/encoded.h"
#include "series/queryable.h"

namespace aion::store {

using series::RequestContext;

/// thanos.PartialResponseStrategy.
enum class PartialResponse : uint8_t { kWarn = 0, kAbort = 1 };

struct ShardInfo {
  int64_t shard_index = 0;
  int64_t total_shards = 0;  ///< 0: no sharding.
  bool by = false;
  std::vector<std::string> labels;
};

struct SeriesRequest {
  model::QueryRange range;
  std::vector<model::Matcher> matchers;
  DurationMs max_resolution_window_ms = 0;
  std::vector<series::Aggregate> aggregates;
  PartialResponse partial_response = PartialResponse::kWarn;
  bool skip_chunks = false;
  series::SelectHints hints;
  ShardInfo shard;
  std::vector<std::string> without_replica_labels;
  int64_t limit = 0;
  /// Series a frame the peer may send at once; 0 or 1: one series a message (what old peers
  /// understand).
  int64_t response_batch_size = 0;
  /// Matchers on blocks (label `__block_id` included), from hintspb.SeriesRequestHints.
  std::vector<model::Matcher> block_matchers;
  bool enable_query_stats = false;
  /// Selectors on `__address__`, alternatives of conjunctions, that a proxy holds against its
  /// members. Never on the wire.
  std::vector<std::vector<model::Matcher>> store_matchers;
};

/// One series of a frame: packed labels and a run of the frame's chunks.
struct FrameSeries {
  model::LabelsView labels;
  uint32_t chunk_begin = 0;
  uint32_t chunk_end = 0;
};

struct SeriesFrame {
  std::vector<FrameSeries> series;
  std::vector<series::EncodedChunk> chunks;
  /// Owners of what `series` and `chunks` view.
  std::vector<Buffer> pages;
  model::Warnings warnings;
  /// google.protobuf.Any bytes of response hints, when the store sent any.
  std::string hints;

  void clear() {
    series.clear();
    chunks.clear();
    pages.clear();
    warnings = {};
    hints.clear();
  }
};

class SeriesStream {
 public:
  virtual ~SeriesStream() = default;
  /// Replaces `frame` by the next one; false at the end. After an error or the end, Next is not
  /// called again.
  virtual StatusOr<bool> Next(SeriesFrame* frame) = 0;
};

struct LabelNamesRequest {
  model::QueryRange range;
  std::vector<model::Matcher> matchers;
  PartialResponse partial_response = PartialResponse::kWarn;
  std::vector<std::string> without_replica_labels;
  int64_t limit = 0;
  std::vector<model::Matcher> block_matchers;
  std::vector<std::vector<model::Matcher>> store_matchers;  ///< As in SeriesRequest.
};

struct LabelValuesRequest : LabelNamesRequest {
  std::string label;
};

/// Sorted and unique.
struct LabelsResponse {
  std::vector<std::string> values;
  model::Warnings warnings;
  std::string hints;
};

struct TsdbInfo {
  model::Labels labels;
  TimestampMs min_time = 0;
  TimestampMs max_time = 0;
};

/// What a Store announces of itself: Info's store section.
struct StoreInfo {
  TimestampMs min_time = kTimestampMin;
  TimestampMs max_time = kTimestampMax;
  std::vector<model::Labels> label_sets;
  std::vector<TsdbInfo> tsdb_infos;
  bool supports_sharding = false;
  bool supports_without_replica_labels = false;
};

class Store {
 public:
  virtual ~Store() = default;
  /// For messages and `storeMatch`: "sidecar 10.0.0.1:10901" or the like.
  virtual std::string Name() const = 0;
  virtual StoreInfo Info() const = 0;
  virtual StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest& request,
                                                         const RequestContext& context) = 0;
  virtual StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest& request,
                                              const RequestContext& context) = 0;
  virtual StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest& request,
                                               const RequestContext& context) = 0;
};

}  // namespace aion::store
