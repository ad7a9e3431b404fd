#include "model/histogram_buckets.h"

#include <algorithm>
#include <cmath>

#include "model/histogram_bounds.h"

namespace aion::model {
namespace {

Bucket MakeBucket(const FloatHistogram& histogram, BucketSide side, int64_t index, double count) {
  const int32_t schema = histogram.schema;
  Bucket bucket;
  bucket.count = count;
  bucket.index = static_cast<int32_t>(index);
  if (side == BucketSide::kPositive) {
    bucket.upper = BucketBound(index, schema, histogram.custom_values);
    bucket.lower = BucketBound(index - 1, schema, histogram.custom_values);
  } else {
    bucket.lower = -BucketBound(index, schema, {});
    bucket.upper = -BucketBound(index - 1, schema, {});
  }
  if (histogram.UsesCustomBuckets()) {
    bucket.lower_inclusive = index == 0;
    bucket.upper_inclusive = true;
  } else {
    bucket.lower_inclusive = bucket.lower < 0;
    bucket.upper_inclusive = bucket.upper > 0;
  }
  return bucket;
}

const std::vector<HistogramSpan>& SpansOf(const FloatHistogram& histogram, BucketSide side) {
  return side == BucketSide::kPositive ? histogram.positive_spans : histogram.negative_spans;
}

const std::vector<double>& CountsOf(const FloatHistogram& histogram, BucketSide side) {
  return side == BucketSide::kPositive ? histogram.positive_buckets : histogram.negative_buckets;
}

/// The side of the smallest values of an order.
BucketSide FirstSide(BucketOrder order) {
  return order == BucketOrder::kAscending ? BucketSide::kNegative : BucketSide::kPositive;
}

BucketSide SecondSide(BucketOrder order) {
  return order == BucketOrder::kAscending ? BucketSide::kPositive : BucketSide::kNegative;
}

/// Moves a bound that lies inside the zero bucket to its edge.
void ClipToZeroBucket(double threshold, Bucket* bucket) {
  if (bucket->upper < 0 && bucket->upper > -threshold) {
    bucket->upper = -threshold;
  } else if (bucket->lower > 0 && bucket->lower < threshold) {
    bucket->lower = threshold;
  }
}

}  // namespace

double Bucket::FractionBelow(double value, bool linear) const {
  if (linear) return (value - lower) / (upper - lower);
  const double log_lower = std::log2(std::abs(lower));
  const double log_upper = std::log2(std::abs(upper));
  const double log_value = std::log2(std::abs(value));
  if (value > 0) return (log_value - log_lower) / (log_upper - log_lower);
  return 1 - ((log_value - log_upper) / (log_lower - log_upper));
}

Bucket ZeroBucket(const FloatHistogram& histogram) {
  Bucket bucket;
  bucket.lower = -histogram.zero_threshold;
  bucket.upper = histogram.zero_threshold;
  bucket.lower_inclusive = bucket.upper_inclusive = true;
  bucket.count = histogram.zero_count;
  return bucket;
}

bool SpanCursor::Next() {
  if (next_position_ >= counts_.size()) return false;
  while (in_span_ == 0) {
    if (span_ == spans_.size()) return false;
    next_index_ += spans_[span_].offset;
    in_span_ = spans_[span_++].length;
  }
  --in_span_;
  position_ = next_position_++;
  index_ = next_index_++;
  return true;
}

ReverseSpanCursor::ReverseSpanCursor(std::span<const HistogramSpan> spans,
                                     std::span<const double> counts)
    : spans_(spans), counts_(counts), span_(spans.size()), end_(0) {
  uint64_t spanned = 0;
  for (const HistogramSpan& span : spans) {
    index_ += int64_t{span.offset} + span.length;
    spanned += span.length;
  }
  // Counts that no span covers, or the reverse, are not visited.
  end_ = static_cast<size_t>(std::min<uint64_t>(spanned, counts.size()));
  if (span_ > 0) left_ = spans_[span_ - 1].length;
}

bool ReverseSpanCursor::Next() {
  if (end_ == 0) return false;
  while (left_ == 0) {
    if (span_ <= 1) return false;
    index_ -= spans_[span_ - 1].offset;
    left_ = spans_[--span_ - 1].length;
  }
  --left_;
  --index_;
  position_ = --end_;
  return true;
}

BucketIterator::BucketIterator(const FloatHistogram& histogram, BucketSide side)
    : histogram_(&histogram),
      side_(side),
      cursor_(SpansOf(histogram, side), CountsOf(histogram, side)) {}

Bucket BucketIterator::bucket() const {
  return MakeBucket(*histogram_, side_, cursor_.index(), cursor_.count());
}

ReverseBucketIterator::ReverseBucketIterator(const FloatHistogram& histogram, BucketSide side)
    : histogram_(&histogram),
      side_(side),
      cursor_(SpansOf(histogram, side), CountsOf(histogram, side)) {}

Bucket ReverseBucketIterator::bucket() const {
  return MakeBucket(*histogram_, side_, cursor_.index(), cursor_.count());
}

AllBucketIterator::AllBucketIterator(const FloatHistogram& histogram, BucketOrder order)
    : histogram_(&histogram),
      first_(histogram, FirstSide(order)),
      second_(histogram, SecondSide(order)) {}

bool AllBucketIterator::Next() {
  if (stage_ == Stage::kFirst) {
    if (first_.Next()) {
      bucket_ = first_.bucket();
      ClipToZeroBucket(histogram_->zero_threshold, &bucket_);
      return true;
    }
    stage_ = Stage::kZero;
  }
  if (stage_ == Stage::kZero) {
    stage_ = Stage::kSecond;
    if (histogram_->zero_count > 0) {
      bucket_ = ZeroBucket(*histogram_);
      return true;
    }
  }
  if (stage_ == Stage::kSecond) {
    if (second_.Next()) {
      bucket_ = second_.bucket();
      ClipToZeroBucket(histogram_->zero_threshold, &bucket_);
      return true;
    }
    stage_ = Stage::kDone;
  }
  return false;
}

}  // namespace aion::model
