#pragma once

// Functions from a float to a float: mathematics, trigonometry and dates, as a table. And the
// functions from a native histogram to a float.

#include <string_view>

#include "model/histogram.h"

namespace aion::promql {

using FloatFunction = double (*)(double);
/// abs, ceil, sin, … and day_of_month, hour, … of seconds since 1970 UTC. Null when there is none
/// of that name.
FloatFunction FindFloatFunction(std::string_view name);
/// True for minute, hour, … , which take the evaluation time when they have no argument.
bool IsDateFunction(std::string_view name);

using HistogramFunction = double (*)(const model::FloatHistogram&);
/// histogram_count, _sum, _avg, _stddev, _stdvar.
HistogramFunction FindHistogramFunction(std::string_view name);

/// Go's math.Min and math.Max: NaN wins over all but the infinity that decides.
double GoMin(double a, double b);
double GoMax(double a, double b);

}  // namespace aion::promql
