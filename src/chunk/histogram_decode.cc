#include <fmt/core.h>

#include <bit>

#include "chunk/histogram.h"
#include "chunk/histogram_layout.h"
#include "chunk/start_times.h"

namespace aion::chunk {
namespace {

using internal::HistogramLayout;
using model::CounterResetHint;

constexpr size_t kHeaderSize = 3;
constexpr uint64_t kStaleNan = 0x7ff0000000000002ULL;

bool HasStartTimes(Encoding encoding) {
  return encoding == Encoding::kHistogramSt || encoding == Encoding::kFloatHistogramSt;
}

/// Integer samples: counts as Δ², each bucket as Δ² of its delta to the bucket before it. Numbers
/// are added unsigned, so that hostile ones wrap.
class IntegerSamples {
 public:
  explicit IntegerSamples(const HistogramLayout& layout)
      : positive_(layout.positive_buckets), negative_(layout.negative_buckets) {}

  uint64_t ReadTime(BitReader* reader, bool first) {
    if (first) return time_ = static_cast<uint64_t>(reader->VarbitInt());
    time_delta_ += static_cast<uint64_t>(reader->VarbitInt());
    return time_ += time_delta_;
  }
  void ReadBody(BitReader* reader, bool first) {
    if (first) {
      count_ = reader->VarbitUint();
      zero_count_ = reader->VarbitUint();
      sum_ = reader->Bits(64);
      for (Bucket& bucket : positive_) bucket.value = static_cast<uint64_t>(reader->VarbitInt());
      for (Bucket& bucket : negative_) bucket.value = static_cast<uint64_t>(reader->VarbitInt());
      return;
    }
    count_ += count_delta_ += static_cast<uint64_t>(reader->VarbitInt());
    zero_count_ += zero_delta_ += static_cast<uint64_t>(reader->VarbitInt());
    reader->Xor(&sum_, &sum_window_);
    if (stale()) return;
    for (Bucket& bucket : positive_)
      bucket.value += bucket.delta += static_cast<uint64_t>(reader->VarbitInt());
    for (Bucket& bucket : negative_)
      bucket.value += bucket.delta += static_cast<uint64_t>(reader->VarbitInt());
  }
  bool stale() const { return sum_ == kStaleNan; }
  double sum() const { return std::bit_cast<double>(sum_); }

  void FillCounts(model::FloatHistogram* out) const {
    out->count = static_cast<double>(count_);
    out->zero_count = static_cast<double>(zero_count_);
    Accumulate(positive_, &out->positive_buckets);
    Accumulate(negative_, &out->negative_buckets);
  }
  void FillCounts(model::Histogram* out) const {
    out->count = count_;
    out->zero_count = zero_count_;
    Copy(positive_, &out->positive_buckets);
    Copy(negative_, &out->negative_buckets);
  }

 private:
  struct Bucket {
    uint64_t value = 0;  // Delta to the bucket before.
    uint64_t delta = 0;
  };

  static void Accumulate(const std::vector<Bucket>& buckets, std::vector<double>* out) {
    out->resize(buckets.size());
    uint64_t count = 0;
    for (size_t i = 0; i < buckets.size(); ++i) {
      count += buckets[i].value;
      (*out)[i] = static_cast<double>(static_cast<int64_t>(count));
    }
  }
  static void Copy(const std::vector<Bucket>& buckets, std::vector<int64_t>* out) {
    out->resize(buckets.size());
    for (size_t i = 0; i < buckets.size(); ++i) (*out)[i] = static_cast<int64_t>(buckets[i].value);
  }

  uint64_t time_ = 0, time_delta_ = 0;
  uint64_t count_ = 0, count_delta_ = 0;
  uint64_t zero_count_ = 0, zero_delta_ = 0;
  uint64_t sum_ = 0;
  XorWindow sum_window_;
  std::vector<Bucket> positive_, negative_;
};

/// Float samples: everything but the time is an XOR change.
class FloatSamples {
 public:
  explicit FloatSamples(const HistogramLayout& layout)
      : positive_(layout.positive_buckets), negative_(layout.negative_buckets) {}

  uint64_t ReadTime(BitReader* reader, bool first) {
    if (first) return time_ = static_cast<uint64_t>(reader->VarbitInt());
    time_delta_ += static_cast<uint64_t>(reader->VarbitInt());
    return time_ += time_delta_;
  }
  void ReadBody(BitReader* reader, bool first) {
    Read(reader, first, &count_);
    Read(reader, first, &zero_count_);
    Read(reader, first, &sum_);
    if (!first && stale()) return;
    for (Value& bucket : positive_) Read(reader, first, &bucket);
    for (Value& bucket : negative_) Read(reader, first, &bucket);
  }
  bool stale() const { return sum_.bits == kStaleNan; }
  double sum() const { return std::bit_cast<double>(sum_.bits); }

  void FillCounts(model::FloatHistogram* out) const {
    out->count = std::bit_cast<double>(count_.bits);
    out->zero_count = std::bit_cast<double>(zero_count_.bits);
    Copy(positive_, &out->positive_buckets);
    Copy(negative_, &out->negative_buckets);
  }

 private:
  struct Value {
    uint64_t bits = 0;
    XorWindow window;
  };

  static void Read(BitReader* reader, bool first, Value* value) {
    if (first) {
      value->bits = reader->Bits(64);
    } else {
      reader->Xor(&value->bits, &value->window);
    }
  }
  static void Copy(const std::vector<Value>& buckets, std::vector<double>* out) {
    out->resize(buckets.size());
    for (size_t i = 0; i < buckets.size(); ++i) (*out)[i] = std::bit_cast<double>(buckets[i].bits);
  }

  uint64_t time_ = 0, time_delta_ = 0;
  Value count_, zero_count_, sum_;
  std::vector<Value> positive_, negative_;
};

CounterResetHint HintOf(CounterResetHeader header, size_t index) {
  if (header == CounterResetHeader::kGauge) return CounterResetHint::kGauge;
  return index > 0 ? CounterResetHint::kNotReset : CounterResetHint::kUnknown;
}

template <typename AnyHistogram>
void FillLayout(const HistogramLayout& layout, AnyHistogram* out) {
  out->schema = layout.schema;
  out->zero_threshold = layout.zero_threshold;
  out->positive_spans = layout.positive_spans;
  out->negative_spans = layout.negative_spans;
  out->custom_values = layout.custom_values;
}

Status Finish(const HistogramLayout&, model::Histogram*) { return OkStatus(); }
Status Finish(const HistogramLayout& layout, model::FloatHistogram* histogram) {
  if (layout.schema <= model::kSchemaMax) return OkStatus();
  return internal::ReduceToSchemaMax(histogram);
}

template <typename AnyHistogram>
struct Columns {
  std::vector<TimestampMs>* times;
  std::vector<AnyHistogram>* histograms;
  std::vector<TimestampMs>* start_times;
};

template <typename Samples, typename AnyHistogram>
Status DecodeSamples(Encoding encoding, std::string_view data,
                     const Columns<AnyHistogram>& columns) {
  const size_t count = HistogramCount(encoding, data);
  const CounterResetHeader header = HistogramResetHeader(encoding, data);
  BitReader reader(data.substr(kHeaderSize));
  HistogramLayout layout;
  RETURN_IF_ERROR(internal::ReadLayout(&reader, &layout));
  if (count * layout.CopiedEntries() > kHistogramLayoutCopiesMax || count > reader.remaining()) {
    return DataLossError(
        fmt::format("histogram chunk: {} samples of {} spans and bounds claimed in {} bytes", count,
                    layout.CopiedEntries(), data.size()));
  }
  StartTimeReader start_time_reader(HasStartTimes(encoding) ? static_cast<uint8_t>(data[2]) : 0);
  Samples samples(layout);
  uint64_t time = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t time_before = time;
    time = samples.ReadTime(&reader, i == 0);
    samples.ReadBody(&reader, i == 0);
    const TimestampMs start_time = start_time_reader.Next(&reader, i, time, time_before);
    if (!reader.ok()) {
      return DataLossError(fmt::format("histogram chunk: malformed sample {} of {}: {} bytes", i,
                                       count, data.size()));
    }
    columns.times->push_back(static_cast<TimestampMs>(time));
    if (columns.start_times != nullptr) columns.start_times->push_back(start_time);
    AnyHistogram& histogram = columns.histograms->emplace_back();
    histogram.sum = samples.sum();
    if (samples.stale()) continue;
    histogram.counter_reset_hint = HintOf(header, i);
    FillLayout(layout, &histogram);
    samples.FillCounts(&histogram);
    RETURN_IF_ERROR(Finish(layout, &histogram));
  }
  return OkStatus();
}

/// Leaves the columns as they were when decoding fails.
template <typename Samples, typename AnyHistogram>
Status DecodeOrRestore(Encoding encoding, std::string_view data,
                       const Columns<AnyHistogram>& columns) {
  if (HistogramCount(encoding, data) == 0) return OkStatus();
  const size_t size = columns.times->size();
  const size_t start_times_size = columns.start_times == nullptr ? 0 : columns.start_times->size();
  Status status = DecodeSamples<Samples, AnyHistogram>(encoding, data, columns);
  if (status.ok()) return status;
  columns.times->resize(size);
  columns.histograms->resize(size);
  if (columns.start_times != nullptr) columns.start_times->resize(start_times_size);
  return status;
}

}  // namespace

size_t HistogramCount(Encoding encoding, std::string_view data) {
  if (data.size() < kHeaderSize) return 0;
  const size_t count =
      static_cast<size_t>(static_cast<uint8_t>(data[0])) << 8 | static_cast<uint8_t>(data[1]);
  return HasStartTimes(encoding) ? count & kHistogramStSamplesMax : count;
}

CounterResetHeader HistogramResetHeader(Encoding encoding, std::string_view data) {
  if (data.size() < kHeaderSize) return CounterResetHeader::kUnknown;
  const auto flags = static_cast<uint8_t>(data[HasStartTimes(encoding) ? 0 : 2]);
  return static_cast<CounterResetHeader>(flags >> 6);
}

Status DecodeHistograms(Encoding encoding, std::string_view data, std::vector<TimestampMs>* times,
                        std::vector<model::FloatHistogram>* histograms,
                        std::vector<TimestampMs>* start_times) {
  const Columns<model::FloatHistogram> columns{times, histograms, start_times};
  switch (encoding) {
    case Encoding::kHistogram:
    case Encoding::kHistogramSt:
      return DecodeOrRestore<IntegerSamples>(encoding, data, columns);
    case Encoding::kFloatHistogram:
    case Encoding::kFloatHistogramSt:
      return DecodeOrRestore<FloatSamples>(encoding, data, columns);
    default:
      return UnsupportedEncoding(encoding);
  }
}

Status DecodeIntegerHistograms(Encoding encoding, std::string_view data,
                               std::vector<TimestampMs>* times,
                               std::vector<model::Histogram>* histograms,
                               std::vector<TimestampMs>* start_times) {
  if (encoding != Encoding::kHistogram && encoding != Encoding::kHistogramSt)
    return UnsupportedEncoding(encoding);
  return DecodeOrRestore<IntegerSamples>(encoding, data,
                                         Columns<model::Histogram>{times, histograms, start_times});
}

}  // namespace aion::chunk
