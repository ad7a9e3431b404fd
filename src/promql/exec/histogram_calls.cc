// histogram_quantile, histogram_quantiles and histogram_fraction: series of classic buckets are
// joined into histograms once, by their labels without `le`; each step then takes the counts of one
// histogram from the rows of its buckets.

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "promql/exec/calls.h"
#include "promql/exec/label_sets.h"
#include "promql/func/bucket_quantile.h"

namespace aion::promql {
namespace {

constexpr std::string_view kBucketLabel = "le";

struct BucketSeries {
  size_t series = 0;
  double upper_bound = 0;
};

/// Series that are one histogram: its classic buckets and its native samples.
struct HistogramGroup {
  model::Labels labels;  ///< Without `le`.
  bool drop_name = false;
  std::vector<BucketSeries> buckets;
  std::vector<size_t> natives;
};

class HistogramFunctionCall {
 public:
  HistogramFunctionCall(Query& query, const Expr& argument, const StepGrid& grid)
      : query_(query), at_(Unwrap(&argument)->range), grid_(grid), result_(&query) {}

  Status Load(const Expr& argument) {
    ASSIGN_OR_RETURN(matrix_, EvalVector(query_, argument, grid_));
    LabelSetIndex index;
    const std::vector<std::string> bucket_label = {std::string(kBucketLabel)};
    std::string key;
    for (size_t i = 0; i < matrix_.series.size(); ++i) {
      const StepSeries& series = matrix_.series[i];
      RemoveLabels(series.labels, bucket_label, &key);
      if (HasFloats(series.row)) AddBucket(i, Group(&index, key, series));
      if (series.row.has_histograms())
        Group(&index, series.labels.packed(), series)->natives.push_back(i);
    }
    for (HistogramGroup& group : groups_) {
      std::stable_sort(group.buckets.begin(), group.buckets.end(),
                       [](const BucketSeries& a, const BucketSeries& b) {
                         return a.upper_bound < b.upper_bound;
                       });
    }
    return OkStatus();
  }

  /// `classic(step, buckets, metric)` and `native(step, histogram, metric)` give the values;
  /// `label` names and values an extra label, or is empty.
  template <typename Classic, typename Native>
  Status Run(const Classic& classic, const Native& native, std::string_view label,
             std::string_view label_value) {
    std::vector<ClassicBucket> buckets;
    for (const HistogramGroup& group : groups_) {
      RETURN_IF_ERROR(query_.CheckCancelled());
      StepSeries out{ResultLabels(group, label, label_value), true, StepRow(grid_.count)};
      const std::string_view metric = MetricOf(group);
      for (size_t step = 0; step < grid_.count; ++step) {
        if (steps_ != nullptr && (*steps_)[step] == 0) continue;
        const model::FloatHistogram* histogram = NativeAt(group, step);
        buckets.clear();
        for (const BucketSeries& bucket : group.buckets) {
          const StepRow& row = matrix_.series[bucket.series].row;
          if (row.HasFloat(step)) buckets.push_back({bucket.upper_bound, row.values()[step]});
        }
        if (histogram != nullptr && !buckets.empty()) {
          query_.annotations.MixedClassicNativeHistograms(query_.options.delayed_name_removal
                                                              ? group.labels.Get(model::kMetricName)
                                                              : std::string_view(),
                                                          at_);
        } else if (histogram != nullptr) {
          out.row.SetFloat(step, native(step, *histogram, metric));
        } else if (!buckets.empty()) {
          out.row.SetFloat(step, classic(step, &buckets, metric));
        }
      }
      if (!out.row.Empty()) RETURN_IF_ERROR(result_.Append(std::move(out)));
    }
    return OkStatus();
  }

  StatusOr<StepMatrix> Finish() {
    if (!query_.options.delayed_name_removal) RETURN_IF_ERROR(JoinEqualLabels(&result_));
    return std::move(result_);
  }

  /// Runs look only at the steps marked here; null for all.
  void LimitSteps(const std::vector<uint8_t>* steps) { steps_ = steps; }
  SourceRange at() const { return at_; }

 private:
  static bool HasFloats(const StepRow& row) {
    return std::any_of(row.bits(), row.bits() + row.word_count(),
                       [](uint64_t word) { return word != 0; });
  }

  HistogramGroup* Group(LabelSetIndex* index, const std::string& packed, const StepSeries& series) {
    const auto [at, is_new] = index->Find(packed);
    if (is_new) groups_.push_back({model::Labels::FromPacked(packed), series.drop_name, {}, {}});
    return &groups_[at];
  }

  void AddBucket(size_t i, HistogramGroup* group) {
    const StepSeries& series = matrix_.series[i];
    const std::string_view text = series.labels.Get(kBucketLabel);
    const StatusOr<double> bound = ParseGoFloat(text);
    if (bound.ok()) {
      group->buckets.push_back({i, *bound});
      return;
    }
    const bool named = query_.options.delayed_name_removal;
    query_.annotations.BadBucketLabel(
        named ? series.labels.Get(model::kMetricName) : std::string_view(), text, at_);
  }

  const model::FloatHistogram* NativeAt(const HistogramGroup& group, size_t step) const {
    for (size_t i : group.natives) {
      if (const HistogramPtr& histogram = matrix_.series[i].row.Histogram(step))
        return histogram.get();
    }
    return nullptr;
  }

  /// Annotations name the metric only as long as it is in the labels of the result.
  std::string_view MetricOf(const HistogramGroup& group) const {
    return query_.options.delayed_name_removal ? group.labels.Get(model::kMetricName)
                                               : std::string_view();
  }

  model::Labels ResultLabels(const HistogramGroup& group, std::string_view label,
                             std::string_view value) const {
    const model::Labels base =
        query_.options.delayed_name_removal ? group.labels : DropMetadata(group.labels);
    if (label.empty()) return base;
    model::LabelsBuilder builder(base);
    builder.Set(label, value);
    return builder.Build();
  }

  Query& query_;
  const SourceRange at_;
  const StepGrid grid_;
  StepMatrix matrix_;
  StepMatrix result_;
  std::vector<HistogramGroup> groups_;
  const std::vector<uint8_t>* steps_ = nullptr;
};

bool IsQuantile(double q) { return q >= 0 && q <= 1; }

void CheckQuantiles(Query& query, const std::vector<double>& quantiles, const Expr& argument) {
  for (double q : quantiles) {
    if (!IsQuantile(q)) query.annotations.InvalidQuantile(q, Unwrap(&argument)->range);
  }
}

Status RunQuantile(Query& query, HistogramFunctionCall* call, const StepGrid& grid,
                   const std::vector<double>& q, std::string_view label, std::string_view value) {
  const SourceRange at = call->at();
  std::map<std::string, MonotonicityNote, std::less<>>
      forced;  // By metric; texts are made once in the end.
  const Status status = call->Run(
      [&](size_t step, std::vector<ClassicBucket>* buckets, std::string_view metric) {
        const ClassicQuantile quantile = QuantileOfBuckets(q[step], buckets);
        if (quantile.forced_monotonicity) {
          auto note = forced.find(metric);
          if (note == forced.end()) note = forced.emplace(metric, MonotonicityNote()).first;
          const TimestampMs time = grid.Time(step);
          note->second.Add(
              {1, time, time, quantile.min_bucket, quantile.max_bucket, quantile.max_difference});
        }
        return quantile.value;
      },
      [&](size_t step, const model::FloatHistogram& histogram, std::string_view metric) {
        return QuantileOfHistogram(q[step], histogram, metric, at, &query.annotations);
      },
      label, value);
  for (const auto& [metric, note] : forced) query.annotations.ForcedMonotonicity(metric, at, note);
  return status;
}

/// OpenMetrics' text of a float: integers keep a fraction.
std::string OpenMetricsFloat(double value) {
  std::string text = FormatGoFloat(value, 'g');
  if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

StatusOr<StepMatrix> EvalHistogramQuantile(Query& query, const Call& call, const StepGrid& grid) {
  ASSIGN_OR_RETURN(const std::vector<double> q, EvalScalar(query, *call.args[0], grid));
  HistogramFunctionCall histograms(query, *call.args[1], grid);
  CheckQuantiles(query, q, *call.args[0]);
  RETURN_IF_ERROR(histograms.Load(*call.args[1]));
  RETURN_IF_ERROR(RunQuantile(query, &histograms, grid, q, {}, {}));
  return histograms.Finish();
}

StatusOr<StepMatrix> EvalHistogramQuantiles(Query& query, const Call& call, const StepGrid& grid) {
  HistogramFunctionCall histograms(query, *call.args[0], grid);
  RETURN_IF_ERROR(histograms.Load(*call.args[0]));
  const std::string& label = StringArgument(call, 1);
  for (size_t arg = 2; arg < call.args.size(); ++arg) {
    ASSIGN_OR_RETURN(const std::vector<double> q, EvalScalar(query, *call.args[arg], grid));
    CheckQuantiles(query, q, *call.args[arg]);
    // A quantile that changes from step to step gives a series for each of its values.
    std::map<std::string, std::vector<uint8_t>> steps_of;
    for (size_t step = 0; step < grid.count; ++step) {
      steps_of.try_emplace(OpenMetricsFloat(q[step]), grid.count).first->second[step] = 1;
    }
    for (const auto& [text, steps] : steps_of) {
      histograms.LimitSteps(&steps);
      RETURN_IF_ERROR(RunQuantile(query, &histograms, grid, q, label, text));
    }
  }
  return histograms.Finish();
}

StatusOr<StepMatrix> EvalHistogramFraction(Query& query, const Call& call, const StepGrid& grid) {
  ASSIGN_OR_RETURN(const std::vector<double> lower, EvalScalar(query, *call.args[0], grid));
  ASSIGN_OR_RETURN(const std::vector<double> upper, EvalScalar(query, *call.args[1], grid));
  HistogramFunctionCall histograms(query, *call.args[2], grid);
  RETURN_IF_ERROR(histograms.Load(*call.args[2]));
  const SourceRange at = histograms.at();
  RETURN_IF_ERROR(histograms.Run(
      [&](size_t step, std::vector<ClassicBucket>* buckets, std::string_view) {
        return FractionOfBuckets(lower[step], upper[step], buckets);
      },
      [&](size_t step, const model::FloatHistogram& histogram, std::string_view metric) {
        return FractionOfHistogram(lower[step], upper[step], histogram, metric, at,
                                   &query.annotations);
      },
      {}, {}));
  return histograms.Finish();
}

}  // namespace aion::promql
