#include "testing/promql_script_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "model/histogram_ops.h"
#include "model/histogram_text.h"
#include "series/columns.h"

namespace aion::testing {
namespace {

using model::FloatHistogram;
using promql::SequenceValue;
using promql::SeriesDescription;

constexpr double kEpsilon = 0.000001;

Status Differs(std::string message) { return FailedPreconditionError(std::move(message)); }

bool AlmostEqual(double a, double b) {
  if (series::IsStale(a) || series::IsStale(b)) return series::IsStale(a) && series::IsStale(b);
  if ((std::isnan(a) && std::isnan(b)) || a == b) return true;
  constexpr double kMinNormal = std::numeric_limits<double>::min();
  const double sum = std::abs(a) + std::abs(b);
  const double difference = std::abs(a - b);
  if (a == 0 || b == 0 || sum < kMinNormal) return difference < kEpsilon * kMinNormal;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kEpsilon;
}

bool AlmostEqual(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double x, double y) { return AlmostEqual(x, y); });
}

bool AlmostEqual(const SequenceValue& expected, const FloatHistogram& actual) {
  FloatHistogram a = *expected.histogram;
  FloatHistogram b = actual;
  model::Compact(&a);
  model::Compact(&b);
  if (expected.counter_reset_hint_set && a.counter_reset_hint != b.counter_reset_hint) return false;
  return a.schema == b.schema && AlmostEqual(a.count, b.count) && AlmostEqual(a.sum, b.sum) &&
         (!a.UsesCustomBuckets() || model::CustomBoundsMatch(a, b)) &&
         a.zero_threshold == b.zero_threshold && AlmostEqual(a.zero_count, b.zero_count) &&
         a.positive_spans == b.positive_spans && a.negative_spans == b.negative_spans &&
         AlmostEqual(a.positive_buckets, b.positive_buckets) &&
         AlmostEqual(a.negative_buckets, b.negative_buckets);
}

std::string Text(const SequenceValue& value) {
  if (value.omitted) return "_";
  return value.histogram ? model::ToTestExpression(*value.histogram)
                         : FormatGoFloat(value.value, 'g');
}

std::string Text(double value, const std::shared_ptr<const FloatHistogram>& histogram) {
  return histogram != nullptr ? model::ToTestExpression(*histogram) : FormatGoFloat(value, 'g');
}

std::string Text(const model::Series& series) {
  std::string text;
  for (const model::FloatPoint& point : series.floats) {
    text += fmt::format(" {}@{}", FormatGoFloat(point.value, 'g'), point.time);
  }
  for (const model::HistogramPoint& point : series.histograms) {
    text += fmt::format(" {}@{}", model::ToTestExpression(*point.histogram), point.time);
  }
  return text;
}

/// The description with these labels and its position, or null.
const SeriesDescription* Find(const EvalCommand& eval, const model::Labels& labels,
                              size_t* position) {
  const auto found = std::ranges::find(eval.expected, labels, &SeriesDescription::labels);
  *position = static_cast<size_t>(found - eval.expected.begin());
  return found == eval.expected.end() ? nullptr : &*found;
}

Status CompareSample(const SequenceValue& expected, const model::VectorSample& sample) {
  const bool histograms = expected.histogram.has_value() && sample.histogram != nullptr;
  const bool floats = !expected.histogram.has_value() && sample.histogram == nullptr;
  const bool same = (histograms && AlmostEqual(expected, *sample.histogram)) ||
                    (floats && AlmostEqual(expected.value, sample.value));
  if (same) return OkStatus();
  return Differs(fmt::format("{}: expected {}, got {}", sample.labels.ToString(), Text(expected),
                             Text(sample.value, sample.histogram)));
}

Status CompareVector(const EvalCommand& eval, const model::Vector& vector) {
  if (eval.expected_scalar)
    return Differs(fmt::format("expected a scalar, got a vector of {}", vector.size()));
  std::vector<bool> seen(eval.expected.size());
  for (size_t i = 0; i < vector.size(); ++i) {
    size_t position;
    const SeriesDescription* expected = Find(eval, vector[i].labels, &position);
    if (expected == nullptr) {
      return Differs(fmt::format("unexpected metric {} with {}", vector[i].labels.ToString(),
                                 Text(vector[i].value, vector[i].histogram)));
    }
    if (eval.Expects(Expectation::Kind::kOrdered) && position != i) {
      return Differs(fmt::format("{}: expected at position {}, got at {}",
                                 vector[i].labels.ToString(), position, i));
    }
    if (expected->values.empty())
      return Differs(fmt::format("{}: no expected value", expected->labels.ToString()));
    RETURN_IF_ERROR(CompareSample(expected->values.front(), vector[i]));
    if (seen[position])
      return Differs(fmt::format("{}: twice in the result", vector[i].labels.ToString()));
    seen[position] = true;
  }
  for (size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i])
      return Differs(
          fmt::format("expected metric {} not found", eval.expected[i].labels.ToString()));
  }
  return OkStatus();
}

Status CompareSeries(const EvalCommand& eval, const SeriesDescription& expected,
                     const model::Series& series) {
  const auto fail = [&](std::string_view what) {
    std::string text;
    for (const SequenceValue& value : expected.values) text += " " + Text(value);
    return Differs(fmt::format("{}: {}: expected{}, got{}", expected.labels.ToString(), what, text,
                               Text(series)));
  };
  size_t floats = 0, histograms = 0;
  for (size_t i = 0; i < expected.values.size(); ++i) {
    const SequenceValue& value = expected.values[i];
    const TimestampMs time = eval.start + static_cast<int64_t>(i) * eval.step_ms;
    if (time > eval.end) return fail("more points than steps");
    if (value.omitted) continue;
    if (value.histogram) {
      if (histograms == series.histograms.size()) return fail("histogram missing");
      const model::HistogramPoint& point = series.histograms[histograms++];
      if (point.time != time || !AlmostEqual(value, *point.histogram))
        return fail(fmt::format("at {}", time));
    } else {
      if (floats == series.floats.size()) return fail("float missing");
      const model::FloatPoint& point = series.floats[floats++];
      if (point.time != time || !AlmostEqual(value.value, point.value))
        return fail(fmt::format("at {}", time));
    }
  }
  if (floats != series.floats.size() || histograms != series.histograms.size())
    return fail("more points");
  return OkStatus();
}

Status CompareMatrix(const EvalCommand& eval, const model::Matrix& matrix) {
  if (eval.expected_scalar) return Differs("expected a scalar, got a matrix");
  if (eval.Expects(Expectation::Kind::kOrdered))
    return Differs("expected an ordered result, got a matrix");
  const bool sorted = std::ranges::is_sorted(
      matrix, [](const model::Series& a, const model::Series& b) { return a.labels < b.labels; });
  if (!sorted) return Differs("matrix is not sorted by labels");
  std::vector<bool> seen(eval.expected.size());
  for (const model::Series& series : matrix) {
    size_t position;
    const SeriesDescription* expected = Find(eval, series.labels, &position);
    if (expected == nullptr) {
      return Differs(
          fmt::format("unexpected metric {} with{}", series.labels.ToString(), Text(series)));
    }
    RETURN_IF_ERROR(CompareSeries(eval, *expected, series));
    if (seen[position])
      return Differs(fmt::format("{}: twice in the result", series.labels.ToString()));
    seen[position] = true;
  }
  for (size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i])
      return Differs(
          fmt::format("expected metric {} not found", eval.expected[i].labels.ToString()));
  }
  return OkStatus();
}

/// One kind of annotations against the expectations of that kind.
Status CompareTexts(const EvalCommand& eval, Expectation::Kind kind,
                    const std::vector<std::string>& texts) {
  if (!eval.Expects(kind)) return OkStatus();
  for (const Expectation& expectation : eval.expectations) {
    if (expectation.kind != kind) continue;
    if (std::ranges::none_of(texts,
                             [&](const std::string& text) { return expectation.Matches(text); })) {
      return Differs(fmt::format("expected annotation {}, got [{}]", QuoteGo(expectation.text),
                                 fmt::join(texts, "; ")));
    }
  }
  for (const std::string& text : texts) {
    const bool expected =
        std::ranges::any_of(eval.expectations, [&](const Expectation& expectation) {
          return expectation.kind == kind && expectation.Matches(text);
        });
    if (!expected) return Differs("unexpected annotation " + QuoteGo(text));
  }
  return OkStatus();
}

}  // namespace

Status CompareResult(const EvalCommand& eval, const model::QueryValue& value) {
  if (const auto* vector = std::get_if<model::Vector>(&value)) return CompareVector(eval, *vector);
  if (const auto* matrix = std::get_if<model::Matrix>(&value)) return CompareMatrix(eval, *matrix);
  if (const auto* text = std::get_if<model::StringValue>(&value)) {
    if (eval.expected_string == text->value) return OkStatus();
    return Differs(fmt::format("expected string {}, got {}",
                               QuoteGo(eval.expected_string.value_or("")), QuoteGo(text->value)));
  }
  const double scalar = std::get<model::Scalar>(value).value;
  if (!eval.expected_scalar) return Differs("got a scalar: " + FormatGoFloat(scalar, 'g'));
  if (AlmostEqual(*eval.expected_scalar, scalar)) return OkStatus();
  return Differs(fmt::format("expected scalar {}, got {}",
                             FormatGoFloat(*eval.expected_scalar, 'g'),
                             FormatGoFloat(scalar, 'g')));
}

Status CompareAnnotations(const EvalCommand& eval, const model::Warnings& warnings) {
  using Kind = Expectation::Kind;
  const auto list = [](const std::vector<std::string>& texts) {
    return fmt::format("{}", fmt::join(texts, "; "));
  };
  if (eval.warn && warnings.warnings().empty()) return Differs("expected warnings, got none");
  if (eval.info && warnings.infos().empty()) return Differs("expected infos, got none");
  if (eval.Expects(Kind::kNoWarn) && !warnings.warnings().empty()) {
    return Differs("unexpected warnings: " + list(warnings.warnings()));
  }
  if (eval.Expects(Kind::kNoInfo) && !warnings.infos().empty()) {
    return Differs("unexpected infos: " + list(warnings.infos()));
  }
  RETURN_IF_ERROR(CompareTexts(eval, Kind::kWarn, warnings.warnings()));
  return CompareTexts(eval, Kind::kInfo, warnings.infos());
}

model::Vector VectorAt(const model::Matrix& matrix, TimestampMs time) {
  model::Vector vector;
  for (const model::Series& series : matrix) {
    for (const model::FloatPoint& point : series.floats) {
      if (point.time == time) vector.push_back({series.labels, time, point.value, nullptr});
    }
    for (const model::HistogramPoint& point : series.histograms) {
      if (point.time == time) vector.push_back({series.labels, time, 0, point.histogram});
    }
  }
  return vector;
}

}  // namespace aion::testing
