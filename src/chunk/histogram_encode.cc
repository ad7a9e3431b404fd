#include <bit>

#include "base/check.h"
#include "chunk/histogram.h"
#include "chunk/histogram_layout.h"

namespace aion::chunk {
namespace {

constexpr size_t kHeaderSize = 3;
constexpr uint64_t kStaleNan = 0x7ff0000000000002ULL;

bool IsStale(double sum) { return std::bit_cast<uint64_t>(sum) == kStaleNan; }

void SetCount(size_t count, BitWriter* writer) {
  char* header = writer->mutable_bytes()->data();
  header[0] = static_cast<char>(count >> 8);
  header[1] = static_cast<char>(count & 0xff);
}

void SetResetHeader(CounterResetHeader header, BitWriter* writer) {
  (*writer->mutable_bytes())[2] = static_cast<char>(static_cast<uint8_t>(header) << 6);
}

bool SameBounds(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::bit_cast<uint64_t>(a[i]) != std::bit_cast<uint64_t>(b[i])) return false;
  }
  return true;
}

template <typename AnyHistogram>
bool SameLayoutAs(const AnyHistogram& layout, const AnyHistogram& histogram) {
  return layout.schema == histogram.schema && layout.zero_threshold == histogram.zero_threshold &&
         layout.positive_spans == histogram.positive_spans &&
         layout.negative_spans == histogram.negative_spans &&
         SameBounds(layout.custom_values, histogram.custom_values);
}

/// The layout part of a histogram.
template <typename AnyHistogram>
AnyHistogram LayoutOf(const AnyHistogram& histogram) {
  AnyHistogram layout;
  layout.schema = histogram.schema;
  layout.zero_threshold = histogram.zero_threshold;
  layout.positive_spans = histogram.positive_spans;
  layout.negative_spans = histogram.negative_spans;
  layout.custom_values = histogram.custom_values;
  return layout;
}

/// Codes `value` by how its change changed, and remembers both.
void AppendDod(uint64_t value, bool zero_dod, uint64_t* last, uint64_t* last_delta,
               BitWriter* writer) {
  const uint64_t delta = value - *last;
  writer->VarbitInt(zero_dod ? 0 : static_cast<int64_t>(delta - *last_delta));
  *last = value;
  *last_delta = delta;
}

}  // namespace

HistogramAppender::HistogramAppender(CounterResetHeader header) : writer_(kHeaderSize) {
  SetResetHeader(header, &writer_);
}

bool HistogramAppender::SameLayout(const model::Histogram& histogram) const {
  return count_ == 0 || IsStale(histogram.sum) ||
         (sum_ != kStaleNan && SameLayoutAs(layout_, histogram));
}

void HistogramAppender::AppendBuckets(const std::vector<int64_t>& buckets, Buckets* state) {
  state->values.resize(buckets.size());
  state->deltas.resize(buckets.size());
  for (size_t i = 0; i < buckets.size(); ++i) {
    auto last = static_cast<uint64_t>(state->values[i]);
    auto last_delta = static_cast<uint64_t>(state->deltas[i]);
    AppendDod(static_cast<uint64_t>(buckets[i]), false, &last, &last_delta, &writer_);
    state->values[i] = static_cast<int64_t>(last);
    state->deltas[i] = count_ == 0 ? 0 : static_cast<int64_t>(last_delta);
  }
}

void HistogramAppender::Append(TimestampMs time, const model::Histogram& given) {
  DCHECK(SameLayout(given));
  const bool stale = IsStale(given.sum);
  model::Histogram marker;
  marker.sum = given.sum;
  const model::Histogram& histogram = stale ? marker : given;
  const auto sum = std::bit_cast<uint64_t>(histogram.sum);
  if (count_ == 0) {
    internal::WriteLayout(histogram, &writer_);
    layout_ = LayoutOf(histogram);
    writer_.VarbitInt(time);
    writer_.VarbitUint(histogram.count);
    writer_.VarbitUint(histogram.zero_count);
    writer_.Bits(sum, 64);
    time_ = static_cast<uint64_t>(time);
    total_ = histogram.count;
    zero_ = histogram.zero_count;
  } else {
    AppendDod(static_cast<uint64_t>(time), false, &time_, &time_delta_, &writer_);
    AppendDod(histogram.count, stale, &total_, &total_delta_, &writer_);
    AppendDod(histogram.zero_count, stale, &zero_, &zero_delta_, &writer_);
    writer_.Xor(sum, sum_, &sum_window_);
  }
  sum_ = sum;
  if (!stale) {
    AppendBuckets(histogram.positive_buckets, &positive_);
    AppendBuckets(histogram.negative_buckets, &negative_);
  }
  SetCount(++count_, &writer_);
}

FloatHistogramAppender::FloatHistogramAppender(CounterResetHeader header) : writer_(kHeaderSize) {
  SetResetHeader(header, &writer_);
}

bool FloatHistogramAppender::SameLayout(const model::FloatHistogram& histogram) const {
  return count_ == 0 || IsStale(histogram.sum) ||
         (sum_.bits != kStaleNan && SameLayoutAs(layout_, histogram));
}

void FloatHistogramAppender::AppendValue(double value, Value* state) {
  const auto bits = std::bit_cast<uint64_t>(value);
  if (count_ == 0) {
    writer_.Bits(bits, 64);
  } else {
    writer_.Xor(bits, state->bits, &state->window);
  }
  state->bits = bits;
}

void FloatHistogramAppender::Append(TimestampMs time, const model::FloatHistogram& given) {
  DCHECK(SameLayout(given));
  model::FloatHistogram marker;
  marker.sum = given.sum;
  const model::FloatHistogram& histogram = IsStale(given.sum) ? marker : given;
  if (count_ == 0) {
    internal::WriteLayout(histogram, &writer_);
    layout_ = LayoutOf(histogram);
    positive_.resize(histogram.positive_buckets.size());
    negative_.resize(histogram.negative_buckets.size());
    writer_.VarbitInt(time);
    time_ = static_cast<uint64_t>(time);
  } else {
    AppendDod(static_cast<uint64_t>(time), false, &time_, &time_delta_, &writer_);
  }
  AppendValue(histogram.count, &total_);
  AppendValue(histogram.zero_count, &zero_);
  AppendValue(histogram.sum, &sum_);
  for (size_t i = 0; i < histogram.positive_buckets.size(); ++i)
    AppendValue(histogram.positive_buckets[i], &positive_[i]);
  for (size_t i = 0; i < histogram.negative_buckets.size(); ++i)
    AppendValue(histogram.negative_buckets[i], &negative_[i]);
  SetCount(++count_, &writer_);
}

}  // namespace aion::chunk
