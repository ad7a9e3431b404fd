#pragma once

// Extended range selectors: `anchored` windows begin with the newest sample at or before their
// start, `smoothed` ones are interpolated at both edges from the samples around them.

#include "promql/func/window.h"

namespace aion::promql {

/// rate, increase or delta of an extended window; it holds the samples of the lookback around its
/// edges too. Requires: floats only or histograms only, at least one.
void ExtendedRate(const Window& window, const RangeCall& call, bool counter, bool per_second,
                  WindowResult* result);

/// The instant selector with `smoothed`: interpolated between the samples around each step, within
/// the lookback.
void SmoothInstants(const series::SampleColumns& columns, const InstantGrid& grid,
                    const RangeCall& call, StepRow* row);

/// An extended range selector as a value of its own: a point at both edges and the samples between.
/// `columns` holds the samples with the lookback around; the result replaces them.
void ExtendFloats(series::SampleColumns* columns, TimestampMs range_start, TimestampMs range_end,
                  bool smoothed);

}  // namespace aion::promql
