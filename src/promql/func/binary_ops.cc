#include "promql/func/binary_ops.h"

#include "model/histogram_ops.h"

namespace aion::promql {
namespace {

using model::FloatHistogram;

SampleResult Of(FloatHistogram histogram) {
  return {{0, std::make_shared<const FloatHistogram>(std::move(histogram))}, true, true};
}

SampleResult Undefined(BinaryOp op, const Sample& left, const Sample& right, SourceRange at,
                       Annotations* annotations) {
  const auto type = [](const Sample& sample) {
    return sample.histogram == nullptr ? "float" : "histogram";
  };
  annotations->IncompatibleTypes(type(left), OperatorText(op), type(right), at);
  return {};
}

SampleResult Scaled(const FloatHistogram& histogram, double by, bool divide) {
  FloatHistogram scaled = histogram;
  if (divide) {
    model::Div(&scaled, by);
  } else {
    model::Mul(&scaled, by);
  }
  model::Compact(&scaled);
  return Of(std::move(scaled));
}

SampleResult HistogramWithFloat(BinaryOp op, const Sample& left, const Sample& right,
                                SourceRange at, Annotations* annotations) {
  switch (op) {
    case BinaryOp::kMul:
      return Scaled(*left.histogram, right.value, false);
    case BinaryOp::kDiv:
      return Scaled(*left.histogram, right.value, true);
    case BinaryOp::kTrimUpper:
    case BinaryOp::kTrimLower: {
      FloatHistogram trimmed = *left.histogram;
      model::Trim(&trimmed, right.value,
                  op == BinaryOp::kTrimUpper ? model::TrimSide::kUpper : model::TrimSide::kLower);
      return Of(std::move(trimmed));
    }
    default:
      return Undefined(op, left, right, at, annotations);
  }
}

SampleResult SumOfHistograms(BinaryOp op, const Sample& left, const Sample& right, SourceRange at,
                             Annotations* annotations) {
  const bool add = op == BinaryOp::kAdd;
  FloatHistogram sum = *left.histogram;
  const StatusOr<model::CombineNotes> notes =
      add ? model::Add(&sum, *right.histogram) : model::Sub(&sum, *right.histogram);
  if (!notes.ok()) {
    annotations->IncompatibleBucketLayout(OperatorText(op), at);
    return {};
  }
  const auto operation = add ? HistogramOperation::kAddition : HistogramOperation::kSubtraction;
  if (notes->counter_reset_collision) {
    annotations->CounterResetCollision(operation, at);
    return {};
  }
  if (notes->bounds_reconciled) annotations->MismatchedCustomBuckets(operation, at);
  if (!add) sum.counter_reset_hint = model::CounterResetHint::kGauge;
  model::Compact(&sum);
  return Of(std::move(sum));
}

}  // namespace

SampleResult Combine(BinaryOp op, const Sample& left, const Sample& right, SourceRange at,
                     Annotations* annotations) {
  if (left.histogram == nullptr && right.histogram == nullptr) {
    if (IsTrim(op)) return Undefined(op, left, right, at, annotations);
    const FloatResult result =
        WithFloatOperator(op, [&](auto function) { return function(left.value, right.value); });
    return {{result.value, nullptr}, true, result.keep};
  }
  if (left.histogram == nullptr) {
    if (op == BinaryOp::kMul) return Scaled(*right.histogram, left.value, false);
    return Undefined(op, left, right, at, annotations);
  }
  if (right.histogram == nullptr) return HistogramWithFloat(op, left, right, at, annotations);
  switch (op) {
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
      return SumOfHistograms(op, left, right, at, annotations);
    case BinaryOp::kEqual:
    case BinaryOp::kNotEqual: {
      const bool equal = model::Equal(*left.histogram, *right.histogram);
      return {{0, left.histogram}, true, equal == (op == BinaryOp::kEqual)};
    }
    default:
      return Undefined(op, left, right, at, annotations);
  }
}

}  // namespace aion::promql
