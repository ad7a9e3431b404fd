#pragma once

// Walking the buckets of a float histogram with their bounds. Iterators view the histogram, which
// must outlive them; buckets with a count of zero are visited like any other.
//
//   for (BucketIterator it(histogram, BucketSide::kPositive); it.Next();) Use(it.bucket());

#include <span>

#include "model/histogram.h"

namespace aion::model {

struct Bucket {
  double lower = 0;
  double upper = 0;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
  double count = 0;
  int32_t index = 0;

  /// Share of the bucket below `value`: linear for custom buckets, else exponential. Requires:
  /// lower < value < upper.
  double FractionBelow(double value, bool linear) const;
};

enum class BucketSide : uint8_t { kPositive, kNegative };
enum class BucketOrder : uint8_t { kAscending, kDescending };

/// The zero bucket: [-threshold, threshold].
Bucket ZeroBucket(const FloatHistogram& histogram);

/// Walks indices and counts of one side, away from zero or back. Stops where spans and counts end.
class SpanCursor {
 public:
  SpanCursor(std::span<const HistogramSpan> spans, std::span<const double> counts)
      : spans_(spans), counts_(counts) {}

  bool Next();
  int64_t index() const { return index_; }
  double count() const { return counts_[position_]; }
  /// Place of the bucket in the counts.
  size_t position() const { return position_; }

 private:
  std::span<const HistogramSpan> spans_;
  std::span<const double> counts_;
  size_t span_ = 0;       // The next span.
  uint32_t in_span_ = 0;  // Buckets of the current span not visited yet.
  int64_t index_ = 0;
  int64_t next_index_ = 0;
  size_t position_ = 0;
  size_t next_position_ = 0;
};

/// The same from the far end towards zero.
class ReverseSpanCursor {
 public:
  ReverseSpanCursor(std::span<const HistogramSpan> spans, std::span<const double> counts);

  bool Next();
  int64_t index() const { return index_; }
  double count() const { return counts_[position_]; }
  size_t position() const { return position_; }

 private:
  std::span<const HistogramSpan> spans_;
  std::span<const double> counts_;
  size_t span_;        // One behind the current span.
  uint32_t left_ = 0;  // Buckets of the current span not visited yet.
  int64_t index_ = 0;
  size_t position_ = 0;  // Of the current bucket.
  size_t end_;           // Buckets left to visit.
};

/// Buckets of one side in the order of their indices: kAscending for the positive side walks values
/// upwards, for the negative side downwards (away from zero). kDescending walks towards zero.
class BucketIterator {
 public:
  BucketIterator(const FloatHistogram& histogram, BucketSide side);

  bool Next() { return cursor_.Next(); }
  Bucket bucket() const;
  size_t position() const { return cursor_.position(); }

 private:
  const FloatHistogram* histogram_;
  BucketSide side_;
  SpanCursor cursor_;
};

class ReverseBucketIterator {
 public:
  ReverseBucketIterator(const FloatHistogram& histogram, BucketSide side);

  bool Next() { return cursor_.Next(); }
  Bucket bucket() const;

 private:
  const FloatHistogram* histogram_;
  BucketSide side_;
  ReverseSpanCursor cursor_;
};

/// All buckets by value, ascending or descending: one side, the zero bucket when it has a count,
/// the other side. Bounds are clipped where a bucket reaches into the zero bucket.
class AllBucketIterator {
 public:
  AllBucketIterator(const FloatHistogram& histogram, BucketOrder order);

  bool Next();
  const Bucket& bucket() const { return bucket_; }

 private:
  enum class Stage : uint8_t { kFirst, kZero, kSecond, kDone };

  const FloatHistogram* histogram_;
  ReverseBucketIterator first_;
  BucketIterator second_;
  Stage stage_ = Stage::kFirst;
  Bucket bucket_;
};

}  // namespace aion::model
