// Adding and subtracting histograms. One algorithm serves both, plain and compensated:
//
//   1. the hints are brought together,
//   2. the zero bucket of the narrower side is widened until both have one threshold,
//   3. the finer side is merged to the coarser schema (or both to the custom bounds they share),
//   4. buckets are combined index by index, those of `other` inside the zero bucket left out.

#include <algorithm>
#include <cmath>
#include <iterator>

#include "model/histogram_bounds.h"
#include "model/histogram_buckets.h"
#include "model/histogram_layout.h"
#include "model/histogram_ops.h"

namespace aion::model {
namespace {

using internal::SideBuilder;

struct Side {
  std::vector<HistogramSpan>* spans;
  std::vector<double>* counts;
  std::vector<double>* compensation;  // Null for plain sums.
};

struct ConstSide {
  const std::vector<HistogramSpan>* spans;
  const std::vector<double>* counts;
  const std::vector<double>* compensation = nullptr;
};

/// How counts of `other` go into the sums: sign, and whether compensated.
struct Mode {
  double sign = 1;
  bool compensated = false;
};

void Accumulate(Mode mode, double count, double* sum, double* compensation) {
  if (mode.compensated) {
    KahanIncrement(mode.sign * count, sum, compensation);
  } else {
    *sum += mode.sign * count;
  }
}

/// Adds bucket `position` of `other` to a sum.
void AccumulateBucket(Mode mode, const ConstSide& other, size_t position, double* sum,
                      double* compensation) {
  Accumulate(mode, (*other.counts)[position], sum, compensation);
  if (other.compensation == nullptr || (*other.compensation)[position] == 0) return;
  Accumulate(mode, (*other.compensation)[position], sum, compensation);
}

/// Step 4 for equal layouts: a loop over two rows.
void CombineEqualLayouts(const Side& side, const ConstSide& other, Mode mode) {
  std::vector<double>& counts = *side.counts;
  if (!mode.compensated) {
    for (size_t i = 0; i < counts.size(); ++i) counts[i] += mode.sign * (*other.counts)[i];
    return;
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    AccumulateBucket(mode, other, i, &counts[i], &(*side.compensation)[i]);
  }
}

/// True when no bucket of the layout lies inside the zero bucket.
bool StartsBeyond(const std::vector<HistogramSpan>& spans, int32_t schema, double threshold) {
  if (schema == kCustomBucketsSchema || spans.empty()) return true;
  return ExponentialBound(spans.front().offset, schema) > threshold;
}

void CombineSides(const Side& side, const ConstSide& other, int32_t schema, double threshold,
                  Mode mode) {
  if (*side.spans == *other.spans && side.counts->size() == other.counts->size() &&
      StartsBeyond(*side.spans, schema, threshold)) {
    CombineEqualLayouts(side, other, mode);
    return;
  }
  SideBuilder builder(side.counts->size() + other.counts->size());
  std::vector<double> compensation;
  SpanCursor a(*side.spans, *side.counts);
  SpanCursor b(*other.spans, *other.counts);
  const bool exponential = schema != kCustomBucketsSchema;
  bool more_a = a.Next();
  bool more_b = b.Next();
  while (more_b && exponential && ExponentialBound(b.index(), schema) <= threshold)
    more_b = b.Next();
  while (more_a || more_b) {
    const bool take_a = more_a && (!more_b || a.index() <= b.index());
    const bool take_b = more_b && (!more_a || b.index() <= a.index());
    double count = take_a ? a.count() : mode.sign * b.count();
    double extra = 0;
    if (mode.compensated) {
      if (take_a) extra = (*side.compensation)[a.position()];
      if (!take_a && other.compensation != nullptr)
        extra = mode.sign * (*other.compensation)[b.position()];
    }
    if (take_a && take_b) AccumulateBucket(mode, other, b.position(), &count, &extra);
    builder.Append(take_a ? a.index() : b.index(), count);
    if (mode.compensated) compensation.push_back(extra);
    if (take_a) more_a = a.Next();
    if (take_b) more_b = b.Next();
  }
  *side.spans = builder.TakeSpans();
  *side.counts = builder.TakeCounts();
  if (mode.compensated) *side.compensation = std::move(compensation);
}

bool AdjustHint(FloatHistogram* histogram, const FloatHistogram& other) {
  CounterResetHint& hint = histogram->counter_reset_hint;
  if (hint == other.counter_reset_hint || hint == CounterResetHint::kGauge) return false;
  if (other.counter_reset_hint == CounterResetHint::kGauge) {
    hint = CounterResetHint::kGauge;
    return false;
  }
  const bool collision =
      hint != CounterResetHint::kUnknown && other.counter_reset_hint != CounterResetHint::kUnknown;
  hint = CounterResetHint::kUnknown;
  return collision;
}

/// The zero count a histogram would have with a wider zero bucket.
struct WidenedZero {
  double count = 0;
  double threshold = 0;  ///< Wider than asked for where a populated bucket lies across.
  double compensation = 0;
};

/// Counts the buckets of one side below the threshold into `zero`. True when a populated bucket
/// lies across it, with the threshold widened to its end.
bool SwallowBuckets(const FloatHistogram& histogram, BucketSide side,
                    const std::vector<double>* compensation, WidenedZero* zero) {
  for (BucketIterator it(histogram, side); it.Next();) {
    const Bucket bucket = it.bucket();
    const double near = side == BucketSide::kPositive ? bucket.lower : -bucket.upper;
    const double far = side == BucketSide::kPositive ? bucket.upper : -bucket.lower;
    if (near >= zero->threshold) return false;
    KahanIncrement(bucket.count, &zero->count, &zero->compensation);
    if (compensation != nullptr)
      KahanIncrement((*compensation)[it.position()], &zero->count, &zero->compensation);
    if (far > zero->threshold) {
      if (bucket.count == 0) return false;
      zero->threshold = far;
      return true;
    }
  }
  return false;
}

WidenedZero WidenZero(const FloatHistogram& histogram, double threshold,
                      const FloatHistogram* compensation) {
  WidenedZero zero = {histogram.zero_count, threshold,
                      compensation != nullptr ? compensation->zero_count : 0};
  if (threshold == histogram.zero_threshold) return zero;
  const auto* positive = compensation != nullptr ? &compensation->positive_buckets : nullptr;
  const auto* negative = compensation != nullptr ? &compensation->negative_buckets : nullptr;
  // A wider positive side may reach further on the negative one, and the reverse: again until
  // nothing lies across.
  do {
    zero.count = histogram.zero_count;
    SwallowBuckets(histogram, BucketSide::kPositive, positive, &zero);
  } while (SwallowBuckets(histogram, BucketSide::kNegative, negative, &zero));
  return zero;
}

/// Empties the buckets the zero bucket has swallowed, then drops them.
void DropSwallowed(FloatHistogram* histogram, FloatHistogram* compensation) {
  for (const BucketSide side : {BucketSide::kPositive, BucketSide::kNegative}) {
    const bool positive = side == BucketSide::kPositive;
    std::vector<double>& counts =
        positive ? histogram->positive_buckets : histogram->negative_buckets;
    std::vector<double>* extra = nullptr;
    if (compensation != nullptr)
      extra = positive ? &compensation->positive_buckets : &compensation->negative_buckets;
    for (BucketIterator it(*histogram, side); it.Next();) {
      const Bucket bucket = it.bucket();
      if ((positive ? bucket.lower : -bucket.upper) >= histogram->zero_threshold) break;
      counts[it.position()] = 0;
      if (extra != nullptr) (*extra)[it.position()] = 0;
    }
    internal::CompactSide(positive ? &histogram->positive_spans : &histogram->negative_spans,
                          &counts, extra, 0);
  }
}

/// Step 2. Returns the zero count of `other` for the common threshold.
WidenedZero ReconcileZeroBuckets(FloatHistogram* histogram, const FloatHistogram& other,
                                 FloatHistogram* compensation) {
  WidenedZero other_zero = {other.zero_count, other.zero_threshold, 0};
  while (other_zero.threshold < histogram->zero_threshold ||
         other_zero.threshold > histogram->zero_threshold) {
    if (histogram->zero_threshold > other_zero.threshold) {
      other_zero = WidenZero(other, histogram->zero_threshold, nullptr);
    }
    if (other_zero.threshold > histogram->zero_threshold) {
      const WidenedZero zero = WidenZero(*histogram, other_zero.threshold, compensation);
      histogram->zero_count = zero.count;
      histogram->zero_threshold = zero.threshold;
      if (compensation != nullptr) compensation->zero_count = zero.compensation;
      DropSwallowed(histogram, compensation);
    }
  }
  return other_zero;
}

std::vector<double> IntersectBounds(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> common;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  return common;
}

/// Counts per bucket of common custom bounds.
struct CommonBuckets {
  std::vector<double> counts, compensation;
};

void AddToCommon(const ConstSide& side, const std::vector<double>& bounds,
                 const std::vector<double>& common, double sign,
                 const std::vector<double>* compensation, CommonBuckets* target) {
  size_t next = 0;
  for (SpanCursor cursor(*side.spans, *side.counts); cursor.Next();) {
    size_t index = common.size();  // The +Inf bucket.
    if (cursor.index() < static_cast<int64_t>(bounds.size())) {
      const double bound = bounds[static_cast<size_t>(std::max<int64_t>(cursor.index(), 0))];
      while (next < common.size() && common[next] < bound) ++next;
      index = next;
    }
    KahanIncrement(sign * cursor.count(), &target->counts[index], &target->compensation[index]);
    if (compensation != nullptr) {
      KahanIncrement((*compensation)[cursor.position()], &target->counts[index],
                     &target->compensation[index]);
    }
  }
}

void CombineMismatchedBounds(FloatHistogram* histogram, const FloatHistogram& other,
                             FloatHistogram* compensation, Mode mode) {
  std::vector<double> common = IntersectBounds(histogram->custom_values, other.custom_values);
  CommonBuckets target = {std::vector<double>(common.size() + 1),
                          std::vector<double>(common.size() + 1)};
  AddToCommon({&histogram->positive_spans, &histogram->positive_buckets}, histogram->custom_values,
              common, 1, compensation != nullptr ? &compensation->positive_buckets : nullptr,
              &target);
  AddToCommon({&other.positive_spans, &other.positive_buckets}, other.custom_values, common,
              mode.sign, nullptr, &target);
  SideBuilder builder(target.counts.size());
  std::vector<double> kept_compensation;
  for (size_t i = 0; i < target.counts.size(); ++i) {
    if (target.counts[i] == 0 && target.compensation[i] == 0) continue;
    builder.Append(static_cast<int64_t>(i), target.counts[i]);
    kept_compensation.push_back(target.compensation[i]);
  }
  histogram->positive_spans = builder.TakeSpans();
  histogram->positive_buckets = builder.TakeCounts();
  if (compensation != nullptr) {
    compensation->positive_buckets = std::move(kept_compensation);
    compensation->custom_values = common;
  }
  histogram->custom_values = std::move(common);
}

/// The buckets of `other` at the schema of the result; the copies hold them where they had to be
/// merged.
struct OtherSides {
  ConstSide positive, negative;
  FloatHistogram merged, merged_compensation;
};

/// Step 3.
void MatchSchemas(FloatHistogram* histogram, const FloatHistogram& other,
                  FloatHistogram* compensation, OtherSides* sides) {
  if (other.schema < histogram->schema) {
    internal::ReduceSide(&histogram->positive_spans, &histogram->positive_buckets,
                         compensation != nullptr ? &compensation->positive_buckets : nullptr,
                         histogram->schema, other.schema);
    internal::ReduceSide(&histogram->negative_spans, &histogram->negative_buckets,
                         compensation != nullptr ? &compensation->negative_buckets : nullptr,
                         histogram->schema, other.schema);
    histogram->schema = other.schema;
  }
  if (other.schema == histogram->schema) {
    sides->positive = {&other.positive_spans, &other.positive_buckets};
    sides->negative = {&other.negative_spans, &other.negative_buckets};
    return;
  }
  FloatHistogram& merged = sides->merged = other;
  std::vector<double>* positive = nullptr;
  std::vector<double>* negative = nullptr;
  if (compensation != nullptr) {
    sides->merged_compensation = CompensationFor(other);
    positive = &sides->merged_compensation.positive_buckets;
    negative = &sides->merged_compensation.negative_buckets;
  }
  internal::ReduceSide(&merged.positive_spans, &merged.positive_buckets, positive, other.schema,
                       histogram->schema);
  internal::ReduceSide(&merged.negative_spans, &merged.negative_buckets, negative, other.schema,
                       histogram->schema);
  sides->positive = {&merged.positive_spans, &merged.positive_buckets, positive};
  sides->negative = {&merged.negative_spans, &merged.negative_buckets, negative};
}

StatusOr<CombineNotes> Combine(FloatHistogram* histogram, const FloatHistogram& other,
                               FloatHistogram* compensation, Mode mode) {
  if (histogram->UsesCustomBuckets() != other.UsesCustomBuckets())
    return InvalidArgumentError(kIncompatibleSchemas);
  CombineNotes notes;
  notes.counter_reset_collision = AdjustHint(histogram, other);
  double unused = 0;
  const bool custom = histogram->UsesCustomBuckets();
  if (!custom) {
    const WidenedZero other_zero = ReconcileZeroBuckets(histogram, other, compensation);
    double* extra = compensation != nullptr ? &compensation->zero_count : &unused;
    Accumulate(mode, other_zero.count, &histogram->zero_count, extra);
    if (mode.compensated) Accumulate(mode, other_zero.compensation, &histogram->zero_count, extra);
  }
  Accumulate(mode, other.count, &histogram->count,
             compensation != nullptr ? &compensation->count : &unused);
  Accumulate(mode, other.sum, &histogram->sum,
             compensation != nullptr ? &compensation->sum : &unused);

  if (custom && !CustomBoundsMatch(*histogram, other)) {
    notes.bounds_reconciled = true;
    CombineMismatchedBounds(histogram, other, compensation, mode);
  } else {
    OtherSides sides;
    MatchSchemas(histogram, other, compensation, &sides);
    const double threshold = histogram->zero_threshold;
    CombineSides({&histogram->positive_spans, &histogram->positive_buckets,
                  compensation != nullptr ? &compensation->positive_buckets : nullptr},
                 sides.positive, histogram->schema, threshold, mode);
    CombineSides({&histogram->negative_spans, &histogram->negative_buckets,
                  compensation != nullptr ? &compensation->negative_buckets : nullptr},
                 sides.negative, histogram->schema, threshold, mode);
  }
  if (compensation != nullptr) {
    compensation->schema = histogram->schema;
    compensation->zero_threshold = histogram->zero_threshold;
    compensation->positive_spans = histogram->positive_spans;
    compensation->negative_spans = histogram->negative_spans;
  }
  return notes;
}

}  // namespace

void KahanIncrement(double increment, double* sum, double* compensation) {
  const double total = *sum + increment;
  if (std::isinf(total)) {
    *compensation = 0;
  } else if (std::abs(*sum) >= std::abs(increment)) {
    *compensation += (*sum - total) + increment;
  } else {
    *compensation += (increment - total) + *sum;
  }
  *sum = total;
}

StatusOr<CombineNotes> Add(FloatHistogram* histogram, const FloatHistogram& other) {
  return Combine(histogram, other, nullptr, {.sign = 1, .compensated = false});
}

StatusOr<CombineNotes> Sub(FloatHistogram* histogram, const FloatHistogram& other) {
  return Combine(histogram, other, nullptr, {.sign = -1, .compensated = false});
}

StatusOr<CombineNotes> KahanAdd(FloatHistogram* histogram, const FloatHistogram& other,
                                FloatHistogram* compensation) {
  return Combine(histogram, other, compensation, {.sign = 1, .compensated = true});
}

FloatHistogram CompensationFor(const FloatHistogram& histogram) {
  FloatHistogram compensation = histogram;
  compensation.zero_count = compensation.count = compensation.sum = 0;
  std::ranges::fill(compensation.positive_buckets, 0.0);
  std::ranges::fill(compensation.negative_buckets, 0.0);
  return compensation;
}

void Mul(FloatHistogram* histogram, double factor) {
  histogram->zero_count *= factor;
  histogram->count *= factor;
  histogram->sum *= factor;
  for (double& count : histogram->positive_buckets) count *= factor;
  for (double& count : histogram->negative_buckets) count *= factor;
  if (factor < 0) histogram->counter_reset_hint = CounterResetHint::kGauge;
}

void Div(FloatHistogram* histogram, double divisor) {
  histogram->zero_count /= divisor;
  histogram->count /= divisor;
  histogram->sum /= divisor;
  if (divisor == 0) {
    histogram->positive_buckets.clear();
    histogram->negative_buckets.clear();
    histogram->positive_spans.clear();
    histogram->negative_spans.clear();
    return;
  }
  for (double& count : histogram->positive_buckets) count /= divisor;
  for (double& count : histogram->negative_buckets) count /= divisor;
  if (divisor < 0) histogram->counter_reset_hint = CounterResetHint::kGauge;
}

bool HasOverflow(const FloatHistogram& histogram) {
  const auto infinite = [](double value) { return std::isinf(value); };
  return infinite(histogram.zero_count) || infinite(histogram.count) || infinite(histogram.sum) ||
         std::ranges::any_of(histogram.positive_buckets, infinite) ||
         std::ranges::any_of(histogram.negative_buckets, infinite) ||
         std::ranges::any_of(histogram.custom_values, infinite);
}

}  // namespace aion::model
