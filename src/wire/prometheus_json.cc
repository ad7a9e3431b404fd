#include "wire/prometheus_json.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "model/histogram_buckets.h"

namespace aion::wire {
namespace {

/// Beyond these a sample value is printed with an exponent.
constexpr double kPlainMin = 1e-6;
constexpr double kPlainMax = 1e21;

/// About what a point takes in JSON: reserving it once keeps large answers from being copied as
/// they grow.
constexpr size_t kPointBytes = 34;

void AppendInteger(std::string* out, int64_t value) {
  std::array<char, 24> text;
  out->append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void AppendPoint(std::string* out, const model::FloatPoint& point) {
  out->push_back('[');
  AppendTimestampJson(out, point.time);
  out->push_back(',');
  AppendSampleValueJson(out, point.value);
  out->push_back(']');
}

void AppendPoint(std::string* out, const model::HistogramPoint& point) {
  out->push_back('[');
  AppendTimestampJson(out, point.time);
  out->push_back(',');
  AppendHistogramJson(out, *point.histogram);
  out->push_back(']');
}

template <typename Points>
void AppendPoints(std::string* out, std::string_view field, const Points& points) {
  if (points.empty()) return;
  out->append(",\"").append(field).append("\":[");
  bool first = true;
  for (const auto& point : points) {
    if (!std::exchange(first, false)) out->push_back(',');
    AppendPoint(out, point);
  }
  out->push_back(']');
}

void AppendMatrix(std::string* out, const model::Matrix& matrix) {
  size_t points = 0;
  for (const model::Series& series : matrix) points += series.floats.size();
  out->reserve(out->size() + points * kPointBytes);
  bool first = true;
  for (const model::Series& series : matrix) {
    if (!std::exchange(first, false)) out->push_back(',');
    out->append("{\"metric\":");
    AppendLabelsJson(out, series.labels);
    AppendPoints(out, "values", series.floats);
    AppendPoints(out, "histograms", series.histograms);
    out->push_back('}');
  }
}

void AppendVector(std::string* out, const model::Vector& vector) {
  bool first = true;
  for (const model::VectorSample& sample : vector) {
    if (!std::exchange(first, false)) out->push_back(',');
    out->append("{\"metric\":");
    AppendLabelsJson(out, sample.labels);
    if (sample.histogram != nullptr) {
      out->append(",\"histogram\":");
      AppendPoint(out, model::HistogramPoint{sample.time, sample.histogram});
    } else {
      out->append(",\"value\":");
      AppendPoint(out, model::FloatPoint{sample.time, sample.value});
    }
    out->push_back('}');
  }
}

struct ValuePrinter {
  std::string* out;

  void Begin(std::string_view type) const {
    out->append("\"resultType\":\"").append(type).append("\",\"result\":[");
  }
  void operator()(const model::Scalar& scalar) const {
    Begin("scalar");
    AppendTimestampJson(out, scalar.time);
    out->append(",\"");
    // Compat: a scalar is never printed with an exponent.
    AppendGoFloat(out, scalar.value);
    out->append("\"]");
  }
  void operator()(const model::StringValue& text) const {
    Begin("string");
    AppendTimestampJson(out, text.time);
    out->push_back(',');
    AppendJsonString(out, text.value);
    out->push_back(']');
  }
  void operator()(const model::Vector& vector) const {
    Begin("vector");
    AppendVector(out, vector);
    out->push_back(']');
  }
  void operator()(const model::Matrix& matrix) const {
    Begin("matrix");
    AppendMatrix(out, matrix);
    out->push_back(']');
  }
};

/// 0 (lower, upper], 1 [lower, upper), 2 (lower, upper), 3 [lower, upper].
int Boundaries(const model::Bucket& bucket) {
  if (bucket.lower_inclusive) return bucket.upper_inclusive ? 3 : 1;
  return bucket.upper_inclusive ? 0 : 2;
}

}  // namespace

void AppendQueryValueJson(std::string* out, const model::QueryValue& value) {
  std::visit(ValuePrinter{out}, value);
}

void AppendLabelsJson(std::string* out, model::LabelsView labels) {
  out->push_back('{');
  bool first = true;
  for (const model::LabelView label : labels) {
    if (!std::exchange(first, false)) out->push_back(',');
    AppendJsonString(out, label.name);
    out->push_back(':');
    AppendJsonString(out, label.value);
  }
  out->push_back('}');
}

void AppendTimestampJson(std::string* out, TimestampMs time) {
  uint64_t magnitude = static_cast<uint64_t>(time);
  if (time < 0) {
    out->push_back('-');
    magnitude = 0 - magnitude;
  }
  AppendInteger(out, static_cast<int64_t>(magnitude / 1000));
  const auto fraction = static_cast<int>(magnitude % 1000);
  if (fraction == 0) return;
  const char digits[4] = {'.', static_cast<char>('0' + fraction / 100),
                          static_cast<char>('0' + fraction / 10 % 10),
                          static_cast<char>('0' + fraction % 10)};
  out->append(digits, sizeof digits);
}

void AppendSampleValueJson(std::string* out, double value) {
  out->push_back('"');
  const double magnitude = std::abs(value);
  const bool exponent =
      magnitude != 0 && (magnitude < kPlainMin || magnitude >= kPlainMax) && std::isfinite(value);
  if (exponent) {
    out->append(FormatGoFloat(value, 'e'));
  } else {
    AppendGoFloat(out, value);
  }
  out->push_back('"');
}

void AppendHistogramJson(std::string* out, const model::FloatHistogram& histogram) {
  out->append("{\"count\":");
  AppendSampleValueJson(out, histogram.count);
  out->append(",\"sum\":");
  AppendSampleValueJson(out, histogram.sum);
  bool first = true;
  for (model::AllBucketIterator it(histogram, model::BucketOrder::kAscending); it.Next();) {
    const model::Bucket& bucket = it.bucket();
    if (bucket.count == 0) continue;
    out->append(std::exchange(first, false) ? ",\"buckets\":[[" : ",[");
    AppendInteger(out, Boundaries(bucket));
    for (const double number : {bucket.lower, bucket.upper, bucket.count}) {
      out->push_back(',');
      AppendSampleValueJson(out, number);
    }
    out->push_back(']');
  }
  if (!first) out->push_back(']');
  out->push_back('}');
}

}  // namespace aion::wire
