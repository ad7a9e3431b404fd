// Trimming: the histogram of the observations on one side of a bound. Whole buckets stay or go; the
// bucket across the bound keeps the share interpolation gives. Sums are estimated from the middle
// of what is left of each bucket.

#include <cmath>

#include "model/histogram_buckets.h"
#include "model/histogram_ops.h"

namespace aion::model {
namespace {

struct Kept {
  double count = 0;
  double midpoint = 0;  ///< What an observation left in the bucket is taken to be.
};

double ZeroIfInfinite(double value) { return std::isinf(value) ? 0 : value; }

double Midpoint(double lower, double upper, bool positive, bool linear) {
  if (std::isinf(lower)) {
    if (std::isinf(upper)) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (std::isinf(upper)) return lower;
  if (linear) return (lower + upper) / 2;
  const double geometric_mean = std::sqrt(std::abs(lower * upper));
  return positive ? geometric_mean : -geometric_mean;
}

/// The bucket from -Inf cut at `bound`.
Kept CutLowest(const Bucket& bucket, double bound, TrimSide side) {
  const bool finite = !std::isinf(bucket.upper);
  if (side == TrimSide::kUpper) {
    if (bound >= bucket.upper) return {bucket.count, 0};
    // Like quantiles, a bucket with a positive end is taken to begin at zero.
    if (bound > 0 && bucket.upper > 0 && finite)
      return {bucket.count * bound / bucket.upper, bound / 2};
    if (bucket.upper <= 0) return {bucket.count, bound};
    return {0, ZeroIfInfinite(bucket.upper)};
  }
  if (bound <= bucket.lower) return {bucket.count, 0};
  if (bound >= 0 && bucket.upper > bound && finite) {
    return {bucket.count * (1 - bound / bucket.upper), (bound + bucket.upper) / 2};
  }
  return {0, ZeroIfInfinite(bucket.upper)};
}

/// The bucket up to +Inf cut at `bound`.
Kept CutHighest(const Bucket& bucket, double bound, TrimSide side) {
  if (side == TrimSide::kLower && bound >= bucket.lower) return {bucket.count, bound};
  return {0, ZeroIfInfinite(bucket.lower)};
}

double CountBelow(const Bucket& bucket, double bound, bool linear) {
  if (bound <= bucket.lower) return 0;
  if (bound >= bucket.upper) return bucket.count;
  return bucket.count * bucket.FractionBelow(bound, linear);
}

Kept Cut(const Bucket& bucket, double bound, TrimSide side, bool positive, bool linear) {
  if (std::isinf(bucket.lower) && bucket.lower < 0) return CutLowest(bucket, bound, side);
  if (std::isinf(bucket.upper) && bucket.upper > 0) return CutHighest(bucket, bound, side);
  const double below = CountBelow(bucket, bound, linear);
  if (side == TrimSide::kUpper) return {below, Midpoint(bucket.lower, bound, positive, linear)};
  return {bucket.count - below, Midpoint(bound, bucket.upper, positive, linear)};
}

Kept CutZero(double lower, double upper, double count, double bound, TrimSide side) {
  const bool below = bound <= lower;
  const bool above = bound >= upper;
  if (side == TrimSide::kUpper ? below : above && !below) return {0, 0};
  if (side == TrimSide::kUpper ? above : below) return {count, (lower + upper) / 2};
  if (side == TrimSide::kUpper)
    return {count * ((bound - lower) / (upper - lower)), (lower + bound) / 2};
  return {count * ((upper - bound) / (upper - lower)), (bound + upper) / 2};
}

/// What is left in all, and whether anything was cut.
struct Totals {
  double count = 0;
  double sum = 0;
  bool trimmed = false;
};

/// Trims one side. True when it had any observation.
bool TrimOneSide(FloatHistogram* histogram, BucketSide bucket_side, double bound, TrimSide side,
                 Totals* totals) {
  const bool positive = bucket_side == BucketSide::kPositive;
  const bool linear = histogram->UsesCustomBuckets();
  std::vector<double>& counts =
      positive ? histogram->positive_buckets : histogram->negative_buckets;
  bool any = false;
  for (BucketIterator it(*histogram, bucket_side); it.Next();) {
    const Bucket bucket = it.bucket();
    if (bucket.count == 0) continue;
    any = true;
    const bool whole = side == TrimSide::kUpper ? bucket.upper <= bound : bucket.lower >= bound;
    const bool across = side == TrimSide::kUpper ? bucket.lower < bound : bucket.upper > bound;
    Kept kept;
    if (whole) {
      kept = {bucket.count, Midpoint(bucket.lower, bucket.upper, positive, linear)};
    } else if (across) {
      kept = Cut(bucket, bound, side, positive, linear);
    }
    if (whole || across) {
      totals->count += kept.count;
      totals->sum += kept.midpoint * kept.count;
    }
    if (counts[it.position()] != kept.count) {
      counts[it.position()] = kept.count;
      totals->trimmed = true;
    }
  }
  return any;
}

}  // namespace

void Trim(FloatHistogram* histogram, double bound, TrimSide side) {
  Totals totals;
  const bool has_positive = TrimOneSide(histogram, BucketSide::kPositive, bound, side, &totals);
  const bool has_negative = TrimOneSide(histogram, BucketSide::kNegative, bound, side, &totals);
  if (histogram->zero_count > 0) {
    // Where all other observations have one sign, those around zero are taken to have it, too.
    const double upper = has_negative && !has_positive ? 0 : histogram->zero_threshold;
    const double lower = has_positive && !has_negative ? 0 : -histogram->zero_threshold;
    const Kept kept = CutZero(lower, upper, histogram->zero_count, bound, side);
    if (histogram->zero_count != kept.count) {
      histogram->zero_count = kept.count;
      totals.trimmed = true;
    }
    totals.sum += kept.midpoint * kept.count;
    totals.count += kept.count;
  }
  if (!totals.trimmed) return;
  histogram->count = totals.count;
  histogram->sum = totals.sum;
  Compact(histogram);
}

}  // namespace aion::model
