#include "fleet/prometheus_json.h"

#include <cmath>

#include "base/text.h"
#include "promclient/query_json.h"

namespace aion::fleet {
namespace {

using wire::JsonValue;

std::string TextAt(const JsonValue& object, std::string_view name) {
  return std::string(object.StringAt(name));
}

double NumberAt(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.Find(name);
  return value == nullptr ? 0 : value->NumberOr(0);
}

int64_t IntegerAt(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.Find(name);
  return value == nullptr ? 0 : value->IntegerOr(0);
}

const std::vector<JsonValue>& ItemsAt(const JsonValue& object, std::string_view name) {
  static const std::vector<JsonValue>* const kNone = new std::vector<JsonValue>();
  const JsonValue* value = object.Find(name);
  return value == nullptr ? *kNone : value->items();
}

Status ReadLabels(const JsonValue& object, std::string_view name, model::Labels* out) {
  const JsonValue* value = object.Find(name);
  if (value == nullptr || value->IsNull()) return OkStatus();
  ASSIGN_OR_RETURN(*out, promclient::LabelsFromJson(*value));
  return OkStatus();
}

Status ReadTime(const JsonValue& object, std::string_view name, TimePoint* out) {
  const std::string_view text = object.StringAt(name);
  if (text.empty()) return OkStatus();
  const auto time = ParseTimePoint(text);
  if (!time.ok())
    return InternalError(std::string(name) + ": " + std::string(time.status().message()));
  *out = *time;
  return OkStatus();
}

// What a server says wrongly is its fault, not the caller's.
template <typename T>
StatusOr<T> AsInternal(StatusOr<T> value) {
  if (value.ok()) return value;
  return InternalError(std::string(value.status().message()));
}

StatusOr<AlertInstance> AlertFromJson(const JsonValue& json) {
  AlertInstance alert;
  alert.partial_response = PartialResponse::kAbort;
  RETURN_IF_ERROR(ReadLabels(json, "labels", &alert.labels));
  RETURN_IF_ERROR(ReadLabels(json, "annotations", &alert.annotations));
  ASSIGN_OR_RETURN(alert.state, AsInternal(ParseAlertState(json.StringAt("state"))));
  alert.has_active_at = !json.StringAt("activeAt").empty();
  RETURN_IF_ERROR(ReadTime(json, "activeAt", &alert.active_at));
  alert.value = TextAt(json, "value");
  return alert;
}

StatusOr<Rule> RuleFromJson(const JsonValue& json) {
  Rule rule;
  const std::string_view type = json.StringAt("type");
  if (type.empty()) return InternalError("rule: no type field provided");
  if (type != "recording" && type != "alerting") {
    return InternalError("rule: unknown type field provided " + std::string(type));
  }
  rule.name = TextAt(json, "name");
  rule.query = TextAt(json, "query");
  RETURN_IF_ERROR(ReadLabels(json, "labels", &rule.labels));
  rule.health = TextAt(json, "health");
  rule.last_error = TextAt(json, "lastError");
  rule.evaluation_seconds = NumberAt(json, "evaluationTime");
  RETURN_IF_ERROR(ReadTime(json, "lastEvaluation", &rule.last_evaluation));
  if (type == "recording") return rule;
  rule.kind = Rule::Kind::kAlerting;
  ASSIGN_OR_RETURN(rule.state, AsInternal(ParseAlertState(json.StringAt("state"))));
  rule.duration_seconds = NumberAt(json, "duration");
  rule.keep_firing_for_seconds = NumberAt(json, "keepFiringFor");
  RETURN_IF_ERROR(ReadLabels(json, "annotations", &rule.annotations));
  for (const JsonValue& item : ItemsAt(json, "alerts")) {
    ASSIGN_OR_RETURN(AlertInstance alert, AlertFromJson(item));
    rule.alerts.push_back(std::move(alert));
  }
  return rule;
}

StatusOr<RuleGroup> GroupFromJson(const JsonValue& json) {
  RuleGroup group;
  group.partial_response = PartialResponse::kAbort;
  group.name = TextAt(json, "name");
  group.file = TextAt(json, "file");
  group.interval_seconds = NumberAt(json, "interval");
  group.evaluation_seconds = NumberAt(json, "evaluationTime");
  RETURN_IF_ERROR(ReadTime(json, "lastEvaluation", &group.last_evaluation));
  group.limit = IntegerAt(json, "limit");
  for (const JsonValue& item : ItemsAt(json, "rules")) {
    ASSIGN_OR_RETURN(Rule rule, RuleFromJson(item));
    group.rules.push_back(std::move(rule));
  }
  return group;
}

StatusOr<ActiveTarget> ActiveTargetFromJson(const JsonValue& json) {
  ActiveTarget target;
  RETURN_IF_ERROR(ReadLabels(json, "discoveredLabels", &target.discovered_labels));
  RETURN_IF_ERROR(ReadLabels(json, "labels", &target.labels));
  target.scrape_pool = TextAt(json, "scrapePool");
  target.scrape_url = TextAt(json, "scrapeUrl");
  target.global_url = TextAt(json, "globalUrl");
  target.last_error = TextAt(json, "lastError");
  RETURN_IF_ERROR(ReadTime(json, "lastScrape", &target.last_scrape));
  target.last_scrape_seconds = NumberAt(json, "lastScrapeDuration");
  ASSIGN_OR_RETURN(target.health, AsInternal(ParseTargetHealth(json.StringAt("health"))));
  return target;
}

// Prometheus prints exemplar times as seconds and values as text.
StatusOr<Exemplar> ExemplarFromJson(const JsonValue& json) {
  Exemplar exemplar;
  RETURN_IF_ERROR(ReadLabels(json, "labels", &exemplar.labels));
  const double ms = std::round(NumberAt(json, "timestamp") * 1000);
  if (!(std::fabs(ms) < 9.2e18)) return InternalError("exemplar: timestamp out of range");
  exemplar.time = static_cast<TimestampMs>(ms);
  const auto value = ParseGoFloat(json.StringAt("value"));
  if (!value.ok()) return InternalError("exemplar: " + std::string(value.status().message()));
  exemplar.value = *value;
  return exemplar;
}

std::vector<Statistic> StatisticsAt(const JsonValue& object, std::string_view name) {
  std::vector<Statistic> list;
  for (const JsonValue& item : ItemsAt(object, name)) {
    list.push_back(
        Statistic{TextAt(item, "name"), static_cast<uint64_t>(IntegerAt(item, "value"))});
  }
  return list;
}

}  // namespace

StatusOr<std::vector<RuleGroup>> RuleGroupsFromJson(const JsonValue& data) {
  std::vector<RuleGroup> groups;
  for (const JsonValue& item : ItemsAt(data, "groups")) {
    ASSIGN_OR_RETURN(RuleGroup group, GroupFromJson(item));
    groups.push_back(std::move(group));
  }
  return groups;
}

StatusOr<TargetsResponse> TargetsFromJson(const JsonValue& data) {
  TargetsResponse targets;
  for (const JsonValue& item : ItemsAt(data, "activeTargets")) {
    ASSIGN_OR_RETURN(ActiveTarget target, ActiveTargetFromJson(item));
    targets.active.push_back(std::move(target));
  }
  for (const JsonValue& item : ItemsAt(data, "droppedTargets")) {
    DroppedTarget target;
    RETURN_IF_ERROR(ReadLabels(item, "discoveredLabels", &target.discovered_labels));
    targets.dropped.push_back(std::move(target));
  }
  return targets;
}

StatusOr<MetadataResponse> MetadataFromJson(const JsonValue& data) {
  MetadataResponse metadata;
  for (const auto& [metric, list] : data.members()) {
    std::vector<MetricMeta>& metas = metadata.metadata[metric];
    for (const JsonValue& item : list.items()) {
      metas.push_back(MetricMeta{TextAt(item, "type"), TextAt(item, "help"), TextAt(item, "unit")});
    }
  }
  return metadata;
}

StatusOr<std::vector<ExemplarSeries>> ExemplarsFromJson(const JsonValue& data) {
  std::vector<ExemplarSeries> list;
  for (const JsonValue& item : data.items()) {
    ExemplarSeries series;
    RETURN_IF_ERROR(ReadLabels(item, "seriesLabels", &series.labels));
    for (const JsonValue& json : ItemsAt(item, "exemplars")) {
      ASSIGN_OR_RETURN(Exemplar exemplar, ExemplarFromJson(json));
      series.exemplars.push_back(std::move(exemplar));
    }
    list.push_back(std::move(series));
  }
  return list;
}

StatusOr<TsdbStatistics> TsdbStatisticsFromJson(const JsonValue& data) {
  if (!data.IsObject()) return InternalError("empty data field in TSDB status response");
  TsdbStatistics statistics;
  if (const JsonValue* head = data.Find("headStats")) {
    statistics.head.series_count = static_cast<uint64_t>(IntegerAt(*head, "numSeries"));
    statistics.head.label_pair_count = IntegerAt(*head, "numLabelPairs");
    statistics.head.chunk_count = IntegerAt(*head, "chunkCount");
    statistics.head.min_time = IntegerAt(*head, "minTime");
    statistics.head.max_time = IntegerAt(*head, "maxTime");
  }
  statistics.series_count_by_metric_name = StatisticsAt(data, "seriesCountByMetricName");
  statistics.label_value_count_by_label_name = StatisticsAt(data, "labelValueCountByLabelName");
  statistics.memory_bytes_by_label_name = StatisticsAt(data, "memoryInBytesByLabelName");
  statistics.series_count_by_label_value_pair = StatisticsAt(data, "seriesCountByLabelValuePair");
  return statistics;
}

}  // namespace aion::fleet
