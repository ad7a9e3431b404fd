// Aggregations that need the samples of a group side by side: topk, bottomk, limitk, limit_ratio,
// quantile and count_values. Groups are found once a series; the steps are then walked over rows
// that are held.

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "model/histogram_text.h"
#include "promql/exec/aggregate.h"
#include "promql/exec/label_sets.h"
#include "promql/func/statistics.h"

namespace aion::promql {
namespace {

constexpr double kInt64Max = 9223372036854774784.0;
constexpr double kInt64Min = -9223372036854775808.0;

/// The series of each group, in order.
struct Members {
  std::vector<std::string> labels;
  std::vector<std::vector<size_t>> series;
};

Members FindMembers(const StepMatrix& matrix, const Grouping& grouping) {
  Members members;
  LabelSetIndex index;
  std::string key;
  for (size_t i = 0; i < matrix.series.size(); ++i) {
    grouping.LabelsOf(matrix.series[i].labels, &key);
    const auto [at, is_new] = index.Find(key);
    if (is_new) {
      members.labels.push_back(key);
      members.series.emplace_back();
    }
    members.series[at].push_back(i);
  }
  return members;
}

/// Go's math.Max: NaN wins over anything but +Inf.
double MaxOf(double a, double b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a == kInfinity || b == kInfinity) return kInfinity;
  return std::isnan(a) ? a : std::isnan(b) ? b : std::max(a, b);
}

double MinOf(double a, double b) { return -MaxOf(-a, -b); }

struct Extent {
  double min = std::numeric_limits<double>::max();
  double max = -std::numeric_limits<double>::max();
  bool has_nan = false;
};

Extent ExtentOf(const std::vector<double>& values) {
  Extent extent{values[0], values[0], false};
  for (double value : values) {
    extent.min = MinOf(extent.min, value);
    extent.max = MaxOf(extent.max, value);
    extent.has_nan |= std::isnan(value);
  }
  return extent;
}

/// Whether nothing is to be ranked; errors of the parameter.
StatusOr<bool> CheckParameter(Query& query, const AggregateExpr& aggregate,
                              const std::vector<double>& parameter) {
  const Extent extent = ExtentOf(parameter);
  if (aggregate.op == AggregateOp::kLimitRatio) {
    if (extent.max == 0 && extent.min == 0) return true;
    if (extent.has_nan) return FailedPreconditionError("Ratio value is NaN");
    const SourceRange at = Unwrap(aggregate.param.get())->range;
    if (extent.max > 1) query.annotations.InvalidRatio(extent.max, 1, at);
    if (extent.min < -1) query.annotations.InvalidRatio(extent.min, -1, at);
    return false;
  }
  if (extent.max < 1) return true;
  if (extent.has_nan) return FailedPreconditionError("Parameter value is NaN");
  if (extent.min <= kInt64Min) {
    return FailedPreconditionError("Scalar value " + FormatGoFloat(extent.min, 'g') +
                                   " underflows int64");
  }
  if (extent.max >= kInt64Max) {
    return FailedPreconditionError("Scalar value " + FormatGoFloat(extent.max, 'g') +
                                   " overflows int64");
  }
  return false;
}

/// A value and the series it is of.
using Candidate = std::pair<double, size_t>;

/// A heap of the k best so far with the worst of them on top; NaN is worse than any number.
///
/// Compat: which of equal values stay is decided by the moves of the heap, and users see it. These
/// are those of Go's container/heap with a comparison that holds NaN below everything, itself
/// included.
class BestHeap {
 public:
  BestHeap(std::vector<Candidate>* items, size_t k, bool top) : items_(*items), k_(k), top_(top) {
    items_.clear();
  }

  void Offer(const Candidate& candidate) {
    if (items_.size() < k_) {
      items_.push_back(candidate);
      Rise(items_.size() - 1);
      return;
    }
    const double worst = items_.front().first;
    const bool better = top_ ? worst < candidate.first : worst > candidate.first;
    if (!better && !(std::isnan(worst) && !std::isnan(candidate.first))) return;
    items_.front() = candidate;
    Sink();
  }

  /// Best first; equals keep their places in the heap.
  void Sort() {
    std::ranges::stable_sort(items_, [this](const Candidate& a, const Candidate& b) {
      if (std::isnan(a.first) || std::isnan(b.first)) return !std::isnan(a.first);
      return top_ ? a.first > b.first : a.first < b.first;
    });
  }

 private:
  bool Worse(size_t i, size_t j) const {
    const double a = items_[i].first, b = items_[j].first;
    return std::isnan(a) || (top_ ? a < b : a > b);
  }

  void Rise(size_t i) {
    while (i > 0 && Worse(i, (i - 1) / 2)) {
      std::swap(items_[i], items_[(i - 1) / 2]);
      i = (i - 1) / 2;
    }
  }

  void Sink() {
    for (size_t i = 0, child = 1; child < items_.size(); i = child, child = 2 * i + 1) {
      if (child + 1 < items_.size() && Worse(child + 1, child)) ++child;
      if (!Worse(child, i)) return;
      std::swap(items_[i], items_[child]);
    }
  }

  std::vector<Candidate>& items_;
  size_t k_;
  bool top_;
};

/// A ratio takes the series whose hash falls below it, a negative one those from 1 + ratio upwards.
bool InRatio(double ratio, double offset) {
  ratio = std::clamp(ratio, -1.0, 1.0);
  return ratio >= 0 ? offset < ratio : offset >= 1.0 + ratio;
}

/// The samples of a step that stay, as indexes of series in the order the answer shows them.
class Ranking {
 public:
  Ranking(Query& query, const AggregateExpr& aggregate, const StepMatrix& matrix)
      : query_(query), aggregate_(aggregate), matrix_(matrix) {
    if (aggregate.op != AggregateOp::kLimitRatio) return;
    for (const StepSeries& series : matrix.series) {
      offsets_.push_back(static_cast<double>(series.labels.Hash()) /
                         static_cast<double>(std::numeric_limits<uint64_t>::max()));
    }
  }

  void Rank(size_t step, const std::vector<size_t>& members, double parameter,
            std::vector<size_t>* chosen) {
    if (aggregate_.op == AggregateOp::kTopk || aggregate_.op == AggregateOp::kBottomk) {
      RankByValue(step, members, parameter, chosen);
    } else {
      const size_t first = chosen->size();
      for (size_t i : members) {
        if (!matrix_.series[i].row.Has(step)) continue;
        if (aggregate_.op == AggregateOp::kLimitRatio) {
          if (parameter != 0 && InRatio(parameter, offsets_[i])) chosen->push_back(i);
        } else if (static_cast<double>(chosen->size() - first) < std::floor(parameter)) {
          chosen->push_back(i);
        }
      }
    }
  }

 private:
  void RankByValue(size_t step, const std::vector<size_t>& members, double parameter,
                   std::vector<size_t>* chosen) {
    const bool top = aggregate_.op == AggregateOp::kTopk;
    if (!(parameter >= 1)) return;
    const double k = std::min(parameter, static_cast<double>(matrix_.series.size()));
    BestHeap heap(&candidates_, static_cast<size_t>(k), top);
    for (size_t i : members) {
      const StepRow& row = matrix_.series[i].row;
      if (row.HasFloat(step)) {
        heap.Offer({row.values()[step], i});
      } else if (row.Histogram(step) != nullptr) {
        query_.annotations.HistogramIgnoredInAggregation(top ? "topk" : "bottomk",
                                                         aggregate_.range);
      }
    }
    heap.Sort();
    for (const auto& [value, i] : candidates_) chosen->push_back(i);
  }

  Query& query_;
  const AggregateExpr& aggregate_;
  const StepMatrix& matrix_;
  std::vector<double> offsets_;
  std::vector<Candidate> candidates_;
};

}  // namespace

StatusOr<StepMatrix> EvalRanking(Query& query, const AggregateExpr& aggregate,
                                 const StepGrid& grid) {
  ASSIGN_OR_RETURN(const std::vector<double> parameter, EvalScalar(query, *aggregate.param, grid));
  ASSIGN_OR_RETURN(StepMatrix matrix, EvalVector(query, *aggregate.expr, grid));
  ASSIGN_OR_RETURN(const bool nothing, CheckParameter(query, aggregate, parameter));
  StepMatrix result(&query);
  if (nothing) return result;
  const Members members = FindMembers(matrix, Grouping(aggregate));
  Ranking ranking(query, aggregate, matrix);
  std::vector<StepRow> kept(matrix.series.size());
  std::vector<size_t> chosen, order;
  for (size_t step = 0; step < grid.count; ++step) {
    if (step % 64 == 0) RETURN_IF_ERROR(query.CheckCancelled());
    chosen.clear();
    for (const std::vector<size_t>& group : members.series)
      ranking.Rank(step, group, parameter[step], &chosen);
    for (size_t i : chosen) {
      if (kept[i].count() == 0) {
        kept[i].Reset(grid.count);
        order.push_back(i);
      }
      kept[i].CopyStep(step, matrix.series[i].row, step);
    }
  }
  for (size_t i : order) {
    StepSeries& series = matrix.series[i];
    RETURN_IF_ERROR(
        result.Append({std::move(series.labels), series.drop_name, std::move(kept[i])}));
  }
  return result;
}

StatusOr<StepMatrix> EvalQuantile(Query& query, const AggregateExpr& aggregate,
                                  const StepGrid& grid) {
  ASSIGN_OR_RETURN(const std::vector<double> q, EvalScalar(query, *aggregate.param, grid));
  ASSIGN_OR_RETURN(const StepMatrix matrix, EvalVector(query, *aggregate.expr, grid));
  const Extent extent = ExtentOf(q);
  const SourceRange at = Unwrap(aggregate.param.get())->range;
  if (extent.has_nan)
    query.annotations.InvalidQuantile(std::numeric_limits<double>::quiet_NaN(), at);
  if (extent.max > 1) query.annotations.InvalidQuantile(extent.max, at);
  if (extent.min < 0) query.annotations.InvalidQuantile(extent.min, at);
  Members members = FindMembers(matrix, Grouping(aggregate));
  StepMatrix result(&query);
  std::vector<double> values;
  for (size_t group = 0; group < members.labels.size(); ++group) {
    RETURN_IF_ERROR(query.CheckCancelled());
    StepSeries series{model::Labels::FromPacked(std::move(members.labels[group])), false,
                      StepRow(grid.count)};
    for (size_t step = 0; step < grid.count; ++step) {
      values.clear();
      for (size_t i : members.series[group]) {
        const StepRow& row = matrix.series[i].row;
        if (row.HasFloat(step)) {
          values.push_back(row.values()[step]);
        } else if (row.Histogram(step) != nullptr) {
          query.annotations.HistogramIgnoredInAggregation("quantile",
                                                          Unwrap(aggregate.expr.get())->range);
        }
      }
      if (!values.empty()) series.row.SetFloat(step, QuantileOf(q[step], values));
    }
    for (size_t i : members.series[group]) series.drop_name |= matrix.series[i].drop_name;
    if (!series.row.Empty()) RETURN_IF_ERROR(result.Append(std::move(series)));
  }
  return result;
}

StatusOr<StepMatrix> EvalCountValues(Query& query, const AggregateExpr& aggregate,
                                     const StepGrid& grid) {
  const auto& label = *As<StringLiteral>(Unwrap(aggregate.param.get()));
  if (!model::IsValidLabelName(label.value)) {
    return FailedPreconditionError("invalid label name " + QuoteGo(label.value));
  }
  ASSIGN_OR_RETURN(const StepMatrix matrix, EvalVector(query, *aggregate.expr, grid));
  std::vector<std::string> names = aggregate.grouping;
  names.push_back(aggregate.without ? std::string(model::kMetricName) : label.value);
  std::sort(names.begin(), names.end());
  StepMatrix result(&query);
  LabelSetIndex index;
  std::string key;
  model::LabelsBuilder builder;
  for (const StepSeries& series : matrix.series) {
    RETURN_IF_ERROR(query.CheckCancelled());
    for (size_t step = 0; step < grid.count; ++step) {
      if (!series.row.Has(step)) continue;
      const HistogramPtr& histogram = series.row.Histogram(step);
      const std::string value = histogram == nullptr ? FormatGoFloat(series.row.values()[step], 'f')
                                                     : model::ToString(*histogram);
      builder.Reset(series.labels);
      builder.Set(label.value, value);
      const model::Labels valued = builder.Build();
      if (aggregate.without) {
        RemoveLabels(valued, names, &key);
      } else {
        KeepLabels(valued, names, &key);
      }
      const auto [at, is_new] = index.Find(key);
      if (is_new)
        RETURN_IF_ERROR(
            result.Append({model::Labels::FromPacked(key), false, StepRow(grid.count)}));
      StepRow& counts = result.series[at].row;
      counts.SetFloat(step, counts.HasFloat(step) ? counts.values()[step] + 1 : 1);
    }
  }
  return result;
}

}  // namespace aion::promql
