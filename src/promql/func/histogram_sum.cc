#include "promql/func/histogram_sum.h"

#include <utility>

#include "model/histogram_ops.h"

namespace aion::promql {

using model::FloatHistogram;

bool HistogramSum::AddInto(FloatHistogram* sum, std::optional<FloatHistogram>* compensation,
                           const FloatHistogram& added, std::string_view metric, SourceRange at,
                           Annotations* annotations) {
  if (!compensation->has_value()) *compensation = model::CompensationFor(*sum);
  const StatusOr<model::CombineNotes> notes = model::KahanAdd(sum, added, &**compensation);
  if (!notes.ok()) {
    annotations->MixedExponentialCustomHistograms(metric, at);
    incompatible_ = true;
    return false;
  }
  if (notes->bounds_reconciled)
    annotations->MismatchedCustomBuckets(HistogramOperation::kAggregation, at);
  return true;
}

bool HistogramSum::TryAdd(const FloatHistogram& histogram, std::string_view metric, SourceRange at,
                          Annotations* annotations) {
  if (!average_) {
    AddInto(&*value_, &compensation_, histogram, metric, at, annotations);
    return true;
  }
  FloatHistogram sum = *value_;
  std::optional<FloatHistogram> compensation = compensation_;
  if (!AddInto(&sum, &compensation, histogram, metric, at, annotations)) return true;
  if (model::HasOverflow(sum)) return false;
  value_ = std::move(sum);
  compensation_ = std::move(compensation);
  return true;
}

void HistogramSum::TurnIntoMean(double count) {
  is_mean_ = true;
  model::Div(&*value_, count);
  if (compensation_.has_value()) model::Div(&*compensation_, count);
}

void HistogramSum::AddToMean(FloatHistogram share, double kept, std::string_view metric,
                             SourceRange at, Annotations* annotations) {
  if (compensation_.has_value()) model::Mul(&*compensation_, kept);
  model::Mul(&*value_, kept);
  AddInto(&*value_, &compensation_, share, metric, at, annotations);
}

void HistogramSum::Add(const FloatHistogram& histogram, std::string_view metric, SourceRange at,
                       Annotations* annotations) {
  if (incompatible_) return;
  reset_seen_ |= histogram.counter_reset_hint == model::CounterResetHint::kReset;
  not_reset_seen_ |= histogram.counter_reset_hint == model::CounterResetHint::kNotReset;
  count_ += 1;
  if (!value_.has_value()) {
    value_ = histogram;
    return;
  }
  if (!is_mean_) {
    if (TryAdd(histogram, metric, at, annotations)) return;
    TurnIntoMean(count_ - 1);
  }
  FloatHistogram share = histogram;
  model::Div(&share, count_);
  AddToMean(std::move(share), (count_ - 1) / count_, metric, at, annotations);
}

void HistogramSum::Merge(const HistogramSum& later, SourceRange at, Annotations* annotations) {
  incompatible_ |= later.incompatible_;
  reset_seen_ |= later.reset_seen_;
  not_reset_seen_ |= later.not_reset_seen_;
  if (incompatible_ || !later.value_.has_value()) return;
  const double before = count_;
  count_ += later.count_;
  if (!is_mean_ && !later.is_mean_ && TryAdd(*later.value_, {}, at, annotations)) {
    if (!incompatible_ && later.compensation_.has_value())
      TryAdd(*later.compensation_, {}, at, annotations);
    return;
  }
  if (!is_mean_) TurnIntoMean(before);
  HistogramSum other = later;
  if (!other.is_mean_) other.TurnIntoMean(later.count_);
  if (other.compensation_.has_value()) (void)model::Add(&*other.value_, *other.compensation_);
  model::Mul(&*other.value_, later.count_ / count_);
  AddToMean(std::move(*other.value_), before / count_, {}, at, annotations);
}

HistogramPtr HistogramSum::Finish(SourceRange at, Annotations* annotations) {
  if (incompatible_ || !value_.has_value()) return nullptr;
  if (reset_seen_ && not_reset_seen_)
    annotations->CounterResetCollision(HistogramOperation::kAggregation, at);
  if (average_ && !is_mean_) TurnIntoMean(count_);
  if (compensation_.has_value())
    (void)model::Add(&*value_, *compensation_);  // Same layout: cannot fail.
  model::Compact(&*value_);
  return std::make_shared<const FloatHistogram>(std::move(*value_));
}

}  // namespace aion::promql
