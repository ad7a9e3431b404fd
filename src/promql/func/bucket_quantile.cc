#include "promql/func/bucket_quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/histogram_buckets.h"

namespace aion::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
/// Relative difference of counts that is taken for rounding.
constexpr double kSmallDifference = 1e-12;

bool AlmostEqual(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  const double sum = std::fabs(a) + std::fabs(b), difference = std::fabs(a - b);
  constexpr double kMinNormal = std::numeric_limits<double>::min();
  if (a == 0 || b == 0 || sum < kMinNormal) return difference < kSmallDifference * kMinNormal;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kSmallDifference;
}

/// Ascending bounds, equal ones added up. False when the last bound is not +Inf.
bool SortAndMerge(std::vector<ClassicBucket>* buckets) {
  const auto before = [](const ClassicBucket& a, const ClassicBucket& b) {
    return a.upper_bound < b.upper_bound;
  };
  if (!std::is_sorted(buckets->begin(), buckets->end(), before))
    std::sort(buckets->begin(), buckets->end(), before);
  if (buckets->back().upper_bound != kInf) return false;
  size_t out = 0;
  for (size_t i = 1; i < buckets->size(); ++i) {
    if ((*buckets)[i].upper_bound == (*buckets)[out].upper_bound) {
      (*buckets)[out].count += (*buckets)[i].count;
    } else {
      (*buckets)[++out] = (*buckets)[i];
    }
  }
  buckets->resize(out + 1);
  return true;
}

/// Counts that go down are raised to the one before; differences as small as rounding are ignored
/// either way.
void ForceMonotonicity(std::vector<ClassicBucket>* buckets, ClassicQuantile* result) {
  result->min_bucket = kInf;
  result->max_bucket = -kInf;
  double before = (*buckets)[0].count;
  for (size_t i = 1; i < buckets->size(); ++i) {
    ClassicBucket& bucket = (*buckets)[i];
    if (bucket.count == before) continue;
    if (AlmostEqual(before, bucket.count)) {
      bucket.count = before;
    } else if (bucket.count < before) {
      result->forced_monotonicity = true;
      result->min_bucket = std::min(result->min_bucket, bucket.upper_bound);
      result->max_bucket = std::max(result->max_bucket, bucket.upper_bound);
      result->max_difference = std::max(result->max_difference, before - bucket.count);
      bucket.count = before;
    } else {
      before = bucket.count;
    }
  }
}

double InterpolateBuckets(double q, const std::vector<ClassicBucket>& buckets) {
  if (buckets.size() < 2 || buckets.back().count == 0) return kNan;
  double rank = q * buckets.back().count;
  const auto found =
      std::partition_point(buckets.begin(), buckets.end() - 1,
                           [rank](const ClassicBucket& bucket) { return !(bucket.count >= rank); });
  const auto at = static_cast<size_t>(found - buckets.begin());
  if (at == buckets.size() - 1) return buckets[at - 1].upper_bound;
  if (at == 0 && buckets[0].upper_bound <= 0) return buckets[0].upper_bound;
  double start = 0, count = buckets[at].count;
  if (at > 0) {
    start = buckets[at - 1].upper_bound;
    count -= buckets[at - 1].count;
    rank -= buckets[at - 1].count;
  }
  return start + (buckets[at].upper_bound - start) * (rank / count);
}

/// Rank of `lower` and `upper` among cumulative counts, found while buckets pass by in ascending
/// order.
class FractionRanks {
 public:
  FractionRanks(double lower, double upper) : lower_(lower), upper_(upper) {}

  /// `rank` is the count below the bucket; `interpolate(bound)` the rank of a bound inside it. True
  /// when both are found.
  template <typename Interpolate>
  bool Pass(double bucket_lower, double bucket_upper, double rank, const Interpolate& interpolate) {
    Find(lower_, bucket_lower, bucket_upper, rank, interpolate, &lower_rank_);
    Find(upper_, bucket_lower, bucket_upper, rank, interpolate, &upper_rank_);
    return lower_rank_.found && upper_rank_.found;
  }
  double Share(double observations, double total) const {
    return (upper_rank_.Among(observations) - lower_rank_.Among(observations)) / total;
  }

 private:
  struct Rank {
    bool found = false;
    double rank = 0;
    /// A bound beyond all buckets has all observations below it.
    double Among(double observations) const {
      return !found || rank > observations ? observations : rank;
    }
  };
  template <typename Interpolate>
  static void Find(double bound, double bucket_lower, double bucket_upper, double rank,
                   const Interpolate& interpolate, Rank* result) {
    if (result->found) return;
    if (bucket_lower >= bound) {
      *result = {true, rank};
    } else if (bucket_lower < bound && bucket_upper > bound) {
      *result = {true, interpolate(bound)};
    }
  }
  const double lower_, upper_;
  Rank lower_rank_, upper_rank_;
};

/// A zero bucket next to buckets of one side only reaches no further than zero.
void NarrowZeroBucket(const model::FloatHistogram& histogram, model::Bucket* bucket) {
  if (histogram.negative_buckets.empty() && !histogram.positive_buckets.empty()) {
    bucket->lower = 0;
  } else if (histogram.positive_buckets.empty() && !histogram.negative_buckets.empty()) {
    bucket->upper = 0;
  }
}

double InterpolateBucket(const model::FloatHistogram& histogram, const model::Bucket& bucket,
                         double fraction) {
  if (histogram.UsesCustomBuckets() || (bucket.lower <= 0 && bucket.upper >= 0)) {
    return bucket.lower + (bucket.upper - bucket.lower) * fraction;
  }
  // Exponential buckets are equally wide on a logarithmic scale.
  const double lower = std::log2(std::fabs(bucket.lower)),
               upper = std::log2(std::fabs(bucket.upper));
  if (bucket.lower > 0) return std::exp2(lower + (upper - lower) * fraction);
  return -std::exp2(upper + (lower - upper) * (1 - fraction));
}

}  // namespace

ClassicQuantile QuantileOfBuckets(double q, std::vector<ClassicBucket>* buckets) {
  ClassicQuantile result;
  if (std::isnan(q)) {
    result.value = kNan;
  } else if (q < 0) {
    result.value = -kInf;
  } else if (q > 1) {
    result.value = kInf;
  } else if (!SortAndMerge(buckets)) {
    result.value = kNan;
  } else {
    ForceMonotonicity(buckets, &result);
    result.value = InterpolateBuckets(q, *buckets);
  }
  return result;
}

double FractionOfBuckets(double lower, double upper, std::vector<ClassicBucket>* buckets) {
  if (!SortAndMerge(buckets)) return kNan;
  const double total = buckets->back().count;
  if (total == 0 || std::isnan(lower) || std::isnan(upper)) return kNan;
  if (lower >= upper) return 0;
  FractionRanks ranks(lower, upper);
  double rank = 0;
  double start = buckets->front().upper_bound <= 0 ? -kInf : 0;
  for (const ClassicBucket& bucket : *buckets) {
    const auto interpolate = [&](double bound) {
      if (start == -kInf) return bucket.count;
      return rank + (bucket.count - rank) * (bound - start) / (bucket.upper_bound - start);
    };
    if (ranks.Pass(start, bucket.upper_bound, rank, interpolate)) break;
    rank = bucket.count;
    start = bucket.upper_bound;
  }
  return ranks.Share(total, total);
}

double QuantileOfHistogram(double q, const model::FloatHistogram& histogram,
                           std::string_view metric, SourceRange at, Annotations* annotations) {
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  if (histogram.count == 0 || std::isnan(q)) return kNan;
  // Observations of NaN are in the count but in no bucket, so that only the way up finds the rank.
  const bool has_nan = std::isnan(histogram.sum);
  const bool upwards = has_nan || q < 0.5;
  model::AllBucketIterator it(
      histogram, upwards ? model::BucketOrder::kAscending : model::BucketOrder::kDescending);
  double rank = (upwards ? q : 1 - q) * histogram.count;
  double count = 0;
  model::Bucket bucket;
  while (it.Next()) {
    bucket = it.bucket();
    if (bucket.count == 0) continue;
    count += bucket.count;
    if (count >= rank) break;
  }
  if (!histogram.UsesCustomBuckets() && bucket.lower < 0 && bucket.upper > 0) {
    NarrowZeroBucket(histogram, &bucket);
  } else if (histogram.UsesCustomBuckets()) {
    if (bucket.lower == -kInf) {
      if (bucket.upper <= 0) return bucket.upper;
      bucket.lower = 0;
    } else if (bucket.upper == kInf) {
      return bucket.lower;
    }
  }
  count = std::min(count, histogram.count);
  if (count < rank) {
    if (!has_nan) return bucket.upper;
    annotations->QuantileNanResult(metric, at);
    return kNan;
  }
  rank = upwards ? rank - (count - bucket.count) : count - rank;
  const double bucket_count = bucket.count;
  if (has_nan) {
    double all = count;
    // Compat: the interpolation uses the last bucket walked over here, as upstream's does.
    while (it.Next()) {
      bucket = it.bucket();
      all += bucket.count;
    }
    if (all < histogram.count) annotations->QuantileNanSkew(metric, at);
    return InterpolateBucket(histogram, bucket, rank / bucket.count);
  }
  return InterpolateBucket(histogram, bucket, rank / bucket_count);
}

double FractionOfHistogram(double lower, double upper, const model::FloatHistogram& histogram,
                           std::string_view metric, SourceRange at, Annotations* annotations) {
  if (histogram.count == 0 || std::isnan(lower) || std::isnan(upper)) return kNan;
  if (lower >= upper) return 0;
  FractionRanks ranks(lower, upper);
  model::AllBucketIterator it(histogram, model::BucketOrder::kAscending);
  double rank = 0, count = 0;
  while (it.Next()) {
    model::Bucket bucket = it.bucket();
    count += bucket.count;
    const bool zero = bucket.lower <= 0 && bucket.upper >= 0;
    if (zero) NarrowZeroBucket(histogram, &bucket);
    const bool linear = histogram.UsesCustomBuckets() || zero;
    const auto interpolate = [&](double bound) {
      if (linear && bucket.lower == -kInf) return bucket.count;
      return rank + bucket.count * bucket.FractionBelow(bound, linear);
    };
    if (ranks.Pass(bucket.lower, bucket.upper, rank, interpolate)) break;
    rank += bucket.count;
  }
  if (std::isnan(histogram.sum)) {
    while (it.Next()) count += it.bucket().count;
    if (count < histogram.count) annotations->FractionNans(metric, at);
  } else {
    count = histogram.count;
  }
  return ranks.Share(count, histogram.count);
}

}  // namespace aion::promql
