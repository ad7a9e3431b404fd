// A range selector as the value of an instant query: the samples themselves.

#include <algorithm>

#include "promql/exec/execute.h"
#include "promql/exec/pipeline.h"
#include "promql/func/extended.h"
#include "promql/func/window.h"

namespace aion::promql {
namespace {

/// Keeps what lies in (after, until].
void Cut(TimestampMs after, TimestampMs until, series::SampleColumns* columns) {
  const auto cut = [after, until](std::vector<TimestampMs>* times, auto* values) {
    const auto begin = std::upper_bound(times->begin(), times->end(), after) - times->begin();
    const auto end = std::upper_bound(times->begin(), times->end(), until) - times->begin();
    times->resize(static_cast<size_t>(end));
    values->resize(static_cast<size_t>(end));
    times->erase(times->begin(), times->begin() + std::min(begin, end));
    values->erase(values->begin(), values->begin() + std::min(begin, end));
  };
  cut(&columns->times, &columns->values);
  cut(&columns->histogram_times, &columns->histograms);
}

Status Extend(const VectorSelector& selector, TimestampMs start, TimestampMs end,
              series::SampleColumns* columns) {
  if (!selector.anchored && !selector.smoothed) return OkStatus();
  if (!columns->histograms.empty()) {
    return FailedPreconditionError(std::string(selector.anchored ? "anchored" : "smoothed") +
                                   " modifier is not supported with histograms");
  }
  ExtendFloats(columns, start, end, selector.smoothed);
  return OkStatus();
}

model::Series ToSeries(model::LabelsView labels, series::SampleColumns* columns) {
  model::Series series;
  series.labels = model::Labels(labels);
  series.floats.reserve(columns->times.size());
  for (size_t i = 0; i < columns->times.size(); ++i)
    series.floats.push_back({columns->times[i], columns->values[i]});
  for (size_t i = 0; i < columns->histogram_times.size(); ++i) {
    series.histograms.push_back(
        {columns->histogram_times[i],
         std::make_shared<const model::FloatHistogram>(std::move(columns->histograms[i]))});
  }
  return series;
}

int64_t CountSamples(const series::SampleColumns& columns) {
  auto samples = static_cast<int64_t>(columns.times.size());
  for (const model::FloatHistogram& histogram : columns.histograms)
    samples += HistogramSampleCount(histogram);
  return samples;
}

}  // namespace

StatusOr<model::Matrix> EvalMatrixSelector(Query& query, const MatrixSelector& matrix,
                                           TimestampMs time) {
  const auto source_error = [](const Status& status) {
    return status.WithContext("expanding series");
  };
  const VectorSelector& selector = *matrix.selector;
  const TimestampMs end = FirstReference(selector.time, {time, 1, 1}),
                    start = end - matrix.range_ms;
  const bool extended = selector.anchored || selector.smoothed;
  const TimestampMs after = start - (extended ? query.options.lookback_ms : 0);
  const TimestampMs until = end + (selector.smoothed ? query.options.lookback_ms : 0);
  const series::SelectRequest& request =
      query.plan.selections[static_cast<size_t>(selector.selection)].request;
  const StatusOr<std::unique_ptr<series::SeriesSet>> set =
      query.queryable.Select(request, query.request);
  if (!set.ok()) return source_error(set.status());
  MemoryCharge charge(query.request.accountant);
  model::Matrix result;
  series::SampleColumns columns;
  while (true) {
    RETURN_IF_ERROR(query.CheckCancelled());
    const StatusOr<std::shared_ptr<const series::SeriesBatch>> pulled = (*set)->NextBatch();
    if (!pulled.ok()) return source_error(pulled.status());
    const std::shared_ptr<const series::SeriesBatch>& batch = *pulled;
    if (batch == nullptr) break;
    for (size_t i = 0; i < batch->size(); ++i) {
      RETURN_IF_ERROR(query.CheckCancelled());
      columns.clear();
      if (const Status decoded = batch->Decode(i, &columns); !decoded.ok())
        return source_error(decoded);
      columns.start_times.clear();
      columns.histogram_start_times.clear();
      DropStale(&columns);
      Cut(after, until, &columns);
      RETURN_IF_ERROR(Extend(selector, start, end, &columns));
      if (columns.empty()) continue;
      const int64_t samples = CountSamples(columns);
      query.samples_total += samples;
      query.samples_read += samples;
      RETURN_IF_ERROR(query.samples.Add(samples));
      RETURN_IF_ERROR(
          charge.Add(static_cast<uint64_t>(samples) * sizeof(model::FloatPoint), "range vector"));
      result.push_back(ToSeries(batch->labels(i), &columns));
    }
  }
  query.warnings.Merge((*set)->warnings());
  return result;
}

}  // namespace aion::promql
