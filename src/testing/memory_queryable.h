#pragma once

// MemoryQueryable: series held as columns in memory, for tests of whatever reads a
// series::Queryable.
//
// Counter reset hints of histograms are set as a database would that stores them in chunks:
// "unknown" at the start of a run, "not reset" within one, gauges stay gauges. Selects give exactly
// the samples of the asked range, in small batches, so that readers meet batch borders. Not
// thread-safe while being changed.

#include <map>
#include <memory>

#include "series/queryable.h"

namespace aion::testing {

class MemoryQueryable : public series::Queryable {
 public:
  /// Series per batch.
  explicit MemoryQueryable(size_t batch_size = 3) : batch_size_(batch_size) {}

  void Clear() { series_.clear(); }
  /// Requires of both: `time` behind the last sample of the series; else the sample is ignored. A
  /// `start_time` of 0 is none.
  void AppendFloat(const model::Labels& labels, TimestampMs time, double value,
                   TimestampMs start_time = 0);
  void AppendHistogram(const model::Labels& labels, TimestampMs time,
                       model::FloatHistogram histogram, TimestampMs start_time = 0);

  StatusOr<std::unique_ptr<series::SeriesSet>> Select(
      const series::SelectRequest& request, const series::RequestContext& context) override;
  size_t series_count() const { return series_.size(); }

 private:
  struct Stored {
    series::SampleColumns columns;
    TimestampMs last_time = kTimestampMin;
    bool run_is_open = false;  ///< The last sample was a histogram the next one may continue.
  };

  /// The series to append to, or null when `time` is not behind its end.
  Stored* Advance(const model::Labels& labels, TimestampMs time);

  size_t batch_size_;
  std::map<model::Labels, Stored> series_;
};

}  // namespace aion::testing
