// Telling a counter reset between two histograms, and equality.

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "model/histogram_bounds.h"
#include "model/histogram_buckets.h"
#include "model/histogram_layout.h"
#include "model/histogram_ops.h"

namespace aion::model {
namespace {

bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool SameBits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double x, double y) { return SameBits(x, y); });
}

/// The next span that holds buckets, with the offsets of empty ones before it added.
HistogramSpan NextSpan(const std::vector<HistogramSpan>& spans, size_t* next) {
  HistogramSpan result;
  while (*next < spans.size()) {
    const HistogramSpan& span = spans[(*next)++];
    result.offset += span.offset;
    result.length = span.length;
    if (span.length != 0) return result;
  }
  return {};
}

bool SpansMatch(const std::vector<HistogramSpan>& a, const std::vector<HistogramSpan>& b) {
  if (a == b) return true;
  size_t next_a = 0, next_b = 0;
  while (true) {
    const HistogramSpan span_a = NextSpan(a, &next_a);
    const HistogramSpan span_b = NextSpan(b, &next_b);
    if (!(span_a == span_b)) return false;
    if (span_a.length == 0) return true;
  }
}

/// Buckets of one side at a coarser schema, from the first one that reaches beyond `threshold`.
class MergedCursor {
 public:
  MergedCursor(const FloatHistogram& histogram, BucketSide side, int32_t schema, double threshold)
      : cursor_(side == BucketSide::kPositive ? histogram.positive_spans : histogram.negative_spans,
                side == BucketSide::kPositive ? histogram.positive_buckets
                                              : histogram.negative_buckets),
        origin_(histogram.schema),
        target_(schema),
        threshold_(threshold) {
    more_ = cursor_.Next();
  }

  bool Next() {
    while (more_) {
      index_ = Target();
      count_ = 0;
      for (; more_ && Target() == index_; more_ = cursor_.Next()) count_ += cursor_.count();
      if (beyond_ || target_ == kCustomBucketsSchema || threshold_ == 0 ||
          ExponentialBound(index_, target_) > threshold_) {
        beyond_ = true;
        return true;
      }
    }
    return false;
  }
  int64_t index() const { return index_; }
  double count() const { return count_; }

 private:
  int64_t Target() const {
    return origin_ == target_ ? cursor_.index()
                              : internal::TargetIndex(cursor_.index(), origin_, target_);
  }

  SpanCursor cursor_;
  int32_t origin_, target_;
  double threshold_;
  bool more_ = false;
  bool beyond_ = false;
  int64_t index_ = 0;
  double count_ = 0;
};

/// Any bucket of `previous` that has become smaller or vanished.
bool AnyBucketShrank(MergedCursor current, MergedCursor previous) {
  bool more = current.Next();
  while (previous.Next()) {
    while (more && current.index() < previous.index()) more = current.Next();
    const bool same = more && current.index() == previous.index();
    if (same ? current.count() < previous.count() : previous.count() != 0) return true;
  }
  return false;
}

/// Sums the buckets of `cursor` up to and including `bound`.
double SumUpTo(double bound, const FloatHistogram& histogram, SpanCursor* cursor, bool* more) {
  double sum = 0;
  while (*more &&
         BucketBound(cursor->index(), histogram.schema, histogram.custom_values) <= bound) {
    sum += cursor->count();
    *more = cursor->Next();
  }
  return sum;
}

/// Compares the counts between the bounds both sides have; the last stretch ends at +Inf.
bool AnyStretchShrank(const FloatHistogram& histogram, const FloatHistogram& previous) {
  SpanCursor current_cursor(histogram.positive_spans, histogram.positive_buckets);
  SpanCursor previous_cursor(previous.positive_spans, previous.positive_buckets);
  bool more_current = current_cursor.Next();
  bool more_previous = previous_cursor.Next();
  const auto shrank = [&](double bound) {
    const double current_sum = SumUpTo(bound, histogram, &current_cursor, &more_current);
    return current_sum < SumUpTo(bound, previous, &previous_cursor, &more_previous);
  };
  size_t i = 0, j = 0;
  while (i < histogram.custom_values.size() && j < previous.custom_values.size()) {
    const double a = histogram.custom_values[i];
    const double b = previous.custom_values[j];
    if (a == b && shrank(a)) return true;
    i += a <= b ? 1 : 0;
    j += b <= a ? 1 : 0;
  }
  return shrank(std::numeric_limits<double>::infinity());
}

/// The zero count `previous` would have with the threshold `threshold`; false when a populated
/// bucket lies across.
bool ZeroCountAt(const FloatHistogram& previous, double threshold, double* count) {
  *count = previous.zero_count;
  if (threshold == previous.zero_threshold) return true;
  double compensation = 0;
  for (const BucketSide side : {BucketSide::kPositive, BucketSide::kNegative}) {
    for (BucketIterator it(previous, side); it.Next();) {
      const Bucket bucket = it.bucket();
      const double near = side == BucketSide::kPositive ? bucket.lower : -bucket.upper;
      const double far = side == BucketSide::kPositive ? bucket.upper : -bucket.lower;
      if (near >= threshold) break;
      KahanIncrement(bucket.count, count, &compensation);
      if (far > threshold) {
        if (bucket.count != 0) return false;
        break;
      }
    }
  }
  return true;
}

}  // namespace

bool CustomBoundsMatch(const FloatHistogram& a, const FloatHistogram& b) {
  return a.custom_values == b.custom_values;
}

bool DetectReset(const FloatHistogram& histogram, const FloatHistogram& previous) {
  if (histogram.counter_reset_hint == CounterResetHint::kReset) return true;
  if (histogram.counter_reset_hint == CounterResetHint::kNotReset) return false;
  if (histogram.count < previous.count) return true;
  const bool custom = histogram.UsesCustomBuckets();
  if (custom) {
    if (!previous.UsesCustomBuckets()) return true;
    if (!CustomBoundsMatch(histogram, previous)) return AnyStretchShrank(histogram, previous);
  }
  if (histogram.schema > previous.schema || histogram.zero_threshold < previous.zero_threshold)
    return true;
  double previous_zero_count = previous.zero_count;
  if (!custom && !ZeroCountAt(previous, histogram.zero_threshold, &previous_zero_count))
    return true;
  if (histogram.zero_count < previous_zero_count) return true;
  for (const BucketSide side : {BucketSide::kPositive, BucketSide::kNegative}) {
    if (AnyBucketShrank(MergedCursor(histogram, side, histogram.schema, histogram.zero_threshold),
                        MergedCursor(previous, side, histogram.schema, histogram.zero_threshold))) {
      return true;
    }
  }
  return false;
}

bool Equal(const FloatHistogram& a, const FloatHistogram& b) {
  if (a.schema != b.schema || !SameBits(a.count, b.count) || !SameBits(a.sum, b.sum)) return false;
  if (a.UsesCustomBuckets() && !CustomBoundsMatch(a, b)) return false;
  return a.zero_threshold == b.zero_threshold && SameBits(a.zero_count, b.zero_count) &&
         SpansMatch(a.negative_spans, b.negative_spans) &&
         SameBits(a.negative_buckets, b.negative_buckets) &&
         SpansMatch(a.positive_spans, b.positive_spans) &&
         SameBits(a.positive_buckets, b.positive_buckets);
}

}  // namespace aion::model
