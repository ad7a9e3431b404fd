// label_replace, label_join and the sorts: functions that look at labels, once a series.

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>

#include "promql/exec/calls.h"
#include "promql/exec/label_sets.h"
#include "promql/func/label_template.h"
#include "promql/func/natural_order.h"

namespace aion::promql {
namespace {

Status CheckLabelName(std::string_view name, std::string_view what, std::string_view function) {
  if (model::IsValidLabelName(name)) return OkStatus();
  return FailedPreconditionError("invalid " + std::string(what) + " label name in " +
                                 std::string(function) + "(): " + std::string(name));
}

void SetLabel(StepSeries* series, std::string_view name, std::string_view value) {
  model::LabelsBuilder builder(series->labels);
  builder.Set(name, value);
  series->labels = builder.Build();
  if (name == model::kMetricName) series->drop_name = false;
}

/// Values as sort() shows them: NaN last either way.
bool ValueBefore(double a, double b, bool descending) {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  return descending ? a > b : a < b;
}

/// Only one step has an order to show; more are sorted by their labels in the end.
void SortByValue(bool descending, StepMatrix* matrix) {
  std::stable_sort(matrix->series.begin(), matrix->series.end(),
                   [descending](const auto& a, const auto& b) {
                     return ValueBefore(a.row.values()[0], b.row.values()[0], descending);
                   });
}

void SortByLabels(const Call& call, bool descending, StepMatrix* matrix) {
  std::vector<std::string> names;
  for (size_t i = 1; i < call.args.size(); ++i) names.push_back(StringArgument(call, i));
  const auto before = [&names](const StepSeries& a, const StepSeries& b) {
    for (const std::string& name : names) {
      const std::string_view left = a.labels.Get(name), right = b.labels.Get(name);
      if (left != right) return NaturallyBefore(left, right);
    }
    return a.labels < b.labels;
  };
  std::stable_sort(matrix->series.begin(), matrix->series.end(),
                   [&](const StepSeries& a, const StepSeries& b) {
                     return descending ? before(b, a) : before(a, b);
                   });
}

}  // namespace

StatusOr<StepMatrix> EvalLabelReplace(Query& query, const Call& call, const StepGrid& grid) {
  const std::string& target = StringArgument(call, 1);
  const std::string& source = StringArgument(call, 3);
  ASSIGN_OR_RETURN(const LabelTemplate replacement,
                   LabelTemplate::Compile(StringArgument(call, 4), StringArgument(call, 2)));
  RETURN_IF_ERROR(CheckLabelName(target, "destination", "label_replace"));
  ASSIGN_OR_RETURN(StepMatrix matrix, EvalVector(query, *call.args[0], grid));
  std::string value;
  for (StepSeries& series : matrix.series) {
    if (replacement.Expand(series.labels.Get(source), &value)) SetLabel(&series, target, value);
  }
  RETURN_IF_ERROR(JoinEqualLabels(&matrix));
  return matrix;
}

StatusOr<StepMatrix> EvalLabelJoin(Query& query, const Call& call, const StepGrid& grid) {
  const std::string& target = StringArgument(call, 1);
  const std::string& separator = StringArgument(call, 2);
  for (size_t i = 3; i < call.args.size(); ++i) {
    RETURN_IF_ERROR(CheckLabelName(StringArgument(call, i), "source", "label_join"));
  }
  RETURN_IF_ERROR(CheckLabelName(target, "destination", "label_join"));
  ASSIGN_OR_RETURN(StepMatrix matrix, EvalVector(query, *call.args[0], grid));
  std::string value;
  for (StepSeries& series : matrix.series) {
    value.clear();
    for (size_t i = 3; i < call.args.size(); ++i) {
      if (i > 3) value += separator;
      value += series.labels.Get(StringArgument(call, i));
    }
    SetLabel(&series, target, value);
  }
  RETURN_IF_ERROR(JoinEqualLabels(&matrix));
  return matrix;
}

StatusOr<StepMatrix> EvalSort(Query& query, const Call& call, const StepGrid& grid) {
  const std::string_view name = call.func->name;
  const bool by_label = name.starts_with("sort_by_label"), descending = name.ends_with("_desc");
  ASSIGN_OR_RETURN(StepMatrix matrix, EvalVector(query, *call.args[0], grid));
  if (grid.count > 1) query.annotations.SortInRangeQuery(call.range);
  if (!by_label) {
    for (StepSeries& series : matrix.series) series.row.DropHistograms();
    std::erase_if(matrix.series, [](const StepSeries& series) { return series.row.Empty(); });
  }
  if (grid.count > 1) return matrix;
  if (by_label) {
    SortByLabels(call, descending, &matrix);
  } else {
    SortByValue(descending, &matrix);
  }
  return matrix;
}

}  // namespace aion::promql
