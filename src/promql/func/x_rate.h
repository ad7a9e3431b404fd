#pragma once

// xrate, xincrease, xdelta: Thanos' rates that take the sample before the window into account
// instead of extrapolating.

#include "promql/func/window.h"

namespace aion::promql {

void XRateWindow(const Window& window, const RangeCall& call, WindowResult* result);
void XIncreaseWindow(const Window& window, const RangeCall& call, WindowResult* result);
void XDeltaWindow(const Window& window, const RangeCall& call, WindowResult* result);

}  // namespace aion::promql
