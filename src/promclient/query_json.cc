#include "promclient/query_json.h"

#include <fmt/core.h>

#include <cctype>
#include <cmath>

#include "base/text.h"

namespace aion::promclient {
namespace {

using wire::JsonValue;

// [seconds, "value"]
StatusOr<model::FloatPoint> PointFromJson(const JsonValue& pair) {
  if (pair.items().size() != 2 || !pair.items()[0].IsNumber() || !pair.items()[1].IsString()) {
    return InternalError("invalid sample: expected timestamp -> value tuple");
  }
  const double ms = std::round(pair.items()[0].NumberOr(0) * 1000);
  if (!(std::fabs(ms) < 9.2e18)) return InternalError("invalid sample: timestamp out of range");
  const auto value = ParseGoFloat(pair.items()[1].StringOr(""));
  if (!value.ok()) return InternalError("invalid sample: " + std::string(value.status().message()));
  return model::FloatPoint{static_cast<TimestampMs>(ms), *value};
}

StatusOr<model::Labels> MetricOf(const JsonValue& item) {
  const JsonValue* metric = item.Find("metric");
  return metric == nullptr ? model::Labels() : LabelsFromJson(*metric);
}

Status RefuseHistogram(const JsonValue& item) {
  if (item.Find("histogram") == nullptr && item.Find("histograms") == nullptr) return OkStatus();
  return UnimplementedError(
      "query result holds native histograms, which this client does not read");
}

StatusOr<model::QueryValue> VectorFromJson(const JsonValue& result) {
  model::Vector vector;
  for (const JsonValue& item : result.items()) {
    RETURN_IF_ERROR(RefuseHistogram(item));
    const JsonValue* pair = item.Find("value");
    if (pair == nullptr) return InternalError("invalid vector: a sample without value");
    ASSIGN_OR_RETURN(const model::FloatPoint point, PointFromJson(*pair));
    ASSIGN_OR_RETURN(model::Labels labels, MetricOf(item));
    vector.push_back(model::VectorSample{std::move(labels), point.time, point.value, nullptr});
  }
  return model::QueryValue(std::move(vector));
}

StatusOr<model::QueryValue> MatrixFromJson(const JsonValue& result) {
  model::Matrix matrix;
  for (const JsonValue& item : result.items()) {
    RETURN_IF_ERROR(RefuseHistogram(item));
    model::Series series;
    ASSIGN_OR_RETURN(series.labels, MetricOf(item));
    if (const JsonValue* values = item.Find("values")) {
      for (const JsonValue& pair : values->items()) {
        ASSIGN_OR_RETURN(const model::FloatPoint point, PointFromJson(pair));
        series.floats.push_back(point);
      }
    }
    matrix.push_back(std::move(series));
  }
  return model::QueryValue(std::move(matrix));
}

StatusOr<model::QueryValue> StringFromJson(const JsonValue& pair) {
  if (pair.items().size() != 2) return InternalError("invalid string result");
  return model::QueryValue(
      model::StringValue{static_cast<TimestampMs>(pair.items()[0].NumberOr(0) * 1000),
                         std::string(pair.items()[1].StringOr(""))});
}

StatusOr<model::QueryValue> ValueFromJson(std::string_view type, const JsonValue& result) {
  if (type == "vector") return VectorFromJson(result);
  if (type == "matrix") return MatrixFromJson(result);
  if (type == "string") return StringFromJson(result);
  if (type == "scalar") {
    ASSIGN_OR_RETURN(const model::FloatPoint point, PointFromJson(result));
    return model::QueryValue(model::Scalar{point.time, point.value});
  }
  return InternalError("received status code: 200, unknown response type: '" + QuoteGo(type) + "'");
}

// The first character of UTF-8 text; U+FFFD for a byte that begins none.
uint32_t TakeRune(std::string_view* text) {
  const auto first = static_cast<unsigned char>((*text)[0]);
  const size_t size = first < 0x80       ? 1
                      : first >> 5 == 6  ? 2
                      : first >> 4 == 14 ? 3
                      : first >> 3 == 30 ? 4
                                         : 0;
  if (size == 0 || size > text->size()) {
    text->remove_prefix(1);
    return 0xfffd;
  }
  uint32_t rune = size == 1 ? first : first & (0x7fu >> size);
  for (size_t i = 1; i < size; ++i)
    rune = rune << 6 | (static_cast<unsigned char>((*text)[i]) & 0x3fu);
  text->remove_prefix(size);
  return rune;
}

}  // namespace

StatusOr<model::Labels> LabelsFromJson(const JsonValue& value) {
  if (!value.IsObject()) return InternalError("invalid labels: not an object");
  std::vector<std::pair<std::string, std::string>> pairs;
  pairs.reserve(value.members().size());
  for (const auto& [name, text] : value.members()) {
    if (!text.IsString())
      return InternalError("invalid labels: the value of " + name + " is not a string");
    pairs.emplace_back(name, text.StringOr(""));
  }
  return model::Labels::FromPairs(std::move(pairs));
}

StatusOr<QueryAnswer> QueryAnswerFromJson(const JsonValue& envelope) {
  const JsonValue* data = envelope.Find("data");
  const JsonValue* result = data == nullptr ? nullptr : data->Find("result");
  if (result == nullptr) return InternalError("unmarshal query response: no result");
  QueryAnswer answer;
  ASSIGN_OR_RETURN(answer.value, ValueFromJson(data->StringAt("resultType"), *result));
  if (const JsonValue* warnings = envelope.Find("warnings")) {
    for (const JsonValue& warning : warnings->items())
      answer.warnings.AddWarning(std::string(warning.StringOr("")));
  }
  if (const JsonValue* infos = envelope.Find("infos")) {
    for (const JsonValue& info : infos->items())
      answer.warnings.AddInfo(std::string(info.StringOr("")));
  }
  return answer;
}

std::string EscapedLabelName(std::string_view name) {
  if (model::IsLegacyLabelName(name)) return std::string(name);
  // Only what a path segment cannot carry has to be hidden; Prometheus 3 takes the rest
  // percent-encoded.
  if (name.find('/') == std::string_view::npos) return net::PathEscape(name);
  std::string escaped = "U__";
  while (!name.empty()) {
    const uint32_t rune = TakeRune(&name);
    if (rune < 0x80 && std::isalnum(static_cast<int>(rune)) != 0) {
      escaped += static_cast<char>(rune);
    } else if (rune == '_') {
      escaped += "__";
    } else {
      escaped += fmt::format("_{:x}_", rune);
    }
  }
  return escaped;
}

}  // namespace aion::promclient
