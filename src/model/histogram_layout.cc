#include "model/histogram_layout.h"

#include <algorithm>

#include "model/histogram_buckets.h"
#include "model/histogram_ops.h"

namespace aion::model {
namespace internal {

void ReduceSide(std::vector<HistogramSpan>* spans, std::vector<double>* counts,
                std::vector<double>* compensation, int32_t origin, int32_t target) {
  SideBuilder builder(counts->size());
  size_t size = 0;  // Of the merged compensation, which is built in place.
  for (SpanCursor cursor(*spans, *counts); cursor.Next();) {
    const int64_t index = TargetIndex(cursor.index(), origin, target);
    if (builder.empty() || builder.last_index() != index) {
      builder.Append(index, cursor.count());
      if (compensation != nullptr) (*compensation)[size++] = (*compensation)[cursor.position()];
    } else if (compensation == nullptr) {
      *builder.last_count() += cursor.count();
    } else {
      KahanIncrement(cursor.count(), builder.last_count(), &(*compensation)[size - 1]);
      KahanIncrement((*compensation)[cursor.position()], builder.last_count(),
                     &(*compensation)[size - 1]);
    }
  }
  if (compensation != nullptr) compensation->resize(size);
  *spans = builder.TakeSpans();
  *counts = builder.TakeCounts();
}

namespace {

bool IsCompactAlready(const std::vector<HistogramSpan>& spans, const std::vector<double>& counts) {
  if (std::ranges::any_of(counts, [](double count) { return count == 0; })) return false;
  for (size_t i = 0; i < spans.size(); ++i) {
    if (spans[i].length == 0 || (i > 0 && spans[i].offset == 0)) return false;
  }
  return true;
}

}  // namespace

void CompactSide(std::vector<HistogramSpan>* spans, std::vector<double>* counts,
                 std::vector<double>* compensation, size_t empty_buckets_max) {
  if (empty_buckets_max == 0 && IsCompactAlready(*spans, *counts)) return;
  SideBuilder builder(counts->size());
  std::vector<double> kept_compensation;
  for (SpanCursor cursor(*spans, *counts); cursor.Next();) {
    const double extra = compensation == nullptr ? 0 : (*compensation)[cursor.position()];
    if (cursor.count() == 0 && extra == 0) continue;
    if (!builder.empty()) {
      const int64_t gap = cursor.index() - builder.last_index() - 1;
      for (int64_t i = 0; gap <= static_cast<int64_t>(empty_buckets_max) && i < gap; ++i) {
        builder.Append(builder.last_index() + 1, 0);
        if (compensation != nullptr) kept_compensation.push_back(0);
      }
    }
    builder.Append(cursor.index(), cursor.count());
    if (compensation != nullptr) kept_compensation.push_back(extra);
  }
  if (compensation != nullptr) *compensation = std::move(kept_compensation);
  *spans = builder.TakeSpans();
  *counts = builder.TakeCounts();
}

}  // namespace internal

void Compact(FloatHistogram* histogram, size_t empty_buckets_max) {
  internal::CompactSide(&histogram->positive_spans, &histogram->positive_buckets, nullptr,
                        empty_buckets_max);
  internal::CompactSide(&histogram->negative_spans, &histogram->negative_buckets, nullptr,
                        empty_buckets_max);
}

Status ReduceResolution(FloatHistogram* histogram, int32_t target_schema) {
  if (histogram->UsesCustomBuckets()) {
    return InvalidArgumentError("cannot reduce resolution when there are custom buckets");
  }
  if (target_schema == kCustomBucketsSchema) {
    return InvalidArgumentError("cannot reduce resolution to custom buckets schema");
  }
  if (target_schema >= histogram->schema || target_schema < kSchemaMin) {
    return InvalidArgumentError("cannot reduce resolution from schema " +
                                std::to_string(histogram->schema) + " to " +
                                std::to_string(target_schema));
  }
  *histogram = CopyToSchema(*histogram, target_schema);
  return OkStatus();
}

FloatHistogram CopyToSchema(const FloatHistogram& histogram, int32_t target_schema) {
  FloatHistogram copy = histogram;
  if (target_schema == histogram.schema) return copy;
  internal::ReduceSide(&copy.positive_spans, &copy.positive_buckets, nullptr, histogram.schema,
                       target_schema);
  internal::ReduceSide(&copy.negative_spans, &copy.negative_buckets, nullptr, histogram.schema,
                       target_schema);
  copy.schema = target_schema;
  return copy;
}

}  // namespace aion::model
