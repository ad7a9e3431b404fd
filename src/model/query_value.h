#pragma once

// QueryValue: the answer of a PromQL query, as the API prints it. Points are ordered by time within
// a series; a series holds floats and histograms side by side. Plain movable values.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "model/histogram.h"
#include "model/labels.h"

namespace aion::model {

struct FloatPoint {
  TimestampMs time = 0;
  double value = 0;
};

struct HistogramPoint {
  TimestampMs time = 0;
  std::shared_ptr<const FloatHistogram> histogram;
};

struct Series {
  Labels labels;
  std::vector<FloatPoint> floats;
  std::vector<HistogramPoint> histograms;
};

struct VectorSample {
  Labels labels;
  TimestampMs time = 0;
  double value = 0;
  std::shared_ptr<const FloatHistogram>
      histogram;  // Set: the sample is a histogram and `value` means nothing.
};

struct Scalar {
  TimestampMs time = 0;
  double value = 0;
};
struct StringValue {
  TimestampMs time = 0;
  std::string value;
};
using Vector = std::vector<VectorSample>;
using Matrix = std::vector<Series>;
using QueryValue = std::variant<Scalar, StringValue, Vector, Matrix>;

}  // namespace aion::model
