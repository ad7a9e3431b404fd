#include "chunk/histogram_layout.h"

#include <fmt/core.h>

#include <bit>
#include <cmath>

namespace aion::chunk::internal {
namespace {

using model::HistogramSpan;

// Zero thresholds that are powers of two from 2^-243 to 2^10 take one byte: their binary exponent
// plus this.
constexpr int kZeroThresholdBias = 243;
constexpr uint64_t kZeroThresholdRaw = 255;
// Custom bounds up to here that are whole thousandths are varbit numbers.
constexpr double kBoundThousandthsMax = 33554430;

double ReadZeroThreshold(BitReader* reader) {
  const uint64_t byte = reader->Bits(8);
  if (byte == 0) return 0;
  if (byte == kZeroThresholdRaw) return std::bit_cast<double>(reader->Bits(64));
  return std::ldexp(0.5, static_cast<int>(byte) - kZeroThresholdBias);
}

void WriteZeroThreshold(double threshold, BitWriter* writer) {
  if (threshold == 0) return writer->Bits(0, 8);
  int exponent = 0;
  const double fraction = std::frexp(threshold, &exponent);
  if (fraction != 0.5 || exponent < 1 - kZeroThresholdBias || exponent > 254 - kZeroThresholdBias) {
    writer->Bits(kZeroThresholdRaw, 8);
    return writer->Bits(std::bit_cast<uint64_t>(threshold), 64);
  }
  writer->Bits(static_cast<uint64_t>(exponent + kZeroThresholdBias), 8);
}

/// False when more is claimed than the bits can hold: each span takes two bits and each of its
/// buckets one.
bool ReadSpans(BitReader* reader, std::vector<HistogramSpan>* spans, size_t* buckets) {
  const uint64_t count = reader->VarbitUint();
  if (count > reader->remaining() / 2) return false;
  spans->reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t length = reader->VarbitUint();
    const int64_t offset = reader->VarbitInt();
    if (length > reader->remaining() || *buckets + length > reader->remaining()) return false;
    if (offset != static_cast<int32_t>(offset)) return false;
    spans->push_back({static_cast<int32_t>(offset), static_cast<uint32_t>(length)});
    *buckets += length;
  }
  return reader->ok();
}

void WriteSpans(const std::vector<HistogramSpan>& spans, BitWriter* writer) {
  writer->VarbitUint(spans.size());
  for (const HistogramSpan& span : spans) {
    writer->VarbitUint(span.length);
    writer->VarbitInt(span.offset);
  }
}

bool ReadBounds(BitReader* reader, std::vector<double>* bounds) {
  const uint64_t count = reader->VarbitUint();
  if (count > reader->remaining()) return false;
  bounds->reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t number = reader->VarbitUint();
    bounds->push_back(number == 0 ? std::bit_cast<double>(reader->Bits(64))
                                  : static_cast<double>(number - 1) / 1000);
  }
  return reader->ok();
}

void WriteBounds(const std::vector<double>& bounds, BitWriter* writer) {
  writer->VarbitUint(bounds.size());
  for (const double bound : bounds) {
    const double thousandths = bound * 1000;
    const bool whole =
        thousandths >= 0 && thousandths <= kBoundThousandthsMax &&
        static_cast<double>(static_cast<uint64_t>(std::round(thousandths))) / 1000 == bound;
    if (whole) {
      writer->VarbitUint(static_cast<uint64_t>(std::round(thousandths)) + 1);
      continue;
    }
    writer->Bits(0, 1);
    writer->Bits(std::bit_cast<uint64_t>(bound), 64);
  }
}

Status ReduceSide(std::vector<HistogramSpan>* spans, std::vector<double>* buckets, int shift) {
  std::vector<HistogramSpan> reduced_spans;
  std::vector<double> reduced_buckets;
  int64_t index = 0;
  int64_t last = 0;
  size_t next = 0;
  for (size_t i = 0; i < spans->size(); ++i) {
    const HistogramSpan& span = (*spans)[i];
    if (i > 0 && span.offset < 0)
      return DataLossError(fmt::format("histogram chunk: span with negative offset: {}", i));
    index += span.offset;
    for (uint32_t k = 0; k < span.length; ++k, ++index, ++next) {
      const int64_t target = ((index - 1) >> shift) + 1;
      if (!reduced_buckets.empty() && target == last) {
        reduced_buckets.back() += (*buckets)[next];
        continue;
      }
      if (!reduced_buckets.empty() && target == last + 1) {
        ++reduced_spans.back().length;
      } else {
        const int64_t offset = reduced_buckets.empty() ? target : target - last - 1;
        reduced_spans.push_back({static_cast<int32_t>(offset), 1});
      }
      reduced_buckets.push_back((*buckets)[next]);
      last = target;
    }
  }
  *spans = std::move(reduced_spans);
  *buckets = std::move(reduced_buckets);
  return OkStatus();
}

}  // namespace

Status ReadLayout(BitReader* reader, HistogramLayout* layout) {
  layout->zero_threshold = ReadZeroThreshold(reader);
  const int64_t schema = reader->VarbitInt();
  const bool known = schema == model::kCustomBucketsSchema ||
                     (schema >= kSchemaReservedMin && schema <= kSchemaReservedMax);
  if (!reader->ok() || !known)
    return DataLossError(fmt::format("histogram chunk: unknown schema {}", schema));
  layout->schema = static_cast<int32_t>(schema);
  if (!ReadSpans(reader, &layout->positive_spans, &layout->positive_buckets) ||
      !ReadSpans(reader, &layout->negative_spans, &layout->negative_buckets)) {
    return DataLossError("histogram chunk: malformed spans");
  }
  if (schema == model::kCustomBucketsSchema && !ReadBounds(reader, &layout->custom_values)) {
    return DataLossError("histogram chunk: malformed custom bounds");
  }
  return OkStatus();
}

template <typename AnyHistogram>
void WriteLayout(const AnyHistogram& histogram, BitWriter* writer) {
  WriteZeroThreshold(histogram.zero_threshold, writer);
  writer->VarbitInt(histogram.schema);
  WriteSpans(histogram.positive_spans, writer);
  WriteSpans(histogram.negative_spans, writer);
  if (histogram.schema == model::kCustomBucketsSchema) WriteBounds(histogram.custom_values, writer);
}

template void WriteLayout(const model::Histogram&, BitWriter*);
template void WriteLayout(const model::FloatHistogram&, BitWriter*);

Status ReduceToSchemaMax(model::FloatHistogram* histogram) {
  const int shift = histogram->schema - model::kSchemaMax;
  RETURN_IF_ERROR(ReduceSide(&histogram->positive_spans, &histogram->positive_buckets, shift));
  RETURN_IF_ERROR(ReduceSide(&histogram->negative_spans, &histogram->negative_buckets, shift));
  histogram->schema = model::kSchemaMax;
  return OkStatus();
}

}  // namespace aion::chunk::internal
