#include "promql/exec/query.h"

#include <algorithm>

#include "promql/func/window.h"

namespace aion::promql {

Status SampleBudget::Add(int64_t samples, int64_t passing) {
  held_ += samples;
  peak_ = std::max(peak_, held_ + passing);
  if (max_ == 0 || held_ + passing <= max_) return OkStatus();
  return ResourceExhaustedError(
      "query processing would load too many samples into memory in query execution");
}

Status CancelStatus(const Status& status, std::string_view where) {
  if (status.code() == StatusCode::kCancelled)
    return CancelledError("query was canceled in " + std::string(where));
  if (status.code() == StatusCode::kDeadlineExceeded) {
    return DeadlineExceededError("query timed out in " + std::string(where));
  }
  return status;
}

Status CheckStepCount(const Query& query, size_t count) {
  if (query.options.max_samples > 0 && count > static_cast<size_t>(query.options.max_samples)) {
    return ResourceExhaustedError(
        "query processing would load too many samples into memory in query execution");
  }
  if (count > kStepsMax) {
    return ResourceExhaustedError(
        "query has too many steps, use a larger step or a shorter range: at most " +
        std::to_string(kStepsMax));
  }
  MemoryCharge charge(query.request.accountant);
  return charge.Add(count * sizeof(double), "steps of a query");
}

Status Query::CheckCancelled() const {
  const Status status = request.cancel.Check();
  return status.ok() ? status : CancelStatus(status, "expression evaluation");
}

StepMatrix& StepMatrix::operator=(StepMatrix&& other) noexcept {
  if (this == &other) return *this;
  ReleaseSamples();
  series = std::move(other.series);
  query_ = std::exchange(other.query_, nullptr);
  charge_ = std::move(other.charge_);
  samples_ = std::exchange(other.samples_, 0);
  return *this;
}

void StepMatrix::ReleaseSamples() {
  if (query_ != nullptr) query_->samples.Release(samples_);
  samples_ = 0;
}

Status StepMatrix::Charge(const StepSeries& added, std::string_view what) {
  const int64_t samples = SampleCount(added.row);
  samples_ += samples;
  RETURN_IF_ERROR(query_->samples.Add(samples));
  return charge_.Add(sizeof(StepSeries) + added.labels.packed().size() + RowBytes(added.row), what);
}

Status StepMatrix::Append(StepSeries added) {
  RETURN_IF_ERROR(Charge(added, "series held by the query"));
  series.push_back(std::move(added));
  return OkStatus();
}

uint64_t RowBytes(const StepRow& row) {
  constexpr int64_t kSampleBytes = 16;
  const int64_t in_histograms =
      row.has_histograms() ? SampleCount(row) - static_cast<int64_t>(row.FloatCount()) : 0;
  return row.HeapBytes() + static_cast<uint64_t>(in_histograms * kSampleBytes);
}

int64_t SampleCount(const StepRow& row) {
  auto samples = static_cast<int64_t>(row.FloatCount());
  for (size_t step = 0; row.has_histograms() && step < row.count(); ++step) {
    if (row.Histogram(step) != nullptr) samples += HistogramSampleCount(*row.Histogram(step));
  }
  return samples;
}

}  // namespace aion::promql
