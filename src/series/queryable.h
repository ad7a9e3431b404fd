#pragma once

// Queryable: where a PromQL engine gets series from. The read seam between `promql` and everything
// that stores.
//
// A Select gives a stream of batches: series in ascending label order, still encoded, each batch
// owning its pages. The engine pulls batches on the request's own thread (NextBatch may block on
// the network) and decodes the series of a batch on the compute pool: SeriesBatch is immutable and
// safe to read from several threads at once, each with columns of its own.

#include <memory>
#include <string>
#include <vector>

#include "base/accountant.h"
#include "base/cancel.h"
#include "base/duration.h"
#include "base/status.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/time_range.h"
#include "model/warnings.h"
#include "series/columns.h"

namespace aion::series {

/// What the engine knows about the use of the selected series: sources may use it to send less,
/// never to send wrong.
struct SelectHints {
  DurationMs step_ms = 0;   ///< 0 for an instant query.
  DurationMs range_ms = 0;  ///< Of a range selector, else 0.
  std::string function;     ///< Innermost function or aggregation over the selector, "" when none.
  bool by = false;          ///< `grouping` are the labels kept (by) or dropped (without).
  std::vector<std::string> grouping;
  std::vector<std::string>
      projection_labels;  ///< Labels the query needs, with `projection_include`.
  bool projection_include = false;
  bool has_projection = false;
  bool skip_samples = false;  ///< Only labels are wanted.
  int64_t limit = 0;          ///< At most this many series; 0 for all.
};

struct SelectRequest {
  /// Closed. Samples outside may be returned and are ignored by the engine.
  model::QueryRange range;
  std::vector<model::Matcher> matchers;
  SelectHints hints;
};

class SeriesBatch {
 public:
  virtual ~SeriesBatch() = default;
  virtual size_t size() const = 0;
  /// Lives as long as the batch.
  virtual model::LabelsView labels(size_t index) const = 0;
  /// Replaces `out` by the samples of one series (deduplicated where the source does that).
  /// kDataLoss on bad bytes.
  virtual Status Decode(size_t index, SampleColumns* out) const = 0;
};

class SeriesSet {
 public:
  virtual ~SeriesSet() = default;
  /// The next batch (never empty), or null at the end. Blocks. Series ascend over all batches, each
  /// appears once.
  virtual StatusOr<std::shared_ptr<const SeriesBatch>> NextBatch() = 0;
  /// Complete once NextBatch has returned null.
  virtual const model::Warnings& warnings() const = 0;
};

/// What a request brings along through every layer.
struct RequestContext {
  CancelToken cancel;
  MemoryAccountant* accountant = nullptr;  ///< Not owned; null for no accounting.
  std::string tenant;
  std::string request_id;
};

class Queryable {
 public:
  virtual ~Queryable() = default;
  virtual StatusOr<std::unique_ptr<SeriesSet>> Select(const SelectRequest& request,
                                                      const RequestContext& context) = 0;
};

}  // namespace aion::series
