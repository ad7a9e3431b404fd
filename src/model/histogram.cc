#include "model/histogram.h"

#include <cmath>

namespace aion::model {
namespace {

std::vector<double> AbsoluteCounts(const std::vector<int64_t>& deltas) {
  std::vector<double> counts;
  counts.reserve(deltas.size());
  int64_t count = 0;
  for (int64_t delta : deltas) {
    count += delta;
    counts.push_back(static_cast<double>(count));
  }
  return counts;
}

Status ValidateSpans(const std::vector<HistogramSpan>& spans, size_t bucket_count,
                     std::string_view side) {
  uint64_t spanned = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    if (i > 0 && spans[i].offset < 0) {
      return InvalidArgumentError(std::string(side) +
                                  " side: span with a negative offset: " + std::to_string(i));
    }
    spanned += spans[i].length;
  }
  if (spanned == bucket_count) return OkStatus();
  return InvalidArgumentError(std::string(side) + " side: spans need " + std::to_string(spanned) +
                              " buckets, have " + std::to_string(bucket_count));
}

template <typename AnyHistogram>
Status ValidateLayout(const AnyHistogram& histogram) {
  const bool custom = histogram.schema == kCustomBucketsSchema;
  if (!custom && (histogram.schema < kSchemaMin || histogram.schema > kSchemaMax)) {
    return InvalidArgumentError("histogram has an invalid schema: " +
                                std::to_string(histogram.schema));
  }
  RETURN_IF_ERROR(
      ValidateSpans(histogram.positive_spans, histogram.positive_buckets.size(), "positive"));
  RETURN_IF_ERROR(
      ValidateSpans(histogram.negative_spans, histogram.negative_buckets.size(), "negative"));
  if (!custom) return OkStatus();
  if (!histogram.negative_spans.empty() || !histogram.negative_buckets.empty() ||
      histogram.zero_count != 0) {
    return InvalidArgumentError("histogram with custom buckets has negative or zero buckets");
  }
  for (size_t i = 1; i < histogram.custom_values.size(); ++i) {
    if (!(histogram.custom_values[i - 1] < histogram.custom_values[i])) {
      return InvalidArgumentError("custom buckets: upper bounds must ascend: " + std::to_string(i));
    }
  }
  uint64_t end = 0;
  for (const HistogramSpan& span : histogram.positive_spans) {
    end += static_cast<uint64_t>(static_cast<int64_t>(span.offset)) + span.length;
  }
  if (end > histogram.custom_values.size() + 1) {
    return InvalidArgumentError("custom buckets: more buckets than bounds: " + std::to_string(end));
  }
  return OkStatus();
}

Status NegativeBucket(size_t index) {
  return InvalidArgumentError("histogram has a bucket whose observation count is negative: " +
                              std::to_string(index));
}

}  // namespace

FloatHistogram ToFloat(const Histogram& histogram) {
  FloatHistogram result;
  result.counter_reset_hint = histogram.counter_reset_hint;
  result.schema = histogram.schema;
  result.zero_threshold = histogram.zero_threshold;
  result.zero_count = static_cast<double>(histogram.zero_count);
  result.count = static_cast<double>(histogram.count);
  result.sum = histogram.sum;
  result.positive_spans = histogram.positive_spans;
  result.negative_spans = histogram.negative_spans;
  result.positive_buckets = AbsoluteCounts(histogram.positive_buckets);
  result.negative_buckets = AbsoluteCounts(histogram.negative_buckets);
  result.custom_values = histogram.custom_values;
  return result;
}

Status Validate(const Histogram& histogram) {
  RETURN_IF_ERROR(ValidateLayout(histogram));
  for (const auto* buckets : {&histogram.positive_buckets, &histogram.negative_buckets}) {
    int64_t count = 0;
    for (size_t i = 0; i < buckets->size(); ++i) {
      if (__builtin_add_overflow(count, (*buckets)[i], &count) || count < 0)
        return NegativeBucket(i);
    }
  }
  return OkStatus();
}

Status Validate(const FloatHistogram& histogram) {
  RETURN_IF_ERROR(ValidateLayout(histogram));
  if (histogram.zero_count < 0 || histogram.count < 0) {
    return InvalidArgumentError("histogram has a negative count");
  }
  for (const auto* buckets : {&histogram.positive_buckets, &histogram.negative_buckets}) {
    for (size_t i = 0; i < buckets->size(); ++i) {
      if ((*buckets)[i] < 0) return NegativeBucket(i);
    }
  }
  return OkStatus();
}

}  // namespace aion::model
