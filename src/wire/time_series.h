#pragma once

// prometheus.TimeSeries: labels with float samples, exemplars and native histograms, as remote
// read's SAMPLES answers and the Query service carry them. Plain values; pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/query_value.h"
#include "wire/protobuf.h"

namespace aion::wire {

struct WireExemplar {
  model::Labels labels;
  double value = 0;
  TimestampMs time = 0;
};

/// Integer histograms arrive as floats: the engine knows no others.
struct TimeSeries {
  model::Labels labels;
  std::vector<model::FloatPoint> samples;
  std::vector<model::HistogramPoint> histograms;
  std::vector<WireExemplar> exemplars;
};

/// Appends the message as `field`.
void EncodeTimeSeries(ProtoWriter* writer, uint32_t field, const TimeSeries& series);
/// kInvalidArgument for malformed bytes and for histograms that do not hold together.
Status DecodeTimeSeries(std::string_view bytes, TimeSeries* series);

/// prometheus.Histogram of either kind.
void EncodeHistogram(ProtoWriter* writer, uint32_t field, const model::HistogramPoint& point);
Status DecodeHistogram(std::string_view bytes, model::HistogramPoint* point);

}  // namespace aion::wire
