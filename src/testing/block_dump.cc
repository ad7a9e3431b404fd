#include "testing/block_dump.h"

#include <fmt/core.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "chunk/aggregate.h"
#include "chunk/histogram.h"
#include "chunk/xor.h"

namespace aion::testing {
namespace {

using chunk::Encoding;
using model::FloatHistogram;

/// Upper bound of an exponential or custom bucket.
double Bound(int32_t index, const FloatHistogram& histogram) {
  if (histogram.UsesCustomBuckets()) {
    if (index < 0) return -std::numeric_limits<double>::infinity();
    const auto at = static_cast<size_t>(index);
    return at < histogram.custom_values.size() ? histogram.custom_values[at]
                                               : std::numeric_limits<double>::infinity();
  }
  const long double exponent = std::ldexp(static_cast<long double>(index), -histogram.schema);
  if (exponent == 1024) return std::numeric_limits<double>::max();
  const long double whole = std::floor(exponent);
  return std::ldexp(static_cast<double>(std::exp2(exponent - whole)), static_cast<int>(whole));
}

std::string Number(double value, bool integer) {
  return integer ? fmt::format("{}", static_cast<uint64_t>(value)) : FormatGoFloat(value, 'g');
}

std::string BucketText(double lower, double upper, double count, bool integer) {
  return fmt::format("{}{},{}{}:{}", lower < 0 ? '[' : '(', FormatGoFloat(lower, 'g'),
                     FormatGoFloat(upper, 'g'), upper > 0 ? ']' : ')', Number(count, integer));
}

/// Texts of the buckets that are not empty, from zero outwards.
std::vector<std::string> Side(const FloatHistogram& histogram, bool negative, bool integer) {
  std::vector<std::string> texts;
  const auto& spans = negative ? histogram.negative_spans : histogram.positive_spans;
  const auto& buckets = negative ? histogram.negative_buckets : histogram.positive_buckets;
  int32_t index = 0;
  size_t next = 0;
  for (const model::HistogramSpan& span : spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length; ++i, ++index, ++next) {
      if (buckets[next] == 0) continue;
      const double outer = Bound(index, histogram);
      const double inner = Bound(index - 1, histogram);
      texts.push_back(negative ? BucketText(-outer, -inner, buckets[next], integer)
                               : BucketText(inner, outer, buckets[next], integer));
    }
  }
  return texts;
}

void AppendFloats(const std::vector<TimestampMs>& times, const std::vector<double>& values,
                  std::string* out) {
  *out += '[';
  for (size_t i = 0; i < times.size(); ++i) {
    *out += fmt::format("{}{{\"t\":{},\"v\":\"{:016x}\"}}", i == 0 ? "" : ",", times[i],
                        std::bit_cast<uint64_t>(values[i]));
  }
  *out += ']';
}

Status AppendSamples(Encoding encoding, std::string_view data, std::string* out) {
  std::vector<TimestampMs> times;
  if (chunk::IsFloatEncoding(encoding)) {
    times.resize(chunk::XorCount(data));
    std::vector<double> values(times.size());
    RETURN_IF_ERROR(
        encoding == Encoding::kXor
            ? chunk::DecodeXor(data, times.size(), times.data(), values.data())
            : chunk::DecodeXor2(data, times.size(), times.data(), values.data(), nullptr));
    AppendFloats(times, values, out);
    return OkStatus();
  }
  std::vector<FloatHistogram> histograms;
  RETURN_IF_ERROR(chunk::DecodeHistograms(encoding, data, &times, &histograms, nullptr));
  const bool integer = encoding == Encoding::kHistogram || encoding == Encoding::kHistogramSt;
  *out += '[';
  for (size_t i = 0; i < times.size(); ++i) {
    *out += fmt::format("{}{{\"t\":{},\"h\":\"{}\"}}", i == 0 ? "" : ",", times[i],
                        HistogramText(histograms[i], integer));
  }
  *out += ']';
  return OkStatus();
}

Status AppendAggregates(std::string_view data, std::string* out) {
  ASSIGN_OR_RETURN(const chunk::AggregateSlots slots, chunk::SplitAggregate(data));
  *out += "\"aggr\":{";
  bool first = true;
  // Slots in the order of their names, as a JSON map prints them.
  for (const size_t slot : {0u, 4u, 3u, 2u, 1u}) {
    if (!slots[slot].present()) continue;
    *out += fmt::format("{}\"{}\":", first ? "" : ",",
                        chunk::AggregateSlotName(static_cast<chunk::AggregateSlot>(slot)));
    first = false;
    RETURN_IF_ERROR(AppendSamples(slots[slot].encoding, slots[slot].data, out));
  }
  *out += '}';
  return OkStatus();
}

}  // namespace

std::string HistogramText(const FloatHistogram& histogram, bool integer) {
  std::string text = fmt::format("{{count:{}, sum:{}", Number(histogram.count, integer),
                                 FormatGoFloat(histogram.sum, 'g'));
  std::vector<std::string> negative = Side(histogram, true, integer);
  for (auto bucket = negative.rbegin(); bucket != negative.rend(); ++bucket) text += ", " + *bucket;
  if (histogram.zero_count != 0) {
    text += fmt::format(", [{},{}]:{}", FormatGoFloat(-histogram.zero_threshold, 'g'),
                        FormatGoFloat(histogram.zero_threshold, 'g'),
                        Number(histogram.zero_count, integer));
  }
  for (const std::string& bucket : Side(histogram, false, integer)) text += ", " + bucket;
  return text + "}";
}

StatusOr<std::string> DumpSeries(const tsdb::BlockReader& block, const tsdb::BlockSeries& series) {
  std::string out = "{\"labels\":{";
  bool first = true;
  for (const model::LabelView& label : series.labels_view()) {
    if (!first) out += ',';
    first = false;
    AppendJsonString(&out, label.name);
    out += ':';
    AppendJsonString(&out, label.value);
  }
  out += "},\"chunks\":[";
  for (size_t i = 0; i < series.chunks.size(); ++i) {
    const tsdb::ChunkMeta& meta = series.chunks[i];
    ASSIGN_OR_RETURN(const tsdb::ChunkRecord record, block.Chunk(meta.ref));
    ASSIGN_OR_RETURN(const size_t count, chunk::SampleCount(record.encoding, record.data));
    const bool aggregate = record.encoding == Encoding::kAggregate;
    out += fmt::format("{}{{\"enc\":\"{}\",\"mint\":{},\"maxt\":{},\"num\":{},", i == 0 ? "" : ",",
                       aggregate ? "AGGR" : chunk::EncodingName(record.encoding), meta.min_time,
                       meta.max_time, count);
    if (aggregate) {
      RETURN_IF_ERROR(AppendAggregates(record.data, &out));
    } else {
      out += "\"samples\":";
      RETURN_IF_ERROR(AppendSamples(record.encoding, record.data, &out));
    }
    out += '}';
  }
  return out + "]}";
}

StatusOr<std::string> DumpBlock(const tsdb::BlockReader& block) {
  std::string out;
  RETURN_IF_ERROR(tsdb::ForEachSeries(block, [&](const tsdb::BlockSeries& series) -> Status {
    ASSIGN_OR_RETURN(const std::string line, DumpSeries(block, series));
    out += line;
    out += '\n';
    return OkStatus();
  }));
  return out;
}

}  // namespace aion::testing
