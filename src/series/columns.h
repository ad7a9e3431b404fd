#pragma once

// SampleColumns: the decoded samples of one series, as columns. The unit between decoding,
// deduplication, window functions and aggregation; reused from series to series, so that the steady
// state allocates nothing.
//
// Floats and histograms are separate columns, each ascending by time without repeats; a timestamp
// is in at most one of them. Staleness markers are kept as floats with the bits of kStaleNanBits.
// Not thread-safe.

#include <bit>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "model/histogram.h"

namespace aion::series {

inline constexpr uint64_t kStaleNanBits = 0x7ff0000000000002ULL;
inline constexpr uint64_t kNormalNanBits = 0x7ff8000000000001ULL;
inline bool IsStale(double value) { return std::bit_cast<uint64_t>(value) == kStaleNanBits; }
inline double StaleNan() { return std::bit_cast<double>(kStaleNanBits); }

struct SampleColumns {
  std::vector<TimestampMs> times;
  std::vector<double> values;
  /// Start timestamps of the floats; empty when the source has none, else as long as `times`.
  std::vector<TimestampMs> start_times;

  std::vector<TimestampMs> histogram_times;
  std::vector<model::FloatHistogram> histograms;
  std::vector<TimestampMs> histogram_start_times;

  bool empty() const { return times.empty() && histogram_times.empty(); }
  size_t size() const { return times.size() + histogram_times.size(); }
  void clear() {
    times.clear();
    values.clear();
    start_times.clear();
    histogram_times.clear();
    histograms.clear();
    histogram_start_times.clear();
  }
};

}  // namespace aion::series
