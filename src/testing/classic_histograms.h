#pragma once

// Classic histograms (…_bucket, …_sum, …_count series) to native ones with custom buckets: what
// `load_with_nhcb` of test scripts adds to what it loads.

#include <map>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/histogram.h"
#include "model/labels.h"

namespace aion::testing {

struct NativeSample {
  TimestampMs time = 0;
  model::FloatHistogram histogram;
};

/// Collects float samples of any series, by time; those that are no part of a classic histogram are
/// ignored.
class ClassicHistograms {
 public:
  void Add(const model::Labels& labels, TimestampMs time, double value);
  /// The native histograms by series, ordered by time. kInvalidArgument for counts that do not add
  /// up.
  StatusOr<std::map<model::Labels, std::vector<NativeSample>>> Convert() const;

 private:
  struct Classic {
    std::map<double, double> cumulative;  ///< Counts by upper bound.
    double sum = 0;
    double count = 0;
    bool has_count = false;
  };
  static StatusOr<model::FloatHistogram> Convert(Classic classic);

  std::map<model::Labels, std::map<TimestampMs, Classic>> histograms_;
};

}  // namespace aion::testing
