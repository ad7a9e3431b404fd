#include "promql/func/annotations.h"

#include <cstdio>

#include "base/text.h"
#include "promql/parse/parser.h"

namespace aion::promql {
namespace {

std::string Quoted(std::string_view text) { return QuoteGo(text); }

std::string WithMetric(std::string text, std::string_view metric) {
  if (!metric.empty()) text += " for metric name " + Quoted(metric);
  return text;
}

std::string TwoDigits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", value);
  return text;
}

}  // namespace

std::string_view OperationText(HistogramOperation operation) {
  switch (operation) {
    case HistogramOperation::kAddition:
      return "addition";
    case HistogramOperation::kSubtraction:
      return "subtraction";
    case HistogramOperation::kAggregation:
      return "aggregation";
  }
  return "unknown operation";
}

void Annotations::Add(std::string text, const Note& note) {
  auto [it, inserted] = notes_.try_emplace(std::move(text), note);
  if (inserted) return;
  Note& known = it->second;
  if (note.kind != known.kind || note.kind == Kind::kPlain) {
    known = note;
    return;
  }
  known.overlaps += note.overlaps;
  known.monotonicity.Add(note.monotonicity);
}

void Annotations::Merge(const Annotations& other) {
  for (const auto& [text, note] : other.notes_) Add(text, note);
}

void Annotations::Render(std::string_view query, model::Warnings* out) const {
  for (const auto& [text, note] : notes_) {
    std::string line = text;
    if (note.kind == Kind::kMonotonicity) {
      const auto seconds = [](TimestampMs time) { return FormatRfc3339(time / 1000 * 1000); };
      const MonotonicityNote& m = note.monotonicity;
      line += ", from buckets " + FormatGoFloat(m.min_bucket, 'g') + " to " +
              FormatGoFloat(m.max_bucket, 'g') + ", with a max diff of " +
              TwoDigits(m.max_difference) + ", over " + std::to_string(m.count) + " samples from " +
              seconds(m.min_time) + " to " + seconds(m.max_time);
    } else if (note.kind == Kind::kOverlap && note.overlaps > 1) {
      line += " (" + std::to_string(note.overlaps) + " occurrences)";
    }
    if (!query.empty()) line += " (" + FormatPosition(query, note.at.start) + ")";
    if (line.starts_with("PromQL info")) {
      out->AddInfo(std::move(line));
    } else {
      out->AddWarning(std::move(line));
    }
  }
}

void Annotations::InvalidQuantile(double q, SourceRange at) {
  Warning("quantile value should be between 0 and 1, got " + FormatGoFloat(q, 'g'), at);
}
void Annotations::InvalidRatio(double ratio, double capped, SourceRange at) {
  Warning("ratio value should be between -1 and 1, got " + FormatGoFloat(ratio, 'g') +
              ", capping to " + FormatGoFloat(capped, 'g'),
          at);
}
void Annotations::BadBucketLabel(std::string_view metric, std::string_view label, SourceRange at) {
  Warning(WithMetric("bucket label \"le\" is missing or has a malformed value of " + Quoted(label),
                     metric),
          at);
}
void Annotations::MixedFloatsHistograms(std::string_view metric, SourceRange at) {
  Warning("encountered a mix of histograms and floats for metric name " + Quoted(metric), at);
}
void Annotations::MixedFloatsHistogramsAggregation(SourceRange at) {
  Warning("encountered a mix of histograms and floats for aggregation", at);
}
void Annotations::MixedClassicNativeHistograms(std::string_view metric, SourceRange at) {
  Warning(WithMetric("vector contains a mix of classic and native histograms", metric), at);
}
void Annotations::NativeHistogramNotCounter(std::string_view metric, SourceRange at) {
  Warning("this native histogram metric is not a counter: " + Quoted(metric), at);
}
void Annotations::NativeHistogramNotGauge(std::string_view metric, SourceRange at) {
  Warning("this native histogram metric is not a gauge: " + Quoted(metric), at);
}
void Annotations::MixedExponentialCustomHistograms(std::string_view metric, SourceRange at) {
  Warning(
      "vector contains a mix of histograms with exponential and custom buckets schemas for metric "
      "name " +
          Quoted(metric),
      at);
}
void Annotations::IncompatibleBucketLayout(std::string_view op, SourceRange at) {
  Warning("incompatible bucket layout encountered for binary operator " + std::string(op), at);
}
void Annotations::SortInRangeQuery(SourceRange at) {
  Warning("sort is ineffective for range queries since results are always ordered by labels", at);
}
void Annotations::PossibleNonCounter(std::string_view metric, SourceRange at) {
  Info("metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " +
           Quoted(metric),
       at);
}
void Annotations::PossibleNonCounterLabel(std::string_view metric, std::string_view type,
                                          SourceRange at) {
  Info(
      "metric might not be a counter, __type__ label is not set to \"counter\" or \"histogram\", "
      "got " +
          Quoted(type) + ": " + Quoted(metric),
      at);
}
void Annotations::ForcedMonotonicity(std::string_view metric, SourceRange at,
                                     const MonotonicityNote& note) {
  Add(WithMetric(
          "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
          "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)",
          metric),
      Note{.kind = Kind::kMonotonicity, .at = at, .monotonicity = note});
}
void Annotations::IncompatibleTypes(std::string_view left, std::string_view op,
                                    std::string_view right, SourceRange at) {
  Info("incompatible sample types encountered for binary operator " + Quoted(op) + ": " +
           std::string(left) + " " + std::string(op) + " " + std::string(right),
       at);
}
void Annotations::HistogramIgnoredInAggregation(std::string_view aggregation, SourceRange at) {
  Info("ignored histogram in " + std::string(aggregation) + " aggregation", at);
}
void Annotations::HistogramIgnoredInMixedRange(std::string_view metric, SourceRange at) {
  Info("ignored histograms in a range containing both floats and histograms for metric name " +
           Quoted(metric),
       at);
}
void Annotations::QuantileNanResult(std::string_view metric, SourceRange at) {
  Info(WithMetric("input to histogram_quantile has NaN observations, result is NaN", metric), at);
}
void Annotations::QuantileNanSkew(std::string_view metric, SourceRange at) {
  Info(WithMetric("input to histogram_quantile has NaN observations, result is skewed higher",
                  metric),
       at);
}
void Annotations::FractionNans(std::string_view metric, SourceRange at) {
  Info(
      WithMetric(
          "input to histogram_fraction has NaN observations, which are excluded from all fractions",
          metric),
      at);
}
void Annotations::CounterResetCollision(HistogramOperation operation, SourceRange at) {
  Warning("conflicting counter resets during histogram " + std::string(OperationText(operation)),
          at);
}
void Annotations::MismatchedCustomBuckets(HistogramOperation operation, SourceRange at) {
  Info("mismatched custom buckets were reconciled during " + std::string(OperationText(operation)),
       at);
}
void Annotations::StartTimeOverlap(std::string_view metric, SourceRange at) {
  Add("PromQL warning: sample has start time that overlaps with previous sample timestamp for "
      "metric " +
          Quoted(metric),
      Note{.kind = Kind::kOverlap, .at = at, .overlaps = 1});
}

}  // namespace aion::promql
