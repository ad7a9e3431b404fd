#pragma once

// PrometheusClient: typed calls to one Prometheus-shaped server (Prometheus, a querier, a ruler)
// over its HTTP API.
//
// Thread-safe; calls block and end with their token. Every answer is bounded
// (`PrometheusClientOptions`). Failures are Statuses with gRPC's codes: kUnavailable when the
// server is not there, kInvalidArgument, kNotFound, … by the HTTP code when it refuses, kInternal
// when its answer makes no sense; messages carry the URL and the first part of the body.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/duration.h"
#include "base/status.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/query_value.h"
#include "model/time_range.h"
#include "model/warnings.h"
#include "net/http_client.h"
#include "net/url.h"
#include "wire/json.h"

namespace aion::promclient {

struct PrometheusClientOptions {
  std::string base_url = "http://localhost:9090";
  /// Of JSON answers and of /metrics; beyond it kResourceExhausted.
  uint64_t response_bytes_max = 256 << 20;
  /// Of one call, when its token has no earlier deadline; 0: none.
  DurationMs timeout_ms = 0;
};

/// `/api/v1/status/flags`; absent flags keep the defaults here.
struct PrometheusFlags {
  std::string tsdb_path;
  DurationMs min_block_duration_ms = 0;
  DurationMs max_block_duration_ms = 0;
  std::string delay_compact_file;
  bool web_enable_admin_api = false;
  bool web_enable_lifecycle = false;
};

struct RuntimeInfo {
  bool reload_config_success = false;
  TimestampMs last_config_time = 0;
};

struct QueryAnswer {
  model::QueryValue value;
  model::Warnings warnings;
};

class PrometheusClient {
 public:
  PrometheusClient(std::shared_ptr<net::HttpClient> http, PrometheusClientOptions options);

  const std::string& base_url() const { return options_.base_url; }
  net::HttpClient& http() const { return *http_; }
  /// base URL + path + query; a path in the base URL stays in front.
  std::string UrlOf(std::string_view path, const net::Params& params = {}) const;

  /// kUnimplemented when the server has no such endpoint (Prometheus before 2.2).
  StatusOr<PrometheusFlags> Flags(const CancelToken& cancel);
  /// `global.external_labels` of the running configuration. Empty when there are none.
  StatusOr<model::Labels> ExternalLabels(const CancelToken& cancel);
  /// "2.53.0"; "0" for servers too old to tell (before 2.14).
  StatusOr<std::string> BuildVersion(const CancelToken& cancel);
  StatusOr<RuntimeInfo> Runtime(const CancelToken& cancel);
  /// The oldest sample, from /metrics. kTimestampMin when no block was cut yet; nullopt when the
  /// server does not tell.
  StatusOr<std::optional<TimestampMs>> LowestTimestamp(const CancelToken& cancel);

  /// Unsorted, as the server gives them. `limit` 0 for all.
  StatusOr<std::vector<model::Labels>> Series(const std::vector<model::Matcher>& matchers,
                                              const model::QueryRange& range, int64_t limit,
                                              const CancelToken& cancel);
  StatusOr<std::vector<std::string>> LabelNames(const std::vector<model::Matcher>& matchers,
                                                const model::QueryRange& range, int64_t limit,
                                                const CancelToken& cancel);
  StatusOr<std::vector<std::string>> LabelValues(std::string_view label,
                                                 const std::vector<model::Matcher>& matchers,
                                                 const model::QueryRange& range, int64_t limit,
                                                 const CancelToken& cancel);

  /// The `data` of these APIs, as the server gave it. `type` is "alert", "record" or ""; `state`
  /// "active", "dropped" or "".
  StatusOr<wire::JsonValue> Rules(std::string_view type, const CancelToken& cancel);
  StatusOr<wire::JsonValue> Alerts(const CancelToken& cancel);
  StatusOr<wire::JsonValue> Targets(std::string_view state, const CancelToken& cancel);
  StatusOr<wire::JsonValue> Metadata(std::string_view metric, int64_t limit,
                                     const CancelToken& cancel);
  StatusOr<wire::JsonValue> Exemplars(std::string_view query, const model::QueryRange& range,
                                      const CancelToken& cancel);
  StatusOr<wire::JsonValue> TsdbStatus(int64_t limit, const CancelToken& cancel);

  /// Vectors, matrices, scalars and strings of floats and native histograms' absence: a histogram
  /// sample is refused. `extra` parameters are added to the query.
  StatusOr<QueryAnswer> Query(std::string_view query, TimestampMs time, const net::Params& extra,
                              const CancelToken& cancel);
  StatusOr<QueryAnswer> QueryRange(std::string_view query, const model::QueryRange& range,
                                   DurationMs step_ms, const net::Params& extra,
                                   const CancelToken& cancel);

  /// POST /-/reload.
  Status Reload(const CancelToken& cancel);

  /// `data` of a GET to an API path, after the envelope was checked; null data for 204.
  StatusOr<wire::JsonValue> GetData(std::string_view path, const net::Params& params,
                                    const CancelToken& cancel);

 private:
  StatusOr<net::HttpResponse> Send(std::string_view method, const std::string& url,
                                   const CancelToken& cancel);
  StatusOr<wire::JsonValue> GetEnvelope(std::string_view path, const net::Params& params,
                                        const CancelToken& cancel);

  const std::shared_ptr<net::HttpClient> http_;
  const PrometheusClientOptions options_;
};

/// `{a="b",c=~"d"}`: how matchers are sent.
std::string SelectorText(const std::vector<model::Matcher>& matchers);
/// Seconds as the API reads them: "1767225600.25".
std::string TimeParam(TimestampMs time);
/// The gRPC code an HTTP code stands for: 400 kInvalidArgument, 404 kNotFound, 429
/// kResourceExhausted, 503 kUnavailable, otherwise kInternal.
StatusCode CodeOfHttp(int http_code);
/// True when `version` ("2.24.0-rc.1+x") is at least major.minor; false for what is no version.
bool IsVersionAtLeast(std::string_view version, int major, int minor);
/// The value of the first sample of `metric` in a text exposition; nullopt when there is none.
std::optional<double> FindSample(std::string_view exposition, std::string_view metric);

}  // namespace aion::promclient
