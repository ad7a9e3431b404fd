#pragma once

// Histogram chunks: native histograms, integer (encoding 2) and float (3), and the same with start
// timestamps (5, 6).
//
//   be16 count, flags (bits 7-6: counter reset header), layout, samples
//   layout := zero threshold, varbit schema, positive spans, negative spans [, custom bounds]
//
// All samples of a chunk share its layout. Integer counts are coded as Δ² in varbit numbers, float
// counts and sums as XOR changes. A staleness marker is a sample whose sum has the stale bits; it
// has no buckets and decodes to an otherwise empty histogram. Pure functions; appenders are not
// thread-safe. Hostile bytes give kDataLoss.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "chunk/bits.h"
#include "chunk/encoding.h"
#include "model/histogram.h"

namespace aion::chunk {

/// Spans and custom bounds are repeated in each decoded sample: a chunk may not ask for more copies
/// than this.
inline constexpr uint64_t kHistogramLayoutCopiesMax = uint64_t{1} << 22;
inline constexpr size_t kHistogramSamplesMax = 0xffff;
inline constexpr size_t kHistogramStSamplesMax = 0x3fff;

/// What is known about a counter reset between the chunk before and this one. The values of the
/// flag byte's upper bits.
enum class CounterResetHeader : uint8_t { kUnknown = 0, kNotReset = 1, kReset = 2, kGauge = 3 };

/// Samples a histogram chunk claims to hold; 0 when it is too short for a header. Requires:
/// IsHistogramEncoding.
size_t HistogramCount(Encoding encoding, std::string_view data);
CounterResetHeader HistogramResetHeader(Encoding encoding, std::string_view data);

/// Appends all samples to the columns, as floats whatever the encoding; resolutions beyond schema 8
/// are reduced to it. `start_times` may be null. The first sample's hint is kUnknown and the
/// others' kNotReset, or kGauge for all, as Prometheus does: whether the chunk before is the true
/// predecessor is not known here. On an error the columns are as before. Cost: one allocation a
/// sample and bucket list.
Status DecodeHistograms(Encoding encoding, std::string_view data, std::vector<TimestampMs>* times,
                        std::vector<model::FloatHistogram>* histograms,
                        std::vector<TimestampMs>* start_times);

/// The same for integer chunks (encodings 2 and 5) without conversion and without reduction: for
/// encoding again.
Status DecodeIntegerHistograms(Encoding encoding, std::string_view data,
                               std::vector<TimestampMs>* times,
                               std::vector<model::Histogram>* histograms,
                               std::vector<TimestampMs>* start_times);

/// Appends integer histograms of one layout; bytes are Prometheus'. The first sample sets the
/// layout. When to begin a new chunk (counter reset, another layout) is the caller's business.
class HistogramAppender {
 public:
  explicit HistogramAppender(CounterResetHeader header);
  /// True when the histogram has the chunk's layout, or no sample was appended yet, or it is a
  /// staleness marker.
  bool SameLayout(const model::Histogram& histogram) const;
  /// Requires: SameLayout(histogram), count() < kHistogramSamplesMax, bucket counts agree with the
  /// spans.
  void Append(TimestampMs time, const model::Histogram& histogram);
  size_t count() const { return count_; }
  const std::string& bytes() const { return writer_.bytes(); }
  /// Leaves an unusable appender behind.
  std::string Take() { return std::move(*writer_.mutable_bytes()); }

 private:
  struct Buckets {
    std::vector<int64_t> values, deltas;
  };
  void AppendBuckets(const std::vector<int64_t>& buckets, Buckets* state);

  BitWriter writer_;
  size_t count_ = 0;
  model::Histogram layout_;  // Of the first sample, without its counts.
  uint64_t time_ = 0, time_delta_ = 0;
  uint64_t total_ = 0, total_delta_ = 0;
  uint64_t zero_ = 0, zero_delta_ = 0;
  uint64_t sum_ = 0;
  XorWindow sum_window_ = BitWriter::NoWindow();
  Buckets positive_, negative_;
};

/// The same for float histograms.
class FloatHistogramAppender {
 public:
  explicit FloatHistogramAppender(CounterResetHeader header);
  bool SameLayout(const model::FloatHistogram& histogram) const;
  void Append(TimestampMs time, const model::FloatHistogram& histogram);
  size_t count() const { return count_; }
  const std::string& bytes() const { return writer_.bytes(); }
  std::string Take() { return std::move(*writer_.mutable_bytes()); }

 private:
  struct Value {
    uint64_t bits = 0;
    XorWindow window = BitWriter::NoWindow();
  };
  void AppendValue(double value, Value* state);

  BitWriter writer_;
  size_t count_ = 0;
  model::FloatHistogram layout_;
  uint64_t time_ = 0, time_delta_ = 0;
  Value total_, zero_, sum_;
  std::vector<Value> positive_, negative_;
};

}  // namespace aion::chunk
