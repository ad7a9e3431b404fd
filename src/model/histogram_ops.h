#pragma once

// Arithmetic over float histograms, with Prometheus' rules digit by digit: schemas, zero buckets
// and custom bounds of both sides are brought together first, then buckets are combined by index.
//
// All functions work in place on the first argument where it is a pointer. Requires for all:
// histograms that passed Validate. Results have canonical spans (no empty ones, no neighbours);
// empty buckets stay until Compact.

#include "base/status.h"
#include "model/histogram.h"

namespace aion::model {

/// What an addition or subtraction met on its way, for annotations.
struct CombineNotes {
  bool counter_reset_collision =
      false;                       ///< One side was a counter reset, the other known not to be one.
  bool bounds_reconciled = false;  ///< Custom bounds differed; the result has those in common.
};

/// Exponential and custom buckets cannot be combined.
inline constexpr const char* kIncompatibleSchemas =
    "cannot apply this operation on histograms with a mix of exponential and custom bucket schemas";

/// kInvalidArgument kIncompatibleSchemas, then `histogram` is as before.
StatusOr<CombineNotes> Add(FloatHistogram* histogram, const FloatHistogram& other);
StatusOr<CombineNotes> Sub(FloatHistogram* histogram, const FloatHistogram& other);

/// Add with a running compensation (Kahan-Neumaier) for every count and the sum. `compensation` has
/// the layout of `histogram`: start with CompensationFor, finish by adding it with Add.
StatusOr<CombineNotes> KahanAdd(FloatHistogram* histogram, const FloatHistogram& other,
                                FloatHistogram* compensation);
/// Zero counts in the layout of `histogram`.
FloatHistogram CompensationFor(const FloatHistogram& histogram);

/// One step of Neumaier's summation.
void KahanIncrement(double increment, double* sum, double* compensation);

/// A negative factor makes the result a gauge.
void Mul(FloatHistogram* histogram, double factor);
/// Division by zero drops the buckets, as their counts would all be NaN or infinite.
void Div(FloatHistogram* histogram, double divisor);

/// Drops empty buckets, save runs of at most `empty_buckets_max` between others.
void Compact(FloatHistogram* histogram, size_t empty_buckets_max = 0);

/// Merges buckets to a coarser exponential schema. kInvalidArgument for custom buckets or a schema
/// not coarser.
Status ReduceResolution(FloatHistogram* histogram, int32_t target_schema);
/// A copy at a coarser or equal schema. Requires: exponential schemas, target not finer.
FloatHistogram CopyToSchema(const FloatHistogram& histogram, int32_t target_schema);

/// Whether a counter was reset between `previous` and `histogram`: by the hint, else any count that
/// went down, and any change of layout that only a reset explains.
bool DetectReset(const FloatHistogram& histogram, const FloatHistogram& previous);

/// Equal bit by bit, the hint and the grouping of buckets into spans apart.
bool Equal(const FloatHistogram& a, const FloatHistogram& b);

/// Any infinite count, sum or bound.
bool HasOverflow(const FloatHistogram& histogram);

enum class TrimSide { kUpper, kLower };
/// Keeps observations below (kUpper) or above (kLower) `bound`: the bucket across it is cut by
/// interpolation, count and sum are estimated anew from what is left.
void Trim(FloatHistogram* histogram, double bound, TrimSide side);

/// The same custom bounds.
bool CustomBoundsMatch(const FloatHistogram& a, const FloatHistogram& b);

}  // namespace aion::model
