#pragma once

// What all histograms of a chunk share, and how a chunk spells it. Internal to the chunk room.

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "chunk/bits.h"
#include "model/histogram.h"

namespace aion::chunk::internal {

// Schemas a chunk may hold: 9…52 come from newer writers and can be reduced to 8, -9…-5 are
// reserved.
inline constexpr int32_t kSchemaReservedMin = -9;
inline constexpr int32_t kSchemaReservedMax = 52;

struct HistogramLayout {
  int32_t schema = 0;
  double zero_threshold = 0;
  std::vector<model::HistogramSpan> positive_spans, negative_spans;
  std::vector<double> custom_values;
  size_t positive_buckets = 0;
  size_t negative_buckets = 0;

  /// Entries copied into each sample beside its buckets.
  uint64_t CopiedEntries() const {
    return positive_spans.size() + negative_spans.size() + custom_values.size();
  }
};

/// kDataLoss on an unknown schema, and on more buckets than the remaining bits can hold.
Status ReadLayout(BitReader* reader, HistogramLayout* layout);

/// Writes the layout of a model::Histogram or model::FloatHistogram.
template <typename AnyHistogram>
void WriteLayout(const AnyHistogram& histogram, BitWriter* writer);

/// Merges the buckets of a resolution beyond kSchemaMax to kSchemaMax. kDataLoss on spans that go
/// back.
Status ReduceToSchemaMax(model::FloatHistogram* histogram);

}  // namespace aion::chunk::internal
