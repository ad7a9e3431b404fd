#include "testing/memory_queryable.h"

#include <algorithm>

#include "model/histogram_ops.h"

namespace aion::testing {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;
using series::SampleColumns;

/// Whether a chunk that ends with `last` takes `next` without a counter reset or change of layout.
bool ContinuesRun(const FloatHistogram& last, const FloatHistogram& next) {
  const bool last_is_gauge = last.counter_reset_hint == CounterResetHint::kGauge;
  const bool next_is_gauge = next.counter_reset_hint == CounterResetHint::kGauge;
  if (last_is_gauge || next_is_gauge) return last_is_gauge == next_is_gauge;
  if (next.counter_reset_hint == CounterResetHint::kReset) return false;
  if (last.schema != next.schema || last.zero_threshold != next.zero_threshold) return false;
  if (!model::CustomBoundsMatch(last, next)) return false;
  FloatHistogram unhinted = next;
  unhinted.counter_reset_hint = CounterResetHint::kUnknown;
  return !model::DetectReset(unhinted, last);
}

/// Appends a start time; the column appears with the first one that is known.
void AppendStartTime(TimestampMs start_time, size_t samples_before,
                     std::vector<TimestampMs>* column) {
  if (start_time == 0 && column->empty()) return;
  column->resize(samples_before);
  column->push_back(start_time);
}

class Batch : public series::SeriesBatch {
 public:
  explicit Batch(model::QueryRange range) : range_(range) {}

  void Add(const model::Labels& labels, const SampleColumns& columns) {
    labels_.push_back(labels);
    columns_.push_back(columns);
  }
  size_t size() const override { return labels_.size(); }
  model::LabelsView labels(size_t index) const override { return labels_[index]; }

  Status Decode(size_t index, SampleColumns* out) const override {
    out->clear();
    const SampleColumns& in = columns_[index];
    for (size_t i = 0; i < in.times.size(); ++i) {
      if (!range_.Contains(in.times[i])) continue;
      out->times.push_back(in.times[i]);
      out->values.push_back(in.values[i]);
      if (!in.start_times.empty()) out->start_times.push_back(in.start_times[i]);
    }
    for (size_t i = 0; i < in.histogram_times.size(); ++i) {
      if (!range_.Contains(in.histogram_times[i])) continue;
      out->histogram_times.push_back(in.histogram_times[i]);
      out->histograms.push_back(in.histograms[i]);
      if (!in.histogram_start_times.empty())
        out->histogram_start_times.push_back(in.histogram_start_times[i]);
    }
    return OkStatus();
  }

 private:
  model::QueryRange range_;
  std::vector<model::Labels> labels_;
  std::vector<SampleColumns> columns_;
};

class Set : public series::SeriesSet {
 public:
  explicit Set(std::vector<std::shared_ptr<const series::SeriesBatch>> batches)
      : batches_(std::move(batches)) {}

  StatusOr<std::shared_ptr<const series::SeriesBatch>> NextBatch() override {
    if (next_ == batches_.size()) return std::shared_ptr<const series::SeriesBatch>();
    return batches_[next_++];
  }
  const model::Warnings& warnings() const override { return warnings_; }

 private:
  std::vector<std::shared_ptr<const series::SeriesBatch>> batches_;
  size_t next_ = 0;
  model::Warnings warnings_;
};

bool HasSampleIn(const SampleColumns& columns, const model::QueryRange& range) {
  const auto contains = [&](TimestampMs time) { return range.Contains(time); };
  return std::ranges::any_of(columns.times, contains) ||
         std::ranges::any_of(columns.histogram_times, contains);
}

}  // namespace

MemoryQueryable::Stored* MemoryQueryable::Advance(const model::Labels& labels, TimestampMs time) {
  Stored& stored = series_[labels];
  if (time <= stored.last_time) return nullptr;
  stored.last_time = time;
  return &stored;
}

void MemoryQueryable::AppendFloat(const model::Labels& labels, TimestampMs time, double value,
                                  TimestampMs start_time) {
  Stored* stored = Advance(labels, time);
  if (stored == nullptr) return;
  SampleColumns& columns = stored->columns;
  AppendStartTime(start_time, columns.times.size(), &columns.start_times);
  columns.times.push_back(time);
  columns.values.push_back(value);
  stored->run_is_open = false;
}

void MemoryQueryable::AppendHistogram(const model::Labels& labels, TimestampMs time,
                                      FloatHistogram histogram, TimestampMs start_time) {
  Stored* stored = Advance(labels, time);
  if (stored == nullptr) return;
  SampleColumns& columns = stored->columns;
  const bool continues = stored->run_is_open && ContinuesRun(columns.histograms.back(), histogram);
  if (histogram.counter_reset_hint != CounterResetHint::kGauge) {
    histogram.counter_reset_hint =
        continues ? CounterResetHint::kNotReset : CounterResetHint::kUnknown;
  }
  AppendStartTime(start_time, columns.histogram_times.size(), &columns.histogram_start_times);
  columns.histogram_times.push_back(time);
  columns.histograms.push_back(std::move(histogram));
  stored->run_is_open = true;
}

StatusOr<std::unique_ptr<series::SeriesSet>> MemoryQueryable::Select(
    const series::SelectRequest& request, const series::RequestContext& context) {
  RETURN_IF_ERROR(context.cancel.Check());
  std::vector<std::shared_ptr<const series::SeriesBatch>> batches;
  std::shared_ptr<Batch> batch;
  for (const auto& [labels, stored] : series_) {
    if (!model::MatchAll(request.matchers, labels) || !HasSampleIn(stored.columns, request.range))
      continue;
    if (batch == nullptr || batch->size() == batch_size_) {
      batch = std::make_shared<Batch>(request.range);
      batches.push_back(batch);
    }
    batch->Add(labels, stored.columns);
  }
  return std::unique_ptr<series::SeriesSet>(std::make_unique<Set>(std::move(batches)));
}

}  // namespace aion::testing
