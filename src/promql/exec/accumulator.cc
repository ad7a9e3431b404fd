#include "promql/exec/accumulator.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "promql/func/kahan.h"
#include "promql/parse/operators.h"

namespace aion::promql {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<double[]> Filled(size_t count, double value) {
  auto row = std::make_unique_for_overwrite<double[]>(count);
  std::fill_n(row.get(), count, value);
  return row;
}

/// Kahan sums of `size` steps at once; no branches, so that the compiler may use vectors.
void AddSums(double* __restrict sums, double* __restrict compensations,
             const double* __restrict values, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const double sum = sums[i], value = values[i];
    const double total = sum + value;
    const double rest = total - sum;
    const double error = (sum - (total - rest)) + (value - rest);
    const double compensation = compensations[i] + error;
    compensations[i] = std::fabs(total) > std::numeric_limits<double>::max() ? 0 : compensation;
    sums[i] = total;
  }
}

void AddMaxima(double* __restrict maxima, const double* __restrict values, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    maxima[i] = maxima[i] < values[i] || std::isnan(maxima[i]) ? values[i] : maxima[i];
  }
}

void AddMinima(double* __restrict minima, const double* __restrict values, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    minima[i] = minima[i] > values[i] || std::isnan(minima[i]) ? values[i] : minima[i];
  }
}

/// Whether adding `values` leaves every sum finite.
bool SumsStayFinite(const double* sums, const double* values, size_t size) {
  bool finite = true;
  for (size_t i = 0; i < size; ++i) {
    finite &= std::fabs(sums[i] + values[i]) <= std::numeric_limits<double>::max();
  }
  return finite;
}

bool IgnoresHistograms(AggregateOp op) {
  return op == AggregateOp::kMin || op == AggregateOp::kMax || op == AggregateOp::kStddev ||
         op == AggregateOp::kStdvar;
}

}  // namespace

bool IsStreamable(AggregateOp op) { return !HasParameter(op); }

Accumulator::Accumulator(AggregateOp op, size_t step_count)
    : op_(op), step_count_(step_count), seen_((step_count + 63) / 64) {
  switch (op) {
    case AggregateOp::kSum:
      value_ = Filled(step_count, 0);
      second_ = Filled(step_count, 0);
      break;
    case AggregateOp::kMin:
    case AggregateOp::kMax:
      value_ = Filled(step_count, kNan);
      break;
    case AggregateOp::kCount:
      value_ = Filled(step_count, 0);
      break;
    case AggregateOp::kAvg:
    case AggregateOp::kStddev:
    case AggregateOp::kStdvar:
      value_ = Filled(step_count, 0);
      second_ = Filled(step_count, 0);
      count_ = Filled(step_count, 0);
      break;
    default:
      break;
  }
}

size_t Accumulator::HeapBytes() const {
  const size_t rows = (value_ != nullptr) + (second_ != nullptr) + (count_ != nullptr);
  return rows * step_count_ * sizeof(double) + seen_.size() * sizeof(uint64_t);
}

void Accumulator::SetIncremental(size_t step) {
  if (incremental_.empty()) incremental_.resize(seen_.size());
  incremental_[step / 64] |= uint64_t{1} << (step % 64);
}

void Accumulator::AddAverage(size_t step, double value) {
  const double count = ++count_[step];
  if (count == 1) {
    value_[step] = value;
    return;
  }
  if (!Incremental(step)) {
    KahanSum sum{value_[step], second_[step]};
    sum.Add(value);
    if (!std::isinf(sum.sum)) {
      value_[step] = sum.sum;
      second_[step] = sum.compensation;
      return;
    }
    SetIncremental(step);
    value_[step] /= count - 1;
    second_[step] /= count - 1;
  }
  const double share = (count - 1) / count;
  KahanSum mean{share * value_[step], share * second_[step]};
  mean.Add(value / count);
  value_[step] = mean.sum;
  second_[step] = mean.compensation;
}

void Accumulator::AddFloat(size_t step, double value) {
  switch (op_) {
    case AggregateOp::kSum:
      AddSums(&value_[step], &second_[step], &value, 1);
      break;
    case AggregateOp::kMax:
      AddMaxima(&value_[step], &value, 1);
      break;
    case AggregateOp::kMin:
      AddMinima(&value_[step], &value, 1);
      break;
    case AggregateOp::kCount:
      value_[step] += 1;
      break;
    case AggregateOp::kAvg:
      AddAverage(step, value);
      break;
    case AggregateOp::kStddev:
    case AggregateOp::kStdvar: {
      const double count = ++count_[step];
      const double delta = value - second_[step];
      second_[step] += delta / count;
      value_[step] += delta * (value - second_[step]);
      break;
    }
    default:
      break;
  }
}

void Accumulator::AddFullWord(size_t first, size_t size, const double* values) {
  switch (op_) {
    case AggregateOp::kSum:
      AddSums(&value_[first], &second_[first], values, size);
      return;
    case AggregateOp::kMax:
      AddMaxima(&value_[first], values, size);
      return;
    case AggregateOp::kMin:
      AddMinima(&value_[first], values, size);
      return;
    case AggregateOp::kAvg:
      if ((!incremental_.empty() && incremental_[first / 64] != 0) ||
          !SumsStayFinite(&value_[first], values, size)) {
        break;
      }
      AddSums(&value_[first], &second_[first], values, size);
      for (size_t i = 0; i < size; ++i) count_[first + i] += 1;
      return;
    case AggregateOp::kCount:
      for (size_t i = 0; i < size; ++i) value_[first + i] += 1;
      return;
    case AggregateOp::kGroup:
      return;
    default:
      break;
  }
  for (size_t i = 0; i < size; ++i) AddFloat(first + i, values[i]);
}

void Accumulator::AddFloats(const StepRow& row) {
  const double* values = row.values();
  for (size_t word = 0; word < row.word_count(); ++word) {
    const size_t first = word * 64, size = std::min<size_t>(64, step_count_ - first);
    uint64_t bits = row.bits()[word];
    seen_[word] |= bits;
    if (std::popcount(bits) == static_cast<int>(size)) {
      AddFullWord(first, size, values + first);
      continue;
    }
    for (; bits != 0; bits &= bits - 1) {
      const size_t step = first + static_cast<size_t>(std::countr_zero(bits));
      AddFloat(step, values[step]);
    }
  }
}

void Accumulator::AddHistograms(const StepRow& row, std::string_view metric, SourceRange at,
                                Annotations* annotations) {
  for (size_t step = 0; step < step_count_; ++step) {
    const HistogramPtr& histogram = row.Histogram(step);
    if (histogram == nullptr) continue;
    if (IgnoresHistograms(op_)) {
      annotations->HistogramIgnoredInAggregation(OperatorText(op_), at);
      continue;
    }
    if (op_ == AggregateOp::kCount || op_ == AggregateOp::kGroup) {
      seen_[step / 64] |= uint64_t{1} << (step % 64);
      if (op_ == AggregateOp::kCount) value_[step] += 1;
      continue;
    }
    if (histograms_.empty()) histograms_.resize(step_count_);
    if (histograms_[step] == nullptr) {
      histograms_[step] = std::make_unique<HistogramSum>(op_ == AggregateOp::kAvg);
    }
    histograms_[step]->Add(*histogram, metric, at, annotations);
  }
}

void Accumulator::Add(const StepRow& row, std::string_view metric, SourceRange at,
                      Annotations* annotations) {
  AddFloats(row);
  if (row.has_histograms()) AddHistograms(row, metric, at, annotations);
}

void Accumulator::MergeAverage(size_t step, const Accumulator& later) {
  const double before = count_[step], added = later.count_[step], count = before + added;
  count_[step] = count;
  if (!Incremental(step) && !later.Incremental(step)) {
    KahanSum sum{value_[step], second_[step]};
    sum.Add(later.value_[step]);
    if (!std::isinf(sum.sum)) {
      value_[step] = sum.sum;
      second_[step] = sum.compensation + later.second_[step];
      return;
    }
  }
  const auto mean_of = [step](const Accumulator& group, double samples) {
    if (group.Incremental(step)) return KahanSum{group.value_[step], group.second_[step]};
    return KahanSum{group.value_[step] / samples, group.second_[step] / samples};
  };
  const KahanSum ours = mean_of(*this, before), theirs = mean_of(later, added);
  KahanSum mean{ours.sum * (before / count), ours.compensation * (before / count)};
  mean.Add(theirs.Total() * (added / count));
  SetIncremental(step);
  value_[step] = mean.sum;
  second_[step] = mean.compensation;
}

void Accumulator::MergeFloat(size_t step, const Accumulator& later) {
  switch (op_) {
    case AggregateOp::kSum:
      AddFloat(step, later.value_[step]);
      if (!std::isinf(value_[step])) second_[step] += later.second_[step];
      break;
    case AggregateOp::kMax:
    case AggregateOp::kMin:
      AddFloat(step, later.value_[step]);
      break;
    case AggregateOp::kCount:
      value_[step] += later.value_[step];
      break;
    case AggregateOp::kAvg:
      MergeAverage(step, later);
      break;
    case AggregateOp::kStddev:
    case AggregateOp::kStdvar: {
      const double before = count_[step], added = later.count_[step], count = before + added;
      const double delta = later.second_[step] - second_[step];
      second_[step] += delta * added / count;
      value_[step] += later.value_[step] + delta * delta * before * added / count;
      count_[step] = count;
      break;
    }
    default:
      break;
  }
}

bool Accumulator::MergeSums(size_t first, size_t size, const Accumulator& later) {
  if (op_ == AggregateOp::kAvg) {
    const size_t word = first / 64;
    const bool incremental = (!incremental_.empty() && incremental_[word] != 0) ||
                             (!later.incremental_.empty() && later.incremental_[word] != 0);
    if (incremental || !SumsStayFinite(&value_[first], &later.value_[first], size)) return false;
    for (size_t step = first; step < first + size; ++step) count_[step] += later.count_[step];
  } else if (op_ != AggregateOp::kSum) {
    return false;
  }
  AddSums(&value_[first], &second_[first], &later.value_[first], size);
  for (size_t step = first; step < first + size; ++step) {
    if (!std::isinf(value_[step])) second_[step] += later.second_[step];
  }
  return true;
}

void Accumulator::MergeStep(size_t step, const Accumulator& later) {
  if (Seen(step)) {
    MergeFloat(step, later);
    return;
  }
  if (value_ != nullptr) value_[step] = later.value_[step];
  if (second_ != nullptr) second_[step] = later.second_[step];
  if (count_ != nullptr) count_[step] = later.count_[step];
  if (later.Incremental(step)) SetIncremental(step);
}

void Accumulator::Merge(const Accumulator& later, SourceRange at, Annotations* annotations) {
  drop_name |= later.drop_name;
  for (size_t word = 0; word < seen_.size(); ++word) {
    const size_t first = word * 64, size = std::min<size_t>(64, step_count_ - first);
    if (std::popcount(seen_[word] & later.seen_[word]) == static_cast<int>(size) &&
        MergeSums(first, size, later)) {
      continue;
    }
    for (uint64_t bits = later.seen_[word]; bits != 0; bits &= bits - 1) {
      MergeStep(first + static_cast<size_t>(std::countr_zero(bits)), later);
    }
    seen_[word] |= later.seen_[word];
  }
  if (later.histograms_.empty()) return;
  if (histograms_.empty()) histograms_.resize(step_count_);
  for (size_t step = 0; step < step_count_; ++step) {
    if (later.histograms_[step] == nullptr) continue;
    if (histograms_[step] == nullptr) {
      histograms_[step] = std::make_unique<HistogramSum>(*later.histograms_[step]);
    } else {
      histograms_[step]->Merge(*later.histograms_[step], at, annotations);
    }
  }
}

double Accumulator::FinishFloat(size_t step) const {
  switch (op_) {
    case AggregateOp::kSum:
      return value_[step] + second_[step];
    case AggregateOp::kAvg:
      if (Incremental(step)) return value_[step] + second_[step];
      return value_[step] / count_[step] + second_[step] / count_[step];
    case AggregateOp::kStdvar:
      return value_[step] / count_[step];
    case AggregateOp::kStddev:
      return std::sqrt(value_[step] / count_[step]);
    case AggregateOp::kGroup:
      return 1;
    default:
      return value_[step];
  }
}

void Accumulator::Finish(SourceRange at, StepRow* out, Annotations* annotations) {
  out->Reset(step_count_);
  for (size_t step = 0; step < step_count_; ++step) {
    HistogramSum* const histogram = histograms_.empty() ? nullptr : histograms_[step].get();
    if (histogram != nullptr && Seen(step)) {
      annotations->MixedFloatsHistogramsAggregation(at);
    } else if (histogram != nullptr) {
      HistogramPtr sum = histogram->Finish(at, annotations);
      if (sum != nullptr) out->SetHistogram(step, std::move(sum));
    } else if (Seen(step)) {
      out->SetFloat(step, FinishFloat(step));
    }
  }
  value_.reset();
  second_.reset();
  count_.reset();
  histograms_.clear();
}

}  // namespace aion::promql
