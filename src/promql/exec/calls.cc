#include "promql/exec/calls.h"

#include <algorithm>

#include "promql/exec/aggregate.h"
#include "promql/exec/label_sets.h"
#include "promql/exec/pipeline.h"
#include "promql/exec/stream.h"
#include "promql/func/float_functions.h"

namespace aion::promql {
namespace {

/// One series without labels, present at every step.
StatusOr<StepMatrix> Unlabelled(Query& query, const std::vector<double>& values) {
  StepMatrix matrix(&query);
  StepSeries series;
  series.row.Reset(values.size());
  for (size_t step = 0; step < values.size(); ++step) series.row.SetFloat(step, values[step]);
  RETURN_IF_ERROR(matrix.Append(std::move(series)));
  return matrix;
}

/// minute(), year(), … of the evaluation time.
StatusOr<StepMatrix> EvalDateOfTime(Query& query, std::string_view name, const StepGrid& grid) {
  const FloatFunction function = FindFloatFunction(name);
  std::vector<double> values(grid.count);
  for (size_t step = 0; step < grid.count; ++step) {
    values[step] = function(static_cast<double>(grid.Time(step) / 1000));
  }
  return Unlabelled(query, values);
}

/// timestamp() and start_timestamp() of a selector: the time of each sample itself.
StatusOr<StepMatrix> EvalSampleTimes(Query& query, const VectorSelector& selector,
                                     InstantValue value, const StepGrid& grid) {
  Pipeline pipeline;
  pipeline.leaf = InstantLeaf(query, selector, grid, value);
  pipeline.drops_name = true;
  pipeline.maps.emplace_back([](StepRow* row, Annotations*) {
    double* values = row->values();
    ForEachFloat(*row, [values](size_t step) { values[step] /= 1000; });
  });
  ASSIGN_OR_RETURN(StepMatrix matrix,
                   Collect(query, [&](SeriesSink* sink) { return Stream(query, pipeline, sink); }));
  if (!query.options.delayed_name_removal) RETURN_IF_ERROR(JoinEqualLabels(&matrix));
  return matrix;
}

StatusOr<StepMatrix> EvalStartTimestamp(Query& query, const Call& call, const StepGrid& grid) {
  const auto* selector = As<VectorSelector>(Unwrap(call.args[0].get()));
  if (selector == nullptr || !query.options.use_start_timestamps) {
    ASSIGN_OR_RETURN(const StepMatrix ignored, EvalVector(query, *call.args[0], grid));
    return StepMatrix(&query);
  }
  return EvalSampleTimes(query, *selector, InstantValue::kStartTime, grid);
}

/// Labels that a selector pins to one value: what an absent series would have.
model::Labels PinnedLabels(const Expr& expr) {
  const auto* selector = As<VectorSelector>(&expr);
  if (const auto* matrix = As<MatrixSelector>(&expr)) selector = matrix->selector.get();
  if (selector == nullptr) return model::Labels();
  model::LabelsBuilder builder;
  std::vector<std::string_view> pinned;
  for (const model::Matcher& matcher : selector->matchers) {
    if (matcher.name() == model::kMetricName) continue;
    const bool again = std::find(pinned.begin(), pinned.end(), matcher.name()) != pinned.end();
    if (matcher.type() == model::MatchType::kEqual && !again) {
      builder.Set(matcher.name(), matcher.value());
      pinned.push_back(matcher.name());
    } else {
      builder.Delete(matcher.name());
    }
  }
  return builder.Build();
}

/// 1 at the steps where none of the series has a sample.
StatusOr<StepMatrix> Absent(Query& query, const StepMatrix& matrix, const Expr& argument,
                            bool drop_name, const StepGrid& grid) {
  StepSeries absent{PinnedLabels(argument), drop_name, StepRow(grid.count)};
  std::vector<uint64_t> present(absent.row.word_count());
  for (const StepSeries& series : matrix.series) {
    for (size_t word = 0; word < present.size(); ++word)
      present[word] |= series.row.PresentWord(word);
  }
  for (size_t step = 0; step < grid.count; ++step) {
    if ((present[step / 64] >> (step % 64) & 1) == 0) absent.row.SetFloat(step, 1);
  }
  StepMatrix result(&query);
  if (!absent.row.Empty()) RETURN_IF_ERROR(result.Append(std::move(absent)));
  return result;
}

using CallFunction = StatusOr<StepMatrix> (*)(Query&, const Call&, const StepGrid&);

struct CallRow {
  std::string_view name;
  CallFunction function;
};

StatusOr<StepMatrix> EvalAbsent(Query& query, const Call& call, const StepGrid& grid) {
  ASSIGN_OR_RETURN(const StepMatrix matrix, EvalPresence(query, *call.args[0], grid));
  // Compat: a step-invariant argument shows no labels, as upstream looks at the node as it stands.
  const Expr* argument = call.args[0].get();
  while (const auto* paren = As<ParenExpr>(argument)) argument = paren->expr.get();
  return Absent(query, matrix, *argument, false, grid);
}

StatusOr<StepMatrix> EvalAbsentOverTime(Query& query, const Call& call, const StepGrid& grid) {
  ASSIGN_OR_RETURN(const StepMatrix matrix, EvalRangeCall(query, call, grid));
  return Absent(query, matrix, *RangeArgument(call), true, grid);
}

StatusOr<StepMatrix> EvalVectorOfScalar(Query& query, const Call& call, const StepGrid& grid) {
  ASSIGN_OR_RETURN(const std::vector<double> values, EvalScalar(query, *call.args[0], grid));
  return Unlabelled(query, values);
}

StatusOr<StepMatrix> EvalTimestamp(Query& query, const Call& call, const StepGrid& grid) {
  return EvalSampleTimes(query, *As<VectorSelector>(Unwrap(call.args[0].get())),
                         InstantValue::kSampleTime, grid);
}

constexpr CallRow kCalls[] = {
    {"absent", EvalAbsent},
    {"absent_over_time", EvalAbsentOverTime},
    {"histogram_fraction", EvalHistogramFraction},
    {"histogram_quantile", EvalHistogramQuantile},
    {"histogram_quantiles", EvalHistogramQuantiles},
    {"info", EvalInfo},
    {"label_join", EvalLabelJoin},
    {"label_replace", EvalLabelReplace},
    {"sort", EvalSort},
    {"sort_by_label", EvalSort},
    {"sort_by_label_desc", EvalSort},
    {"sort_desc", EvalSort},
    {"start_timestamp", EvalStartTimestamp},
    {"timestamp", EvalTimestamp},
    {"vector", EvalVectorOfScalar},
};

}  // namespace

const std::string& StringArgument(const Call& call, size_t index) {
  return As<StringLiteral>(Unwrap(call.args[index].get()))->value;
}

StatusOr<StepMatrix> EvalCall(Query& query, const Call& call, const StepGrid& grid) {
  const std::string_view name = call.func->name;
  for (const CallRow& row : kCalls) {
    if (row.name == name) return row.function(query, call, grid);
  }
  if (call.args.empty() && IsDateFunction(name)) return EvalDateOfTime(query, name, grid);
  if (FindRangeFunction(name) != nullptr) return EvalRangeCall(query, call, grid);
  return UnimplementedError("function is not implemented: " + std::string(name));
}

StatusOr<StepMatrix> EvalRangeCall(Query& query, const Call& call, const StepGrid& grid) {
  const RangeFunction& function = *FindRangeFunction(call.func->name);
  StatusOr<StepMatrix> matrix = InternalError("not evaluated");
  if (const auto* subquery = As<SubqueryExpr>(RangeArgument(call))) {
    ASSIGN_OR_RETURN(SubqueryRows inner, EvalSubquery(query, *subquery, grid));
    ASSIGN_OR_RETURN(const Leaf leaf, RangeLeaf(query, call, function, grid));
    matrix = Collect(query, [&](SeriesSink* sink) {
      return StreamSubquery(query, leaf, std::move(inner.rows), inner.grid, sink);
    });
  } else {
    Pipeline pipeline;
    ASSIGN_OR_RETURN(pipeline.leaf, RangeLeaf(query, call, function, grid));
    pipeline.drops_name = pipeline.leaf.drops_name;
    matrix = Collect(query, [&](SeriesSink* sink) { return Stream(query, pipeline, sink); });
  }
  if (matrix.ok() && !query.options.delayed_name_removal && function.name != "absent_over_time") {
    RETURN_IF_ERROR(CheckUniqueLabels(*matrix));
  }
  return matrix;
}

StatusOr<SubqueryRows> EvalSubquery(Query& query, const SubqueryExpr& subquery,
                                    const StepGrid& grid) {
  // With `@` all windows are those of one time.
  const TimestampMs first = FirstReference(subquery.time, grid);
  const TimestampMs last =
      first + (subquery.time.timestamp.has_value() ? 0 : grid.Last() - grid.start);
  DurationMs step = subquery.step_ms;
  if (step == 0) {
    const auto& by_default = query.options.default_subquery_step;
    step = by_default ? by_default(subquery.range_ms) : kDefaultSubqueryStepMs;
  }
  step = std::max<DurationMs>(step, 1);
  SubqueryRows inner;
  TimestampMs start = step * ((first - subquery.range_ms) / step);
  if (start <= first - subquery.range_ms) start += step;
  if (last < start) {
    inner.rows = StepMatrix(&query);
    return inner;
  }
  inner.grid = {start, step, static_cast<size_t>((last - start) / step) + 1};
  RETURN_IF_ERROR(CheckStepCount(query, inner.grid.count));
  ++query.subquery_depth;
  const int64_t total = query.samples_total;
  StatusOr<StepMatrix> rows = [&]() -> StatusOr<StepMatrix> {
    if (subquery.expr->Type() != ValueType::kScalar)
      return EvalVector(query, *subquery.expr, inner.grid);
    ASSIGN_OR_RETURN(const std::vector<double> values,
                     EvalScalar(query, *subquery.expr, inner.grid));
    return Unlabelled(query, values);
  }();
  --query.subquery_depth;
  inner.samples = query.samples_total - total;
  query.samples_total = total;
  if (!rows.ok()) return rows.status();
  inner.rows = *std::move(rows);
  return inner;
}

}  // namespace aion::promql
