#pragma once

// Streaming: from a selector to a sink, series by series, without holding the samples.
//
//   NextBatch ──▶ shards of kShardSeries series ──▶ pool: decode, window function, maps ──▶ sink's
//   shard (request thread, may block)                                                            │
//                       sink ◀── Merge, in the order of the shards (request thread) ◀──────┘
//
// Shards are cut by the position of a series in the stream, not by batch or thread, and merged in
// that order, so that the answer does not depend on timing. A bounded number is in flight: while
// the pool works the next batches are pulled.

#include <functional>
#include <memory>
#include <vector>

#include "promql/exec/query.h"
#include "promql/func/window.h"

namespace aion::promql {

inline constexpr size_t kShardSeries = 64;

/// Counts of one task, brought back to the request's thread.
struct TaskOutcome {
  Annotations annotations;
  int64_t samples_total = 0;
  int64_t samples_read = 0;
  int64_t largest_series = 0;  ///< Samples of one series that windows are laid over.
  std::vector<int64_t> samples_per_step;
};

/// The part of a sink that takes the series of one shard, in order, on one thread of the pool.
class ShardSink {
 public:
  virtual ~ShardSink() = default;
  /// `row` may be moved from. `drop_name`: the metric labels are to go (now, or at the end when
  /// that is delayed).
  virtual Status Add(model::LabelsView labels, bool drop_name, StepRow* row) = 0;
};

class SeriesSink {
 public:
  virtual ~SeriesSink() = default;
  virtual std::unique_ptr<ShardSink> NewShard() = 0;
  virtual Status Merge(std::unique_ptr<ShardSink> shard) = 0;
};

/// What happens to the samples of one series: the selector itself or a range function over it.
struct Leaf {
  const VectorSelector* selector = nullptr;
  StepGrid grid;
  InstantGrid instant;
  const RangeFunction* function = nullptr;  ///< Null: the instant selector.
  WindowGrid windows;
  RangeCall call;
  std::vector<std::vector<double>> scalars;
  bool counter_check = false;  ///< Tell of metrics that might not be counters.
  bool drops_name = false;
};

/// A leaf and what is done to each of its rows, value by value.
struct Pipeline {
  Leaf leaf;
  std::vector<std::function<void(StepRow*, Annotations*)>> maps;
  bool drops_name = false;
  const series::SelectRequest* request =
      nullptr;  ///< Null: the one planned for the leaf's selector.
};

/// Runs a pipeline into `sink`. Blocks on the Queryable.
Status Stream(Query& query, const Pipeline& pipeline, SeriesSink* sink);

/// The same for a range function over the rows of a subquery: `inner` holds them on `inner_grid`.
Status StreamSubquery(Query& query, const Leaf& leaf, StepMatrix inner, const StepGrid& inner_grid,
                      SeriesSink* sink);

/// A sink that keeps all series that have samples.
StatusOr<StepMatrix> Collect(Query& query, const std::function<Status(SeriesSink*)>& stream);

/// Runs the leaf over the samples of one series.
Status RunLeaf(const Query& query, const Leaf& leaf, model::LabelsView labels,
               series::SampleColumns* columns, StepRow* row, TaskOutcome* outcome);

}  // namespace aion::promql
