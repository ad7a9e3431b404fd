#include "fleet/endpoint.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "fleet/contract/json.h"
#include "fleet/contract/time_point.h"

namespace aion::fleet {
namespace {

void AppendStatusJson(std::string* out, const EndpointStatus& status) {
  *out += "{\"name\":";
  AppendJsonString(out, status.name);
  *out += ",\"lastCheck\":";
  AppendJsonString(
      out,
      FormatTimePoint(status.last_check == 0 ? TimePoint{} : TimePoint::FromMs(status.last_check)));
  *out += ",\"lastError\":";
  if (status.last_error) {
    AppendJsonString(out, *status.last_error);
  } else {
    *out += "null";
  }
  *out += ",\"labelSets\":[";
  for (size_t i = 0; i < status.label_sets.size(); ++i) {
    if (i != 0) out->push_back(',');
    AppendLabelsJson(out, status.label_sets[i]);
  }
  *out += "],\"minTime\":" + std::to_string(status.min_time);
  *out += ",\"maxTime\":" + std::to_string(status.max_time) + "}";
}

}  // namespace

void AppendStoresJson(std::string* out, const std::vector<EndpointStatus>& statuses) {
  std::map<std::string_view, std::vector<const EndpointStatus*>> by_component;
  for (const EndpointStatus& status : statuses) {
    if (!status.component.empty()) by_component[status.component].push_back(&status);
  }
  out->push_back('{');
  for (const auto& [component, rows] : by_component) {
    if (out->back() != '{') out->push_back(',');
    AppendJsonString(out, component);
    *out += ":[";
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i != 0) out->push_back(',');
      AppendStatusJson(out, *rows[i]);
    }
    out->push_back(']');
  }
  out->push_back('}');
}

std::string LabelSetsText(const std::vector<model::Labels>& label_sets) {
  std::vector<std::string> texts;
  for (const model::Labels& labels : label_sets) texts.push_back(labels.ToString());
  std::sort(texts.begin(), texts.end());
  std::string joined;
  for (const std::string& text : texts) {
    if (!joined.empty()) joined += ",";
    joined += text;
  }
  return joined;
}

std::string ComponentText(std::string_view component) {
  constexpr std::array<std::string_view, 6> kKnown = {"query", "rule",    "sidecar",
                                                      "store", "receive", "debug"};
  if (std::find(kKnown.begin(), kKnown.end(), component) != kKnown.end())
    return std::string(component);
  return "unknown-store-api";
}

}  // namespace aion::fleet
