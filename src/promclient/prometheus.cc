#include "promclient/prometheus.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "config/yaml.h"
#include "promclient/query_json.h"

namespace aion::promclient {
namespace {

using wire::JsonValue;

constexpr size_t kBodyInMessageBytesMax = 4096;

std::string BodyInMessage(std::string_view body) {
  if (body.size() <= kBodyInMessageBytesMax) return std::string(body);
  return std::string(body.substr(0, kBodyInMessageBytesMax)) + "… (" + std::to_string(body.size()) +
         " bytes)";
}

bool IsSuccess(int code) { return code / 100 == 2; }

Status RefusedError(const net::HttpResponse& response) {
  return Status(CodeOfHttp(response.code),
                fmt::format("expected 2xx response, got {}. Body: {}", response.code,
                            BodyInMessage(response.body)));
}

// Times at the ends of the range mean "no bound": they are left out, since servers read huge
// numbers differently.
void AddRange(const model::QueryRange& range, net::Params* params) {
  constexpr TimestampMs kUnboundedFrom = kTimestampMax / 4;
  if (range.min > -kUnboundedFrom) params->Add("start", TimeParam(range.min));
  if (range.max < kUnboundedFrom) params->Add("end", TimeParam(range.max));
}

net::Params SelectorParams(const std::vector<model::Matcher>& matchers,
                           const model::QueryRange& range, int64_t limit) {
  net::Params params;
  if (!matchers.empty()) params.Add("match[]", SelectorText(matchers));
  AddRange(range, &params);
  if (limit > 0) params.Add("limit", std::to_string(limit));
  return params;
}

StatusOr<std::vector<std::string>> TextsOf(const JsonValue& data) {
  std::vector<std::string> texts;
  if (!data.IsArray() && !data.IsNull())
    return InternalError("unexpected answer: data is not a list");
  texts.reserve(data.items().size());
  for (const JsonValue& item : data.items()) {
    if (!item.IsString())
      return InternalError("unexpected answer: data holds something that is not a string");
    texts.emplace_back(item.StringOr(""));
  }
  return texts;
}

// Flags are all strings; a duration that is absent stays as it is.
Status ReadDuration(const JsonValue& flags, std::string_view name, DurationMs* out) {
  const std::string_view text = flags.StringAt(name);
  if (text.empty()) return OkStatus();
  auto duration = ParseModelDuration(text);
  if (!duration.ok())
    return InternalError("flag " + std::string(name) + ": " +
                         std::string(duration.status().message()));
  *out = *duration;
  return OkStatus();
}

}  // namespace

std::string SelectorText(const std::vector<model::Matcher>& matchers) {
  std::string text = "{";
  for (const model::Matcher& matcher : matchers) {
    if (text.size() > 1) text += ", ";
    text += matcher.ToString();
  }
  return text + "}";
}

std::string TimeParam(TimestampMs time) {
  return FormatGoFloat(static_cast<double>(time) / 1000, 'f');
}

StatusCode CodeOfHttp(int http_code) {
  switch (http_code) {
    case 400:
      return StatusCode::kInvalidArgument;
    case 401:
      return StatusCode::kUnauthenticated;
    case 403:
      return StatusCode::kPermissionDenied;
    case 404:
      return StatusCode::kNotFound;
    case 429:
      return StatusCode::kResourceExhausted;
    case 502:
    case 503:
    case 504:
      return StatusCode::kUnavailable;
    default:
      return StatusCode::kInternal;
  }
}

bool IsVersionAtLeast(std::string_view version, int major, int minor) {
  int parts[2] = {-1, -1};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (int& part : parts) {
    const auto [next, error] = std::from_chars(at, end, part);
    if (error != std::errc() || part < 0) return false;
    at = next == end ? end : next + (*next == '.' ? 1 : 0);
  }
  return parts[0] != major ? parts[0] > major : parts[1] >= minor;
}

std::optional<double> FindSample(std::string_view exposition, std::string_view metric) {
  while (!exposition.empty()) {
    const size_t end = exposition.find('\n');
    std::string_view line = exposition.substr(0, end);
    exposition.remove_prefix(end == std::string_view::npos ? exposition.size() : end + 1);
    if (!line.starts_with(metric)) continue;
    line.remove_prefix(metric.size());
    if (line.starts_with('{')) {
      const size_t close = line.rfind('}');
      if (close == std::string_view::npos) continue;
      line.remove_prefix(close + 1);
    }
    if (line.empty() || (line[0] != ' ' && line[0] != '\t')) continue;
    line.remove_prefix(line.find_first_not_of(" \t") == std::string_view::npos
                           ? line.size()
                           : line.find_first_not_of(" \t"));
    const auto value = ParseGoFloat(line.substr(0, line.find_first_of(" \t\r")));
    if (value.ok()) return *value;
  }
  return std::nullopt;
}

PrometheusClient::PrometheusClient(std::shared_ptr<net::HttpClient> http,
                                   PrometheusClientOptions options)
    : http_(std::move(http)), options_([&] {
        while (options.base_url.ends_with('/')) options.base_url.pop_back();
        return std::move(options);
      }()) {}

std::string PrometheusClient::UrlOf(std::string_view path, const net::Params& params) const {
  std::string url = options_.base_url;
  // A query in the base URL (tokens of proxies) stays behind the path.
  std::string query;
  if (const size_t mark = url.find('?'); mark != std::string::npos) {
    query = url.substr(mark + 1);
    url.resize(mark);
    while (url.ends_with('/')) url.pop_back();
  }
  url += path;
  if (!params.empty()) query += (query.empty() ? "" : "&") + params.Encode();
  return query.empty() ? url : url + "?" + query;
}

StatusOr<net::HttpResponse> PrometheusClient::Send(std::string_view method, const std::string& url,
                                                   const CancelToken& cancel) {
  net::HttpRequest request;
  request.method = std::string(method);
  request.url = url;
  request.timeout_ms = options_.timeout_ms;
  request.response_bytes_max = options_.response_bytes_max;
  auto response = http_->Do(request, cancel);
  if (!response.ok())
    return response.status().WithContext("perform " + request.method + " request against " + url);
  return response;
}

StatusOr<JsonValue> PrometheusClient::GetEnvelope(std::string_view path, const net::Params& params,
                                                  const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const net::HttpResponse response, Send("GET", UrlOf(path, params), cancel));
  if (response.code == 204) return JsonValue();
  auto envelope = wire::ParseJson(response.body);
  if (!IsSuccess(response.code)) {
    // The API says in JSON what is wrong; anything else is shown as it is.
    return RefusedError(response);
  }
  if (!envelope.ok())
    return InternalError("unmarshal answer of " + std::string(path) + ": " +
                         envelope.status().ToString());
  if (!envelope->IsObject())
    return InternalError("unmarshal answer of " + std::string(path) + ": not an object");
  if (envelope->StringAt("status") != "success") {
    return InternalError(std::string(path) + ": " + std::string(envelope->StringAt("error")));
  }
  return envelope;
}

StatusOr<JsonValue> PrometheusClient::GetData(std::string_view path, const net::Params& params,
                                              const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const JsonValue envelope, GetEnvelope(path, params, cancel));
  const JsonValue* data = envelope.Find("data");
  return data == nullptr ? JsonValue() : *data;
}

StatusOr<PrometheusFlags> PrometheusClient::Flags(const CancelToken& cancel) {
  auto data = GetData("/api/v1/status/flags", {}, cancel);
  if (!data.ok() && data.status().code() == StatusCode::kNotFound) {
    return UnimplementedError("no flag endpoint found: " + options_.base_url);
  }
  RETURN_IF_ERROR(data.status());
  PrometheusFlags flags;
  flags.tsdb_path = data->StringAt("storage.tsdb.path");
  RETURN_IF_ERROR(
      ReadDuration(*data, "storage.tsdb.min-block-duration", &flags.min_block_duration_ms));
  RETURN_IF_ERROR(
      ReadDuration(*data, "storage.tsdb.max-block-duration", &flags.max_block_duration_ms));
  flags.delay_compact_file = data->StringAt("storage.tsdb.delay-compact-file.path");
  flags.web_enable_admin_api = data->StringAt("web.enable-admin-api") == "true";
  flags.web_enable_lifecycle = data->StringAt("web.enable-lifecycle") == "true";
  return flags;
}

StatusOr<model::Labels> PrometheusClient::ExternalLabels(const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const JsonValue data, GetData("/api/v1/status/config", {}, cancel));
  auto config = config::ParseYaml(data.StringAt("yaml"));
  if (!config.ok())
    return InternalError("parse Prometheus config: " + std::string(config.status().message()));
  const config::YamlNode* global = config->Find("global");
  const config::YamlNode* labels = global == nullptr ? nullptr : global->Find("external_labels");
  std::vector<std::pair<std::string, std::string>> pairs;
  if (labels != nullptr) {
    for (const auto& [name, value] : labels->fields) pairs.emplace_back(name.text, value.text);
  }
  return model::Labels::FromPairs(std::move(pairs));
}

StatusOr<std::string> PrometheusClient::BuildVersion(const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const net::HttpResponse response,
                   Send("GET", UrlOf("/api/v1/status/buildinfo"), cancel));
  if (response.code == 404 || response.code == 405) return std::string("0");
  if (!IsSuccess(response.code)) return RefusedError(response);
  auto envelope = wire::ParseJson(response.body);
  if (!envelope.ok())
    return InternalError("unmarshal build info API response: " + envelope.status().ToString());
  const JsonValue* data = envelope->Find("data");
  return std::string(data == nullptr ? "" : data->StringAt("version"));
}

StatusOr<RuntimeInfo> PrometheusClient::Runtime(const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const JsonValue data, GetData("/api/v1/status/runtimeinfo", {}, cancel));
  RuntimeInfo info;
  const JsonValue* success = data.Find("reloadConfigSuccess");
  info.reload_config_success = success != nullptr && success->BoolOr(false);
  auto time = ParseRfc3339(data.StringAt("lastConfigTime"));
  if (!time.ok())
    return InternalError("invalid response: lastConfigTime: " +
                         std::string(time.status().message()));
  info.last_config_time = *time;
  return info;
}

StatusOr<std::optional<TimestampMs>> PrometheusClient::LowestTimestamp(const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const net::HttpResponse response, Send("GET", UrlOf("/metrics"), cancel));
  if (!IsSuccess(response.code)) return RefusedError(response);
  const auto seconds = FindSample(response.body, "prometheus_tsdb_lowest_timestamp_seconds");
  if (!seconds) return std::optional<TimestampMs>();
  const double ms = *seconds * 1000;
  // An empty database says the largest time there is; it may get any sample, so it is taken for the
  // smallest.
  if (!(std::fabs(ms) < 9.2e18)) return std::optional<TimestampMs>(kTimestampMin);
  return std::optional<TimestampMs>(static_cast<TimestampMs>(ms));
}

StatusOr<std::vector<model::Labels>> PrometheusClient::Series(
    const std::vector<model::Matcher>& matchers, const model::QueryRange& range, int64_t limit,
    const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const JsonValue data,
                   GetData("/api/v1/series", SelectorParams(matchers, range, limit), cancel));
  std::vector<model::Labels> series;
  series.reserve(data.items().size());
  for (const JsonValue& item : data.items()) {
    ASSIGN_OR_RETURN(model::Labels labels, LabelsFromJson(item));
    series.push_back(std::move(labels));
  }
  return series;
}

StatusOr<std::vector<std::string>> PrometheusClient::LabelNames(
    const std::vector<model::Matcher>& matchers, const model::QueryRange& range, int64_t limit,
    const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const JsonValue data,
                   GetData("/api/v1/labels", SelectorParams(matchers, range, limit), cancel));
  return TextsOf(data);
}

StatusOr<std::vector<std::string>> PrometheusClient::LabelValues(
    std::string_view label, const std::vector<model::Matcher>& matchers,
    const model::QueryRange& range, int64_t limit, const CancelToken& cancel) {
  const std::string path = "/api/v1/label/" + EscapedLabelName(label) + "/values";
  ASSIGN_OR_RETURN(const JsonValue data,
                   GetData(path, SelectorParams(matchers, range, limit), cancel));
  return TextsOf(data);
}

StatusOr<JsonValue> PrometheusClient::Rules(std::string_view type, const CancelToken& cancel) {
  net::Params params;
  if (!type.empty()) params.Add("type", std::string(type));
  return GetData("/api/v1/rules", params, cancel);
}

StatusOr<JsonValue> PrometheusClient::Alerts(const CancelToken& cancel) {
  return GetData("/api/v1/alerts", {}, cancel);
}

StatusOr<JsonValue> PrometheusClient::Targets(std::string_view state, const CancelToken& cancel) {
  net::Params params;
  if (!state.empty()) params.Add("state", std::string(state));
  return GetData("/api/v1/targets", params, cancel);
}

StatusOr<JsonValue> PrometheusClient::Metadata(std::string_view metric, int64_t limit,
                                               const CancelToken& cancel) {
  net::Params params;
  if (!metric.empty()) params.Add("metric", std::string(metric));
  if (limit >= 0) params.Add("limit", std::to_string(limit));
  return GetData("/api/v1/metadata", params, cancel);
}

StatusOr<JsonValue> PrometheusClient::Exemplars(std::string_view query,
                                                const model::QueryRange& range,
                                                const CancelToken& cancel) {
  net::Params params;
  params.Add("query", std::string(query));
  AddRange(range, &params);
  return GetData("/api/v1/query_exemplars", params, cancel);
}

StatusOr<JsonValue> PrometheusClient::TsdbStatus(int64_t limit, const CancelToken& cancel) {
  net::Params params;
  if (limit > 0) params.Add("limit", std::to_string(limit));
  return GetData("/api/v1/status/tsdb", params, cancel);
}

StatusOr<QueryAnswer> PrometheusClient::Query(std::string_view query, TimestampMs time,
                                              const net::Params& extra, const CancelToken& cancel) {
  net::Params params;
  params.Add("query", std::string(query));
  params.Add("time", TimeParam(time));
  params.Append(extra);
  ASSIGN_OR_RETURN(const JsonValue envelope, GetEnvelope("/api/v1/query", params, cancel));
  return QueryAnswerFromJson(envelope);
}

StatusOr<QueryAnswer> PrometheusClient::QueryRange(std::string_view query,
                                                   const model::QueryRange& range,
                                                   DurationMs step_ms, const net::Params& extra,
                                                   const CancelToken& cancel) {
  net::Params params;
  params.Add("query", std::string(query));
  params.Add("start", TimeParam(range.min));
  params.Add("end", TimeParam(range.max));
  params.Add("step", FormatGoFloat(static_cast<double>(step_ms) / 1000, 'f'));
  params.Append(extra);
  ASSIGN_OR_RETURN(const JsonValue envelope, GetEnvelope("/api/v1/query_range", params, cancel));
  return QueryAnswerFromJson(envelope);
}

Status PrometheusClient::Reload(const CancelToken& cancel) {
  auto response = Send("POST", UrlOf("/-/reload"), cancel);
  if (!response.ok()) return response.status().WithContext("reload request failed");
  if (response->code == 200) return OkStatus();
  return Status(CodeOfHttp(response->code),
                fmt::format("received non-200 response: {} {}; have you set "
                            "`--web.enable-lifecycle` Prometheus flag?",
                            response->code, BodyInMessage(response->body)));
}

}  // namespace aion::promclient
