#include "fleet/contract/json.h"

#include <fmt/core.h>

#include <cmath>

#include "base/text.h"

namespace aion::fleet {
namespace {

// Writes `"key":`, with a comma before it unless the object was just opened.
void Key(std::string* out, std::string_view key) {
  if (out->back() != '{') out->push_back(',');
  AppendJsonString(out, key);
  out->push_back(':');
}
void Text(std::string* out, std::string_view key, std::string_view value) {
  Key(out, key);
  AppendJsonString(out, value);
}
void Number(std::string* out, std::string_view key, double value) {
  Key(out, key);
  AppendJsonNumber(out, value);
}
template <typename Integer>
void Whole(std::string* out, std::string_view key, Integer value) {
  Key(out, key);
  *out += std::to_string(value);
}
void Time(std::string* out, std::string_view key, TimePoint time) {
  Text(out, key, FormatTimePoint(time));
}
void LabelSet(std::string* out, std::string_view key, model::LabelsView labels) {
  Key(out, key);
  AppendLabelsJson(out, labels);
}
void Strategy(std::string* out, PartialResponse strategy) {
  Text(out, "partialResponseStrategy", strategy == PartialResponse::kAbort ? "ABORT" : "WARN");
}

template <typename List, typename Append>
void Array(std::string* out, const List& list, size_t limit, Append append) {
  out->push_back('[');
  size_t count = 0;
  for (const auto& item : list) {
    if (limit != 0 && count == limit) break;
    if (count++ != 0) out->push_back(',');
    append(out, item);
  }
  out->push_back(']');
}

void AppendAlert(std::string* out, const AlertInstance& alert) {
  out->push_back('{');
  LabelSet(out, "labels", alert.labels);
  LabelSet(out, "annotations", alert.annotations);
  Text(out, "state", AlertStateText(alert.state));
  if (alert.has_active_at) Time(out, "activeAt", alert.active_at);
  Text(out, "value", alert.value);
  Strategy(out, alert.partial_response);
  out->push_back('}');
}

// What recording and alerting rules end with alike.
void AppendOutcome(std::string* out, const Rule& rule) {
  Text(out, "health", rule.health);
  if (!rule.last_error.empty()) Text(out, "lastError", rule.last_error);
  Number(out, "evaluationTime", rule.evaluation_seconds);
  Time(out, "lastEvaluation", rule.last_evaluation);
}

void AppendRule(std::string* out, const Rule& rule) {
  const bool alerting = rule.kind == Rule::Kind::kAlerting;
  out->push_back('{');
  if (alerting) Text(out, "state", AlertStateText(rule.state));
  Text(out, "name", rule.name);
  Text(out, "query", rule.query);
  if (alerting) Number(out, "duration", rule.duration_seconds);
  LabelSet(out, "labels", rule.labels);
  if (alerting) {
    LabelSet(out, "annotations", rule.annotations);
    Key(out, "alerts");
    Array(out, rule.alerts, 0, AppendAlert);
  }
  AppendOutcome(out, rule);
  if (alerting) Number(out, "keepFiringFor", rule.keep_firing_for_seconds);
  Text(out, "type", alerting ? "alerting" : "recording");
  out->push_back('}');
}

void AppendGroup(std::string* out, const RuleGroup& group) {
  out->push_back('{');
  Text(out, "name", group.name);
  Text(out, "file", group.file);
  Key(out, "rules");
  Array(out, group.rules, 0, AppendRule);
  Number(out, "interval", group.interval_seconds);
  Number(out, "evaluationTime", group.evaluation_seconds);
  Time(out, "lastEvaluation", group.last_evaluation);
  Whole(out, "limit", group.limit);
  Strategy(out, group.partial_response);
  out->push_back('}');
}

void AppendActiveTarget(std::string* out, const ActiveTarget& target) {
  out->push_back('{');
  LabelSet(out, "discoveredLabels", target.discovered_labels);
  LabelSet(out, "labels", target.labels);
  Text(out, "scrapePool", target.scrape_pool);
  Text(out, "scrapeUrl", target.scrape_url);
  Text(out, "globalUrl", target.global_url);
  Text(out, "lastError", target.last_error);
  Time(out, "lastScrape", target.last_scrape);
  Number(out, "lastScrapeDuration", target.last_scrape_seconds);
  Text(out, "health", TargetHealthText(target.health));
  out->push_back('}');
}

void AppendDroppedTarget(std::string* out, const DroppedTarget& target) {
  out->push_back('{');
  LabelSet(out, "discoveredLabels", target.discovered_labels);
  out->push_back('}');
}

void AppendMeta(std::string* out, const MetricMeta& meta) {
  out->push_back('{');
  Text(out, "type", meta.type);
  Text(out, "help", meta.help);
  Text(out, "unit", meta.unit);
  out->push_back('}');
}

// Prometheus' model.Time: seconds, with three digits of fraction when there is one.
void AppendModelTime(std::string* out, TimestampMs time) {
  const bool negative = time < 0;
  const uint64_t ms =
      negative ? uint64_t{0} - static_cast<uint64_t>(time) : static_cast<uint64_t>(time);
  if (negative) out->push_back('-');
  *out += std::to_string(ms / 1000);
  if (ms % 1000 != 0) *out += fmt::format(".{:03}", ms % 1000);
}

void AppendExemplar(std::string* out, const Exemplar& exemplar) {
  out->push_back('{');
  LabelSet(out, "labels", exemplar.labels);
  Key(out, "timestamp");
  AppendModelTime(out, exemplar.time);
  Text(out, "value", FormatGoFloat(exemplar.value, 'f'));
  out->push_back('}');
}

void AppendStatistics(std::string* out, std::string_view key, const std::vector<Statistic>& list,
                      size_t limit) {
  Key(out, key);
  Array(out, list, limit, [](std::string* item, const Statistic& statistic) {
    item->push_back('{');
    Text(item, "name", statistic.name);
    Whole(item, "value", statistic.value);
    item->push_back('}');
  });
}

}  // namespace

void AppendLabelsJson(std::string* out, model::LabelsView labels) {
  out->push_back('{');
  for (const model::LabelView label : labels) Text(out, label.name, label.value);
  out->push_back('}');
}

void AppendJsonNumber(std::string* out, double value) {
  if (!std::isfinite(value)) {
    out->push_back('0');
    return;
  }
  const double size = std::fabs(value);
  if (size == 0 || (size >= 1e-6 && size < 1e21)) {
    AppendGoFloat(out, value);
    return;
  }
  // Go shortens e-09 to e-9 and leaves e+21.
  std::string text = FormatGoFloat(value, 'e');
  const size_t end = text.size();
  if (end >= 4 && text[end - 4] == 'e' && text[end - 3] == '-' && text[end - 2] == '0')
    text.erase(end - 2, 1);
  *out += text;
}

void AppendRulesJson(std::string* out, const std::vector<RuleGroup>& groups) {
  *out += "{\"groups\":";
  Array(out, groups, 0, AppendGroup);
  out->push_back('}');
}

void AppendAlertsJson(std::string* out, std::string_view key,
                      const std::vector<AlertInstance>& alerts) {
  out->push_back('{');
  Key(out, key);
  // Compat: a list nothing was appended to is Go's nil, printed as null.
  if (alerts.empty()) {
    *out += "null}";
    return;
  }
  Array(out, alerts, 0, AppendAlert);
  out->push_back('}');
}

void AppendTargetsJson(std::string* out, const TargetsResponse& targets) {
  *out += "{\"activeTargets\":";
  Array(out, targets.active, 0, AppendActiveTarget);
  *out += ",\"droppedTargets\":";
  Array(out, targets.dropped, 0, AppendDroppedTarget);
  out->push_back('}');
}

void AppendMetadataJson(std::string* out, const MetadataResponse& metadata) {
  out->push_back('{');
  for (const auto& [metric, metas] : metadata.metadata) {
    Key(out, metric);
    Array(out, metas, 0, AppendMeta);
  }
  out->push_back('}');
}

void AppendExemplarsJson(std::string* out, const std::vector<ExemplarSeries>& series) {
  Array(out, series, 0, [](std::string* item, const ExemplarSeries& one) {
    item->push_back('{');
    LabelSet(item, "seriesLabels", one.labels);
    Key(item, "exemplars");
    Array(item, one.exemplars, 0, AppendExemplar);
    item->push_back('}');
  });
}

void AppendTsdbStatusJson(std::string* out, const TsdbStatistics& statistics, size_t limit) {
  *out += "{\"headStats\":{";
  Whole(out, "numSeries", statistics.head.series_count);
  Whole(out, "numLabelPairs", statistics.head.label_pair_count);
  Whole(out, "chunkCount", statistics.head.chunk_count);
  Whole(out, "minTime", statistics.head.min_time);
  Whole(out, "maxTime", statistics.head.max_time);
  out->push_back('}');
  AppendStatistics(out, "seriesCountByMetricName", statistics.series_count_by_metric_name, limit);
  AppendStatistics(out, "labelValueCountByLabelName", statistics.label_value_count_by_label_name,
                   limit);
  AppendStatistics(out, "memoryInBytesByLabelName", statistics.memory_bytes_by_label_name, limit);
  AppendStatistics(out, "seriesCountByLabelValuePair", statistics.series_count_by_label_value_pair,
                   limit);
  out->push_back('}');
}

}  // namespace aion::fleet
