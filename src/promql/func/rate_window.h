#pragma once

// The window functions of the rate family, for everything the row kernels do not cover.

#include "promql/func/window.h"

namespace aion::promql {

void RateWindow(const Window& window, const RangeCall& call, WindowResult* result);
void IncreaseWindow(const Window& window, const RangeCall& call, WindowResult* result);
void DeltaWindow(const Window& window, const RangeCall& call, WindowResult* result);
void IrateWindow(const Window& window, const RangeCall& call, WindowResult* result);
void IdeltaWindow(const Window& window, const RangeCall& call, WindowResult* result);
void ResetsWindow(const Window& window, const RangeCall& call, WindowResult* result);
void ChangesWindow(const Window& window, const RangeCall& call, WindowResult* result);

}  // namespace aion::promql
