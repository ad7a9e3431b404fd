#include "testing/classic_histograms.h"

#include <cmath>
#include <limits>

#include "base/text.h"
#include "model/histogram_ops.h"

namespace aion::testing {
namespace {

constexpr std::string_view kBoundLabel = "le";

bool TakeSuffix(std::string_view* name, std::string_view suffix) {
  if (!name->ends_with(suffix)) return false;
  name->remove_suffix(suffix.size());
  return true;
}

}  // namespace

void ClassicHistograms::Add(const model::Labels& labels, TimestampMs time, double value) {
  std::string_view name = labels.Get(model::kMetricName);
  const bool is_bucket = TakeSuffix(&name, "_bucket");
  const bool is_count = !is_bucket && TakeSuffix(&name, "_count");
  const bool is_sum = !is_bucket && !is_count && TakeSuffix(&name, "_sum");
  if (!is_bucket && !is_count && !is_sum) return;
  double bound = 0;
  if (is_bucket) {
    const StatusOr<double> parsed = ParseGoFloat(labels.Get(kBoundLabel));
    if (!parsed.ok() || std::isnan(*parsed)) return;
    bound = *parsed;
  }
  model::LabelsBuilder builder(labels);
  builder.Set(model::kMetricName, name);
  builder.Delete(kBoundLabel);
  Classic& classic = histograms_[builder.Build()][time];
  if (is_bucket) {
    classic.cumulative.try_emplace(bound, value);
  } else if (is_count) {
    classic.count = value;
    classic.has_count = true;
  } else {
    classic.sum = value;
  }
}

StatusOr<model::FloatHistogram> ClassicHistograms::Convert(Classic classic) {
  if (!classic.has_count && !classic.cumulative.empty())
    classic.count = classic.cumulative.rbegin()->second;
  classic.cumulative.try_emplace(std::numeric_limits<double>::infinity(), classic.count);
  if (classic.cumulative.rbegin()->second != classic.count)
    return InvalidArgumentError("count mismatch");
  model::FloatHistogram histogram;
  histogram.schema = model::kCustomBucketsSchema;
  histogram.count = classic.count;
  histogram.sum = classic.sum;
  histogram.positive_spans = {{0, static_cast<uint32_t>(classic.cumulative.size())}};
  double below = 0;
  for (const auto& [bound, count] : classic.cumulative) {
    if (count < below) return InvalidArgumentError("count is not cumulative");
    histogram.positive_buckets.push_back(count - below);
    if (std::isfinite(bound) || bound < 0) histogram.custom_values.push_back(bound);
    below = count;
  }
  model::Compact(&histogram);
  RETURN_IF_ERROR(model::Validate(histogram));
  return histogram;
}

StatusOr<std::map<model::Labels, std::vector<NativeSample>>> ClassicHistograms::Convert() const {
  std::map<model::Labels, std::vector<NativeSample>> result;
  for (const auto& [labels, by_time] : histograms_) {
    for (const auto& [time, classic] : by_time) {
      ASSIGN_OR_RETURN(model::FloatHistogram histogram, Convert(classic));
      result[labels].push_back({time, std::move(histogram)});
    }
  }
  return result;
}

}  // namespace aion::testing
