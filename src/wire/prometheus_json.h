#pragma once

// The JSON of Prometheus' query API: results, labels, native histograms, byte for byte as
// upstream's encoder prints them.
//
// Everything is appended to one string; numbers are printed straight into it, so a value costs no
// allocation of its own. Pure functions.

#include <string>

#include "model/labels.h"
#include "model/query_value.h"

namespace aion::wire {

/// `"resultType":"matrix","result":[…]`, without the braces around.
void AppendQueryValueJson(std::string* out, const model::QueryValue& value);

/// {"a":"b"}
void AppendLabelsJson(std::string* out, model::LabelsView labels);

/// Seconds with at most three decimals: 1767225600, 1767225600.250.
void AppendTimestampJson(std::string* out, TimestampMs time);

/// A quoted sample value: "1.5", "NaN", "+Inf", "1e-09".
void AppendSampleValueJson(std::string* out, double value);

/// {"count":"…","sum":"…","buckets":[[boundaries,"lower","upper","count"],…]}; empty buckets are
/// left out.
void AppendHistogramJson(std::string* out, const model::FloatHistogram& histogram);

}  // namespace aion::wire
