#include "promql/exec/row_map.h"

#include <cmath>
#include <limits>
#include <memory>

#include "model/histogram_ops.h"
#include "promql/func/binary_ops.h"
#include "promql/func/float_functions.h"

namespace aion::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

using Scalars = std::shared_ptr<const std::vector<double>>;

StatusOr<Scalars> ScalarRow(Query& query, const Expr& expr, const StepGrid& grid) {
  ASSIGN_OR_RETURN(std::vector<double> values, EvalScalar(query, expr, grid));
  return std::make_shared<const std::vector<double>>(std::move(values));
}

/// Floats through `function`; histograms go.
template <typename F>
RowMap FloatMap(F function) {
  RowMap map;
  map.drops_name = true;
  map.apply = [function](StepRow* row, Annotations*) {
    double* values = row->values();
    ForEachFloat(*row, [&](size_t step) { values[step] = function(values[step], step); });
    row->DropHistograms();
  };
  return map;
}

RowMap HistogramMap(HistogramFunction function) {
  RowMap map;
  map.drops_name = true;
  map.apply = [function](StepRow* row, Annotations*) {
    StepRow result(row->count());
    for (size_t step = 0; row->has_histograms() && step < row->count(); ++step) {
      if (const HistogramPtr& histogram = row->Histogram(step))
        result.SetFloat(step, function(*histogram));
    }
    *row = std::move(result);
  };
  return map;
}

RowMap TimestampMap(const StepGrid& grid) {
  RowMap map;
  map.drops_name = true;
  map.apply = [grid](StepRow* row, Annotations*) {
    for (size_t step = 0; step < row->count(); ++step) {
      if (!row->Has(step)) continue;
      row->Clear(step);
      row->SetFloat(step, static_cast<double>(grid.Time(step)) / 1000);
    }
  };
  return map;
}

RowMap Negation() {
  RowMap map;
  map.drops_name = true;
  map.apply = [](StepRow* row, Annotations*) {
    double* values = row->values();
    ForEachFloat(*row, [values](size_t step) { values[step] = -values[step]; });
    for (size_t step = 0; row->has_histograms() && step < row->count(); ++step) {
      if (row->Histogram(step) == nullptr) continue;
      auto negated = std::make_shared<model::FloatHistogram>(*row->Histogram(step));
      model::Mul(negated.get(), -1);
      row->SetHistogram(step, std::move(negated));
    }
  };
  return map;
}

/// clamp, clamp_min, clamp_max; steps whose bounds are the wrong way round are empty.
StatusOr<RowMap> Clamp(Query& query, const Call& call, const StepGrid& grid) {
  const std::string_view name = call.func->name;
  Scalars low = std::make_shared<const std::vector<double>>(grid.count, -kInf);
  Scalars high = std::make_shared<const std::vector<double>>(grid.count, kInf);
  if (name != "clamp_max") {
    ASSIGN_OR_RETURN(low, ScalarRow(query, *call.args[1], grid));
  }
  if (name != "clamp_min") {
    ASSIGN_OR_RETURN(high, ScalarRow(query, *call.args[name == "clamp" ? 2 : 1], grid));
  }
  RowMap map;
  map.drops_name = true;
  map.apply = [low, high](StepRow* row, Annotations*) {
    double* values = row->values();
    ForEachFloat(*row, [&](size_t step) {
      values[step] = GoMax((*low)[step], GoMin((*high)[step], values[step]));
    });
    row->DropHistograms();
    for (size_t step = 0; step < row->count(); ++step) {
      if ((*high)[step] < (*low)[step]) row->ClearFloat(step);
    }
  };
  return map;
}

StatusOr<RowMap> Round(Query& query, const Call& call, const StepGrid& grid) {
  if (call.args.size() < 2)
    return FloatMap([](double value, size_t) { return std::floor(value + 0.5); });
  ASSIGN_OR_RETURN(Scalars nearest, ScalarRow(query, *call.args[1], grid));
  return FloatMap([nearest](double value, size_t step) {
    const double inverse = 1.0 / (*nearest)[step];
    return std::floor(value * inverse + 0.5) / inverse;
  });
}

/// A vector and a scalar; `swapped` when the scalar is on the left. A comparison keeps the vector's
/// value.
RowMap VectorScalar(const BinaryExpr& binary, Scalars scalars, bool swapped) {
  const BinaryOp op = binary.op;
  const bool return_bool = binary.return_bool;
  const SourceRange at = binary.range;
  RowMap map;
  map.drops_name = ChangesMetric(op) || return_bool;
  map.apply = [=](StepRow* row, Annotations* annotations) {
    if (!IsTrim(op)) {
      WithFloatOperator(op, [&](auto function) {
        double* values = row->values();
        ForEachFloat(*row, [&](size_t step) {
          const double value = values[step], scalar = (*scalars)[step];
          const FloatResult result = swapped ? function(scalar, value) : function(value, scalar);
          values[step] = IsComparison(op) ? value : result.value;
          if (return_bool) {
            values[step] = result.keep ? 1 : 0;
          } else if (!result.keep) {
            row->ClearFloat(step);
          }
        });
      });
    }
    if (!row->has_histograms() && !IsTrim(op)) return;
    for (size_t step = 0; step < row->count(); ++step) {
      if (!IsTrim(op) && row->Histogram(step) == nullptr) continue;
      if (!row->Has(step)) continue;
      const Sample vector{row->values()[step], row->Histogram(step)},
          scalar{(*scalars)[step], nullptr};
      SampleResult result = swapped ? Combine(op, scalar, vector, at, annotations)
                                    : Combine(op, vector, scalar, at, annotations);
      row->Clear(step);
      if (!result.defined || !(result.keep || return_bool)) continue;
      if (return_bool) {
        row->SetFloat(step, result.keep ? 1 : 0);
      } else if (result.sample.histogram != nullptr) {
        row->SetHistogram(step, std::move(result.sample.histogram));
      } else {
        row->SetFloat(step, result.sample.value);
      }
    }
  };
  return map;
}

bool IsVector(const Expr& expr) { return expr.Type() == ValueType::kVector; }

bool IsMapCall(const Call& call) {
  const std::string_view name = call.func->name;
  if (call.args.empty()) return false;
  if (FindFloatFunction(name) != nullptr || FindHistogramFunction(name) != nullptr) return true;
  if (name == "timestamp") return As<VectorSelector>(Unwrap(call.args[0].get())) == nullptr;
  return name == "clamp" || name == "clamp_min" || name == "clamp_max" || name == "round";
}

}  // namespace

const Expr* RowMapOperand(const Expr& expr) {
  if (const auto* unary = As<UnaryExpr>(&expr); unary != nullptr && IsVector(*unary->expr))
    return unary->expr.get();
  if (const auto* call = As<Call>(&expr); call != nullptr && IsMapCall(*call))
    return call->args[0].get();
  if (const auto* binary = As<BinaryExpr>(&expr)) {
    const bool left = IsVector(*binary->lhs), right = IsVector(*binary->rhs);
    if (left != right) return left ? binary->lhs.get() : binary->rhs.get();
  }
  return nullptr;
}

StatusOr<RowMap> MakeRowMap(Query& query, const Expr& expr, const StepGrid& grid) {
  if (const auto* unary = As<UnaryExpr>(&expr)) {
    if (unary->negate) return Negation();
    return RowMap{[](StepRow*, Annotations*) {}, false};
  }
  if (const auto* binary = As<BinaryExpr>(&expr)) {
    const bool swapped = !IsVector(*binary->lhs);
    ASSIGN_OR_RETURN(Scalars scalars,
                     ScalarRow(query, swapped ? *binary->lhs : *binary->rhs, grid));
    return VectorScalar(*binary, std::move(scalars), swapped);
  }
  const Call& call = *As<Call>(&expr);
  const std::string_view name = call.func->name;
  if (const HistogramFunction function = FindHistogramFunction(name)) return HistogramMap(function);
  if (const FloatFunction function = FindFloatFunction(name)) {
    return FloatMap([function](double value, size_t) { return function(value); });
  }
  if (name == "timestamp") return TimestampMap(grid);
  if (name == "round") return Round(query, call, grid);
  return Clamp(query, call, grid);
}

}  // namespace aion::promql
