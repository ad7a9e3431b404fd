#include "promql/exec/execute.h"

#include <algorithm>

#include "promql/exec/calls.h"
#include "promql/exec/label_sets.h"

namespace aion::promql {
namespace {

/// Names whose removal was put off go now.
Status DropDelayedNames(const Query& query, StepMatrix* matrix) {
  if (!query.options.delayed_name_removal) return OkStatus();
  for (StepSeries& series : matrix->series) {
    if (series.drop_name) series.labels = DropMetadata(series.labels);
  }
  return JoinEqualLabels(matrix);
}

model::Series ToSeries(StepSeries series, const StepGrid& grid) {
  model::Series out;
  out.labels = std::move(series.labels);
  out.floats.reserve(series.row.FloatCount());
  const double* values = series.row.values();
  ForEachFloat(series.row,
               [&](size_t step) { out.floats.push_back({grid.Time(step), values[step]}); });
  for (size_t step = 0; series.row.has_histograms() && step < grid.count; ++step) {
    if (const HistogramPtr& histogram = series.row.Histogram(step)) {
      out.histograms.push_back({grid.Time(step), histogram});
    }
  }
  return out;
}

/// Points take more room than rows; each row goes as soon as its points are made.
StatusOr<model::Matrix> ToMatrix(const Query& query, StepMatrix matrix, const StepGrid& grid) {
  MemoryCharge charge(query.request.accountant);
  model::Matrix out;
  out.reserve(matrix.series.size());
  for (StepSeries& series : matrix.series) {
    out.push_back(ToSeries(std::move(series), grid));
    const model::Series& last = out.back();
    RETURN_IF_ERROR(charge.Add(sizeof(model::Series) +
                                   last.floats.size() * sizeof(model::FloatPoint) +
                                   last.histograms.size() * sizeof(model::HistogramPoint),
                               "result of the query"));
  }
  return out;
}

void SortByLabels(model::Matrix* matrix) {
  std::sort(matrix->begin(), matrix->end(),
            [](const model::Series& a, const model::Series& b) { return a.labels < b.labels; });
}

model::Vector ToVector(StepMatrix matrix, TimestampMs time) {
  model::Vector out;
  out.reserve(matrix.series.size());
  for (StepSeries& series : matrix.series) {
    const bool has_float = series.row.HasFloat(0);
    out.push_back({std::move(series.labels), time, has_float ? series.row.values()[0] : 0,
                   has_float ? nullptr : series.row.Histogram(0)});
  }
  return out;
}

StatusOr<model::QueryValue> ExecuteRangeVector(Query& query, const Expr& expr,
                                               const StepGrid& grid) {
  const Expr* range = Unwrap(&expr);
  model::Matrix matrix;
  if (const auto* selector = As<MatrixSelector>(range)) {
    ASSIGN_OR_RETURN(matrix, EvalMatrixSelector(query, *selector, grid.start));
  } else if (const auto* subquery = As<SubqueryExpr>(range)) {
    ASSIGN_OR_RETURN(SubqueryRows inner, EvalSubquery(query, *subquery, grid));
    query.samples_total += inner.samples;
    RETURN_IF_ERROR(DropDelayedNames(query, &inner.rows));
    ASSIGN_OR_RETURN(matrix, ToMatrix(query, std::move(inner.rows), inner.grid));
  } else {
    return InternalError("expression is not a range vector");
  }
  SortByLabels(&matrix);
  return model::QueryValue(std::move(matrix));
}

StatusOr<model::QueryValue> ExecuteInstant(Query& query, const Expr& expr, const StepGrid& grid) {
  const TimestampMs time = grid.start;
  switch (expr.Type()) {
    case ValueType::kString:
      return model::QueryValue(model::StringValue{time, As<StringLiteral>(Unwrap(&expr))->value});
    case ValueType::kScalar: {
      ASSIGN_OR_RETURN(const std::vector<double> values, EvalScalar(query, expr, grid));
      return model::QueryValue(model::Scalar{time, values[0]});
    }
    case ValueType::kMatrix:
      return ExecuteRangeVector(query, expr, grid);
    default:
      break;
  }
  ASSIGN_OR_RETURN(StepMatrix matrix, EvalVector(query, expr, grid));
  RETURN_IF_ERROR(DropDelayedNames(query, &matrix));
  return model::QueryValue(ToVector(std::move(matrix), time));
}

StatusOr<model::QueryValue> ExecuteRange(Query& query, const Expr& expr, const StepGrid& grid) {
  if (expr.Type() == ValueType::kScalar) {
    ASSIGN_OR_RETURN(const std::vector<double> values, EvalScalar(query, expr, grid));
    model::Series series;
    for (size_t step = 0; step < grid.count; ++step)
      series.floats.push_back({grid.Time(step), values[step]});
    RETURN_IF_ERROR(query.samples.Add(static_cast<int64_t>(grid.count)));
    return model::QueryValue(model::Matrix{std::move(series)});
  }
  ASSIGN_OR_RETURN(StepMatrix matrix, EvalVector(query, expr, grid));
  RETURN_IF_ERROR(DropDelayedNames(query, &matrix));
  ASSIGN_OR_RETURN(model::Matrix points, ToMatrix(query, std::move(matrix), grid));
  SortByLabels(&points);
  return model::QueryValue(std::move(points));
}

}  // namespace

StatusOr<model::QueryValue> Execute(Query& query) {
  const EvalRange& range = query.plan.range;
  if (const Status status = query.request.cancel.Check(); !status.ok())
    return CancelStatus(status, "query execution");
  if (range.end < range.start) return model::QueryValue(model::Matrix());
  const StepGrid grid{range.start, std::max<DurationMs>(range.step_ms, 1),
                      static_cast<size_t>(range.StepCount())};
  RETURN_IF_ERROR(CheckStepCount(query, grid.count));
  if (query.options.per_step_stats) query.samples_per_step.resize(grid.count);
  return range.IsInstant() ? ExecuteInstant(query, *query.plan.root, grid)
                           : ExecuteRange(query, *query.plan.root, grid);
}

}  // namespace aion::promql
