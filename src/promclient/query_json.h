#pragma once

// The query API's JSON, read: results, labels, sample values. What `prometheus.h` decodes with.
// Pure functions on hostile input: kInternal says what was not as it should be.

#include <string>
#include <string_view>

#include "base/status.h"
#include "promclient/prometheus.h"

namespace aion::promclient {

/// {"a":"b"}
StatusOr<model::Labels> LabelsFromJson(const wire::JsonValue& value);
/// A whole envelope: data.resultType, data.result, warnings, infos.
StatusOr<QueryAnswer> QueryAnswerFromJson(const wire::JsonValue& envelope);
/// A label name as a path segment: percent-encoded, or Prometheus' U__ form for names that are not
/// plain.
std::string EscapedLabelName(std::string_view name);

}  // namespace aion::promclient
