#pragma once

// Native histograms: sparse exponential buckets (schema -4…8) or custom bounds (schema -53), as
// Prometheus defines them.
//
// FloatHistogram is the form the engine works on (absolute float counts); Histogram is the integer
// form of chunks and remote write (bucket counts as deltas). Spans say which buckets the counts
// belong to: `offset` from the end of the previous span (the first: from bucket 0), `length`
// buckets. Plain values; deep copies. Functions on hostile values must first pass Validate.

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace aion::model {

inline constexpr int32_t kSchemaMin = -4;
inline constexpr int32_t kSchemaMax = 8;
inline constexpr int32_t kCustomBucketsSchema = -53;

struct HistogramSpan {
  int32_t offset = 0;
  uint32_t length = 0;
  bool operator==(const HistogramSpan&) const = default;
};

enum class CounterResetHint : uint8_t { kUnknown = 0, kReset = 1, kNotReset = 2, kGauge = 3 };

struct Histogram {
  CounterResetHint counter_reset_hint = CounterResetHint::kUnknown;
  int32_t schema = 0;
  double zero_threshold = 0;
  uint64_t zero_count = 0;
  uint64_t count = 0;
  double sum = 0;
  std::vector<HistogramSpan> positive_spans, negative_spans;
  std::vector<int64_t> positive_buckets, negative_buckets;  // Deltas; the first is absolute.
  std::vector<double> custom_values;                        // Upper bounds, for schema -53.
};

struct FloatHistogram {
  CounterResetHint counter_reset_hint = CounterResetHint::kUnknown;
  int32_t schema = 0;
  double zero_threshold = 0;
  double zero_count = 0;
  double count = 0;
  double sum = 0;
  std::vector<HistogramSpan> positive_spans, negative_spans;
  std::vector<double> positive_buckets, negative_buckets;  // Absolute counts.
  std::vector<double> custom_values;

  bool UsesCustomBuckets() const { return schema == kCustomBucketsSchema; }
};

FloatHistogram ToFloat(const Histogram& histogram);
/// Bucket and span counts agree, schema known, custom bounds ascending, no negative counts.
Status Validate(const Histogram& histogram);
Status Validate(const FloatHistogram& histogram);

}  // namespace aion::model
