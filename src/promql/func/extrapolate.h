#pragma once

// How far a rate reaches beyond its first and last sample: Prometheus' extrapolation, shared by the
// row kernel and the window function so that both give the same digits.
//
// The window's samples cover [first, last] of (start, end]. Where the gap to an edge is below 1.1
// mean intervals, the rate is taken to reach the edge, else half an interval; a counter's left
// reach ends where its line meets zero.

#include "base/clock.h"
#include "base/duration.h"

namespace aion::promql {

struct Reach {
  double to_start = 0;  ///< Seconds, before the zero point of a counter is considered.
  double to_end = 0;
  double sampled = 0;  ///< Seconds between the first and last sample.
  double threshold = 0;
};

/// Four divisions. Requires: sample_count >= 1.
inline Reach ReachOf(int64_t gap_start_ms, int64_t gap_end_ms, int64_t sampled_ms,
                     size_t sample_count) {
  Reach reach;
  reach.to_start = static_cast<double>(gap_start_ms) / 1000;
  reach.to_end = static_cast<double>(gap_end_ms) / 1000;
  reach.sampled = static_cast<double>(sampled_ms) / 1000;
  const double mean = sample_count > 1 ? reach.sampled / static_cast<double>(sample_count - 1) : 0;
  reach.threshold = mean * 1.1;
  if (reach.to_start >= reach.threshold) reach.to_start = mean / 2;
  if (reach.to_end >= reach.threshold) reach.to_end = mean / 2;
  return reach;
}

/// The factor from the increase between the samples to that of the window.
inline double ReachFactor(double sampled, double to_start, double to_end) {
  return sampled != 0 ? (sampled + to_start + to_end) / sampled : 1.0;
}

}  // namespace aion::promql
