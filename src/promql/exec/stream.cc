#include "promql/exec/stream.h"

#include <algorithm>
#include <atomic>
#include <deque>

#include "promql/exec/label_sets.h"
#include "promql/exec/selection_reader.h"
#include "promql/func/extended.h"
#include "promql/parse/printer.h"
#include "runtime/thread_pool.h"

namespace aion::promql {
namespace {

/// Series of a shard: pieces of batches, which stay alive with it.
struct Piece {
  std::shared_ptr<const series::SeriesBatch> batch;
  size_t begin = 0;
  size_t end = 0;
};

struct Shard {
  explicit Shard(runtime::ThreadPool* pool) : group(pool) {}
  std::vector<Piece> pieces;
  size_t size = 0;
  std::unique_ptr<ShardSink> sink;
  TaskOutcome outcome;
  Status status;
  runtime::TaskGroup group;  // Last: its destructor waits for the task that uses the rest.
};

/// Buffers of one thread, reused from series to series.
struct Scratch {
  series::SampleColumns columns;
  StepRow row;
};
Scratch& ThreadScratch() {
  static thread_local Scratch scratch;
  return scratch;
}

/// Charges the buffers for one series while it is worked on, where they are large enough to matter.
Status ChargeScratch(const Query& query, size_t step_count, size_t sample_count,
                     MemoryCharge* charge) {
  constexpr size_t kUnchargedBytes = size_t{1} << 20;
  const size_t bytes =
      step_count * sizeof(double) + sample_count * (sizeof(TimestampMs) + sizeof(double));
  *charge = MemoryCharge(query.request.accountant);
  return bytes <= kUnchargedBytes ? OkStatus()
                                  : charge->Add(bytes, "samples and steps of one series");
}

/// Lets go of buffers that one large series has left behind.
void TrimScratch(Scratch* scratch) {
  constexpr size_t kKeptMax = size_t{1} << 20;
  if (scratch->row.count() > kKeptMax) scratch->row = StepRow();
  if (scratch->columns.times.capacity() > kKeptMax ||
      scratch->columns.histograms.capacity() > kKeptMax / 64) {
    scratch->columns = series::SampleColumns();
  }
}

Status SourceError(const Status& status) {
  if (status.code() == StatusCode::kCancelled || status.code() == StatusCode::kDeadlineExceeded) {
    return CancelStatus(status, "expression evaluation");
  }
  return status.WithContext("expanding series");
}

bool LooksLikeCounter(std::string_view name) {
  return name.ends_with("_total") || name.ends_with("_sum") || name.ends_with("_count") ||
         name.ends_with("_bucket");
}

void CheckCounter(const Query& query, const Leaf& leaf, model::LabelsView labels,
                  TaskOutcome* outcome) {
  const std::string_view name = labels.Get(model::kMetricName);
  if (name.empty()) return;
  if (query.options.type_and_unit_labels) {
    const std::string_view type = labels.Get("__type__");
    if (type != "counter" && type != "histogram") {
      outcome->annotations.PossibleNonCounterLabel(name, type, leaf.call.first_at);
    }
  } else if (!LooksLikeCounter(name)) {
    outcome->annotations.PossibleNonCounter(name, leaf.call.first_at);
  }
}

/// Steps of a subquery are not those of the query.
bool CountsPerStep(const Query& query) {
  return !query.samples_per_step.empty() && query.subquery_depth == 0;
}

class Streamer {
 public:
  Streamer(Query& query, SeriesSink* sink)
      : query_(query), sink_(sink), pool_(query.options.pool), flying_max_(2 * ThreadCount() + 2) {}

  /// Starts the work on a shard; waits for the oldest ones while too many are in flight.
  Status Launch(std::unique_ptr<Shard> shard, std::function<Status(Shard*)> work) {
    shard->sink = sink_->NewShard();
    Shard* const started = shard.get();
    flying_.push_back(std::move(shard));
    started->group.Run([started, work = std::move(work), stop = &stop_] {
      if (!stop->load(std::memory_order_relaxed)) started->status = work(started);
    });
    while (flying_.size() > (pool_ == nullptr ? 0 : flying_max_)) RETURN_IF_ERROR(Land());
    return query_.CheckCancelled();
  }

  Status LandAll() {
    while (!flying_.empty()) RETURN_IF_ERROR(Land());
    return OkStatus();
  }

  const std::atomic<bool>& stop() const { return stop_; }
  ~Streamer() {
    stop_.store(true, std::memory_order_relaxed);
    flying_.clear();
  }

 private:
  size_t ThreadCount() const { return pool_ == nullptr ? 0 : pool_->thread_count(); }

  Status Land() {
    const std::unique_ptr<Shard> shard = std::move(flying_.front());
    flying_.pop_front();
    shard->group.Wait();
    RETURN_IF_ERROR(shard->status);
    query_.annotations.Merge(shard->outcome.annotations);
    query_.samples_total += shard->outcome.samples_total;
    query_.samples_read += shard->outcome.samples_read;
    const std::vector<int64_t>& steps = shard->outcome.samples_per_step;
    for (size_t i = 0; i < steps.size(); ++i) query_.samples_per_step[i] += steps[i];
    RETURN_IF_ERROR(query_.samples.Add(0, shard->outcome.largest_series));
    return sink_->Merge(std::move(shard->sink));
  }

  Query& query_;
  SeriesSink* const sink_;
  runtime::ThreadPool* const pool_;
  const size_t flying_max_;
  std::atomic<bool> stop_{false};
  std::deque<std::unique_ptr<Shard>> flying_;
};

Status WorkOnSeries(const Query& query, const Pipeline& pipeline, model::LabelsView labels,
                    Scratch* scratch, Shard* shard) {
  scratch->row.Reset(pipeline.leaf.grid.count);
  RETURN_IF_ERROR(
      RunLeaf(query, pipeline.leaf, labels, &scratch->columns, &scratch->row, &shard->outcome));
  for (const auto& map : pipeline.maps) map(&scratch->row, &shard->outcome.annotations);
  if (scratch->row.Empty()) return OkStatus();
  return shard->sink->Add(labels, pipeline.drops_name, &scratch->row);
}

Status WorkOnShard(const Query& query, const Pipeline& pipeline, const std::atomic<bool>& stop,
                   Shard* shard) {
  Scratch& scratch = ThreadScratch();
  MemoryCharge charge;
  if (CountsPerStep(query)) shard->outcome.samples_per_step.resize(pipeline.leaf.grid.count);
  for (const Piece& piece : shard->pieces) {
    for (size_t i = piece.begin; i < piece.end; ++i) {
      if (stop.load(std::memory_order_relaxed)) return OkStatus();
      RETURN_IF_ERROR(query.CheckCancelled());
      scratch.columns.clear();
      if (const Status decoded = piece.batch->Decode(i, &scratch.columns); !decoded.ok())
        return SourceError(decoded);
      RETURN_IF_ERROR(
          ChargeScratch(query, pipeline.leaf.grid.count, scratch.columns.size(), &charge));
      RETURN_IF_ERROR(WorkOnSeries(query, pipeline, piece.batch->labels(i), &scratch, shard));
    }
  }
  shard->pieces.clear();
  TrimScratch(&scratch);
  return OkStatus();
}

/// Keeps rows as they come.
class CollectShard : public ShardSink {
 public:
  CollectShard(bool delayed, MemoryAccountant* accountant)
      : delayed_(delayed), charge_(accountant) {}
  Status Add(model::LabelsView labels, bool drop_name, StepRow* row) override {
    StepSeries series;
    series.labels = drop_name && !delayed_ ? DropMetadata(labels) : model::Labels(labels);
    series.drop_name = drop_name;
    series.row = std::exchange(*row, StepRow());
    RETURN_IF_ERROR(charge_.Add(RowBytes(series.row), "series of a selector"));
    rows.push_back(std::move(series));
    return OkStatus();
  }
  std::vector<StepSeries> rows;

 private:
  const bool delayed_;
  MemoryCharge charge_;  // Until the matrix is charged for the rows.
};

class CollectSink : public SeriesSink {
 public:
  explicit CollectSink(Query& query)
      : matrix(&query),
        delayed_(query.options.delayed_name_removal),
        accountant_(query.request.accountant) {}
  std::unique_ptr<ShardSink> NewShard() override {
    return std::make_unique<CollectShard>(delayed_, accountant_);
  }
  Status Merge(std::unique_ptr<ShardSink> shard) override {
    for (StepSeries& series : static_cast<CollectShard*>(shard.get())->rows) {
      RETURN_IF_ERROR(matrix.Append(std::move(series)));
    }
    return OkStatus();
  }
  StepMatrix matrix;

 private:
  const bool delayed_;
  MemoryAccountant* const accountant_;
};

/// Tells which selector passed the memory budget; what it was charged for is in the text already.
Status NameSelector(Status status, const VectorSelector* selector) {
  const bool budget = status.message().find("memory budget") != std::string_view::npos;
  return budget && selector != nullptr ? status.WithContext(ToString(*selector)) : status;
}

/// The rows of a subquery as samples. Hints of native histograms go: what the subquery left out
/// might have been a reset.
void ToColumns(const StepRow& row, const StepGrid& grid, series::SampleColumns* columns) {
  columns->clear();
  for (size_t step = 0; step < row.count(); ++step) {
    if (row.HasFloat(step)) {
      columns->times.push_back(grid.Time(step));
      columns->values.push_back(row.values()[step]);
    } else if (const HistogramPtr& histogram = row.Histogram(step); histogram != nullptr) {
      columns->histogram_times.push_back(grid.Time(step));
      columns->histograms.push_back(*histogram);
      model::CounterResetHint& hint = columns->histograms.back().counter_reset_hint;
      if (hint != model::CounterResetHint::kGauge) hint = model::CounterResetHint::kUnknown;
    }
  }
}

}  // namespace

Status RunLeaf(const Query& query, const Leaf& leaf, model::LabelsView labels,
               series::SampleColumns* columns, StepRow* row, TaskOutcome* outcome) {
  RangeCall call = leaf.call;
  Status error;
  call.annotations = &outcome->annotations;
  call.error = &error;
  call.cancel = &query.request.cancel;
  if (!query.options.use_start_timestamps) {
    columns->start_times.clear();
    columns->histogram_start_times.clear();
  }
  if (leaf.selector != nullptr && leaf.selector->skip_histogram_buckets)
    KeepHistogramStats(columns);
  if (leaf.function == nullptr) {
    if (leaf.selector != nullptr && leaf.selector->smoothed) {
      call.metric = labels.Get(model::kMetricName);
      SmoothInstants(*columns, leaf.instant, call, row);
      return OkStatus();
    }
    const int64_t samples = SelectInstants(*columns, leaf.instant, outcome->samples_per_step, row);
    outcome->samples_total += samples;
    outcome->samples_read += samples;
    return OkStatus();
  }
  DropStale(columns);
  outcome->largest_series =
      std::max(outcome->largest_series, static_cast<int64_t>(columns->size()));
  if (!columns->times.empty()) call.appeared = columns->times.front();
  call.metric = labels.Get(model::kMetricName);
  const std::vector<std::span<const double>> scalars(leaf.scalars.begin(), leaf.scalars.end());
  outcome->samples_total += RunWindows(*leaf.function, *columns, leaf.windows, scalars, call, row);
  RETURN_IF_ERROR(error);
  if (leaf.selector != nullptr) outcome->samples_read += static_cast<int64_t>(columns->size());
  if (!outcome->samples_per_step.empty())
    CountWindowSamples(*columns, leaf.windows, outcome->samples_per_step);
  if (leaf.counter_check && row->FloatCount() > 0) CheckCounter(query, leaf, labels, outcome);
  return OkStatus();
}

namespace {

Status StreamSelected(Query& query, const Pipeline& pipeline, SeriesSink* sink) {
  RETURN_IF_ERROR(query.CheckCancelled());
  StatusOr<SelectionReader> reader = SelectionReader::Open(query, pipeline);
  if (!reader.ok()) return SourceError(reader.status());
  Streamer streamer(query, sink);
  const auto work = [&query, &pipeline, &streamer](Shard* shard) {
    return WorkOnShard(query, pipeline, streamer.stop(), shard);
  };
  std::unique_ptr<Shard> open;
  while (true) {
    StatusOr<std::shared_ptr<const series::SeriesBatch>> batch = reader->Next();
    if (!batch.ok()) return SourceError(batch.status());
    if (*batch == nullptr) break;
    for (size_t begin = 0; begin < (*batch)->size();) {
      if (open == nullptr) open = std::make_unique<Shard>(query.options.pool);
      const size_t end = std::min((*batch)->size(), begin + kShardSeries - open->size);
      open->pieces.push_back({*batch, begin, end});
      open->size += end - begin;
      begin = end;
      if (open->size == kShardSeries) RETURN_IF_ERROR(streamer.Launch(std::move(open), work));
    }
  }
  if (open != nullptr) RETURN_IF_ERROR(streamer.Launch(std::move(open), work));
  return streamer.LandAll();
}

}  // namespace

Status Stream(Query& query, const Pipeline& pipeline, SeriesSink* sink) {
  return NameSelector(StreamSelected(query, pipeline, sink), pipeline.leaf.selector);
}

Status StreamSubquery(Query& query, const Leaf& leaf, StepMatrix inner, const StepGrid& inner_grid,
                      SeriesSink* sink) {
  Streamer streamer(query, sink);
  for (size_t begin = 0; begin < inner.series.size(); begin += kShardSeries) {
    const size_t end = std::min(inner.series.size(), begin + kShardSeries);
    const auto work = [&query, &leaf, &inner, &inner_grid, &streamer, begin,
                       end](Shard* shard) -> Status {
      Scratch& scratch = ThreadScratch();
      MemoryCharge charge;
      if (CountsPerStep(query)) shard->outcome.samples_per_step.resize(leaf.grid.count);
      for (size_t i = begin; i < end; ++i) {
        if (streamer.stop().load(std::memory_order_relaxed)) return OkStatus();
        RETURN_IF_ERROR(query.CheckCancelled());
        const StepSeries& series = inner.series[i];
        RETURN_IF_ERROR(ChargeScratch(query, leaf.grid.count, inner_grid.count, &charge));
        ToColumns(series.row, inner_grid, &scratch.columns);
        scratch.row.Reset(leaf.grid.count);
        RETURN_IF_ERROR(
            RunLeaf(query, leaf, series.labels, &scratch.columns, &scratch.row, &shard->outcome));
        if (scratch.row.Empty()) continue;
        RETURN_IF_ERROR(
            shard->sink->Add(series.labels, leaf.drops_name || series.drop_name, &scratch.row));
      }
      return OkStatus();
    };
    RETURN_IF_ERROR(streamer.Launch(std::make_unique<Shard>(query.options.pool), work));
  }
  return streamer.LandAll();
}

StatusOr<StepMatrix> Collect(Query& query, const std::function<Status(SeriesSink*)>& stream) {
  CollectSink sink(query);
  RETURN_IF_ERROR(stream(&sink));
  return std::move(sink.matrix);
}

}  // namespace aion::promql
