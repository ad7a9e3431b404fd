// Dispatch: which operator evaluates which node.

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "promql/exec/aggregate.h"
#include "promql/exec/calls.h"
#include "promql/exec/label_sets.h"
#include "promql/exec/pipeline.h"
#include "promql/exec/row_map.h"
#include "promql/exec/stream.h"
#include "promql/func/binary_ops.h"
#include "promql/func/float_functions.h"

namespace aion::promql {
namespace {

StepGrid FirstStep(const StepGrid& grid) { return {grid.start, grid.step_ms, 1}; }

/// What was looked at for the first step counts for the others as well.
void CountAtEveryStep(Query& query, int64_t samples, const StepGrid& grid) {
  query.samples_total += samples * static_cast<int64_t>(grid.count - 1);
  if (query.subquery_depth > 0) return;
  for (size_t step = 1; step < query.samples_per_step.size(); ++step)
    query.samples_per_step[step] += samples;
}

/// Evaluates once and shows the result at every step.
StatusOr<StepMatrix> EvalInvariant(Query& query, const Expr& expr, const StepGrid& grid) {
  if (grid.count == 1) return EvalVector(query, expr, grid);
  const int64_t total = query.samples_total;
  ASSIGN_OR_RETURN(StepMatrix once, EvalVector(query, expr, FirstStep(grid)));
  CountAtEveryStep(query, query.samples_total - total, grid);
  StepMatrix matrix(&query);
  for (StepSeries& series : once.series) {
    StepSeries repeated{std::move(series.labels), series.drop_name, StepRow(grid.count)};
    for (size_t step = 0; step < grid.count; ++step) repeated.row.CopyStep(step, series.row, 0);
    RETURN_IF_ERROR(matrix.Append(std::move(repeated)));
  }
  return matrix;
}

/// Labels after an operator that may drop the metric's.
Status SettleNames(const Query& query, bool drops_name, StepMatrix* matrix) {
  if (query.options.delayed_name_removal) {
    for (StepSeries& series : matrix->series) series.drop_name |= drops_name;
    return OkStatus();
  }
  if (!drops_name) return OkStatus();
  for (StepSeries& series : matrix->series) {
    series.labels = DropMetadata(series.labels);
    series.drop_name = true;
  }
  return JoinEqualLabels(matrix);
}

StatusOr<StepMatrix> EvalPipeline(Query& query, const Pipeline& pipeline) {
  ASSIGN_OR_RETURN(StepMatrix matrix,
                   Collect(query, [&](SeriesSink* sink) { return Stream(query, pipeline, sink); }));
  if (query.options.delayed_name_removal || !pipeline.drops_name) return matrix;
  if (pipeline.leaf.drops_name) {
    RETURN_IF_ERROR(CheckUniqueLabels(matrix));
  } else {
    RETURN_IF_ERROR(JoinEqualLabels(&matrix));
  }
  return matrix;
}

/// A row map over series that are held.
StatusOr<StepMatrix> EvalRowMap(Query& query, const Expr& expr, const Expr& operand,
                                const StepGrid& grid) {
  ASSIGN_OR_RETURN(const RowMap map, MakeRowMap(query, expr, grid));
  ASSIGN_OR_RETURN(StepMatrix matrix, EvalVector(query, operand, grid));
  for (StepSeries& series : matrix.series) {
    RETURN_IF_ERROR(query.CheckCancelled());
    map.apply(&series.row, &query.annotations);
  }
  std::erase_if(matrix.series, [](const StepSeries& series) { return series.row.Empty(); });
  RETURN_IF_ERROR(SettleNames(query, map.drops_name, &matrix));
  return matrix;
}

StatusOr<std::vector<double>> EvalScalarCall(Query& query, const Call& call, const StepGrid& grid) {
  const std::string_view name = call.func->name;
  std::vector<double> values(grid.count, std::numeric_limits<double>::quiet_NaN());
  if (name == "time") {
    for (size_t step = 0; step < grid.count; ++step)
      values[step] = static_cast<double>(grid.Time(step)) / 1000;
    return values;
  }
  if (name == "pi") return std::vector<double>(grid.count, 3.14159265358979323846);
  if (name == "scalar") {
    ASSIGN_OR_RETURN(const StepMatrix matrix, EvalVector(query, *call.args[0], grid));
    std::vector<uint8_t> found(grid.count, 0);
    for (const StepSeries& series : matrix.series) {
      ForEachFloat(series.row, [&](size_t step) {
        values[step] =
            found[step] == 0 ? series.row.values()[step] : std::numeric_limits<double>::quiet_NaN();
        found[step] = 1;
      });
    }
    return values;
  }
  if (name == "max_of" || name == "min_of") {
    ASSIGN_OR_RETURN(const std::vector<double> a, EvalScalar(query, *call.args[0], grid));
    ASSIGN_OR_RETURN(const std::vector<double> b, EvalScalar(query, *call.args[1], grid));
    for (size_t step = 0; step < grid.count; ++step) {
      values[step] = name == "max_of" ? GoMax(a[step], b[step]) : GoMin(a[step], b[step]);
    }
    return values;
  }
  return UnimplementedError("function is not implemented: " + std::string(name));
}

}  // namespace

StatusOr<std::vector<double>> EvalScalar(Query& query, const Expr& expr, const StepGrid& grid) {
  RETURN_IF_ERROR(query.CheckCancelled());
  switch (expr.kind) {
    case NodeKind::kNumber:
      return std::vector<double>(grid.count, As<NumberLiteral>(&expr)->value);
    case NodeKind::kParen:
      return EvalScalar(query, *As<ParenExpr>(&expr)->expr, grid);
    case NodeKind::kStepInvariant: {
      ASSIGN_OR_RETURN(const std::vector<double> once,
                       EvalScalar(query, *As<StepInvariantExpr>(&expr)->expr, FirstStep(grid)));
      return std::vector<double>(grid.count, once[0]);
    }
    case NodeKind::kUnary: {
      const UnaryExpr& unary = *As<UnaryExpr>(&expr);
      ASSIGN_OR_RETURN(std::vector<double> values, EvalScalar(query, *unary.expr, grid));
      if (unary.negate) {
        for (double& value : values) value = -value;
      }
      return values;
    }
    case NodeKind::kBinary: {
      const BinaryExpr& binary = *As<BinaryExpr>(&expr);
      if (IsTrim(binary.op)) {
        return FailedPreconditionError("operator " + QuoteGo(OperatorText(binary.op)) +
                                       " not allowed for Scalar operations");
      }
      ASSIGN_OR_RETURN(std::vector<double> left, EvalScalar(query, *binary.lhs, grid));
      ASSIGN_OR_RETURN(const std::vector<double> right, EvalScalar(query, *binary.rhs, grid));
      for (size_t step = 0; step < grid.count; ++step)
        left[step] = CombineScalars(binary.op, left[step], right[step]);
      return left;
    }
    case NodeKind::kCall:
      return EvalScalarCall(query, *As<Call>(&expr), grid);
    default:
      return InternalError("expression is not a scalar");
  }
}

StatusOr<StepMatrix> EvalVector(Query& query, const Expr& expr, const StepGrid& grid) {
  RETURN_IF_ERROR(query.CheckCancelled());
  ASSIGN_OR_RETURN(std::optional<Pipeline> pipeline, MakePipeline(query, expr, grid));
  if (pipeline.has_value()) return EvalPipeline(query, *pipeline);
  if (const Expr* operand = RowMapOperand(expr)) return EvalRowMap(query, expr, *operand, grid);
  switch (expr.kind) {
    case NodeKind::kParen:
      return EvalVector(query, *As<ParenExpr>(&expr)->expr, grid);
    case NodeKind::kStepInvariant:
      return EvalInvariant(query, *As<StepInvariantExpr>(&expr)->expr, grid);
    case NodeKind::kAggregate:
      return EvalAggregate(query, *As<AggregateExpr>(&expr), grid);
    case NodeKind::kCall:
      return EvalCall(query, *As<Call>(&expr), grid);
    case NodeKind::kBinary:
      return EvalVectorBinary(query, *As<BinaryExpr>(&expr), grid);
    default:
      return InternalError("expression is not an instant vector");
  }
}

}  // namespace aion::promql
