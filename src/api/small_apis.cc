#include "api/small_apis.h"

#include <charconv>
#include <limits>

#include "api/params.h"
#include "fleet/contract/json.h"
#include "fleet/merge.h"
#include "promql/parse/parser.h"

namespace aion::api {
namespace {

constexpr int64_t kTsdbStatusLimit = 10;

store::PartialResponse Strategy(bool partial) {
  return partial ? store::PartialResponse::kWarn : store::PartialResponse::kAbort;
}

series::RequestContext ContextOf(const net::Request& request) {
  series::RequestContext context;
  context.cancel = request.cancel;
  context.request_id = std::string(request.headers.Get(kRequestIdHeader));
  return context;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower;
}

Answer Rules(const SmallApis& apis, const net::Request& request, const net::Params& params) {
  fleet::RulesRequest asked;
  asked.partial_response = Strategy(apis.rules_partial_response);
  const std::string type = Lower(request.query.Get("type"));
  if (type == "alert") {
    asked.type = fleet::RulesRequest::Type::kAlert;
  } else if (type == "record") {
    asked.type = fleet::RulesRequest::Type::kRecord;
  } else if (!type.empty() && type != "all") {
    return InvalidArgumentError("invalid rules parameter type='" +
                                std::string(request.query.Get("type")) + "'");
  }
  asked.matchers = params.GetAll("match[]");
  asked.rule_names = params.GetAll("rule_name[]");
  asked.rule_groups = params.GetAll("rule_group[]");
  asked.files = params.GetAll("file[]");
  auto response = apis.rules->Rules(asked, ContextOf(request));
  if (!response.ok()) return InternalApiError(response.status(), "error retrieving rules");
  AnswerData answer;
  answer.warnings = std::move(response->warnings);
  fleet::AppendRulesJson(&answer.json, response->groups);
  return answer;
}

Answer Alerts(const SmallApis& apis, const net::Request& request) {
  fleet::RulesRequest asked;
  asked.type = fleet::RulesRequest::Type::kAlert;
  asked.partial_response = Strategy(apis.rules_partial_response);
  auto response = apis.rules->Rules(asked, ContextOf(request));
  if (!response.ok()) return InternalApiError(response.status(), "error retrieving rules");
  AnswerData answer;
  answer.warnings = std::move(response->warnings);
  fleet::AppendAlertsJson(&answer.json, apis.alerts_key, fleet::AlertsOf(response->groups));
  return answer;
}

Answer Targets(const SmallApis& apis, const net::Request& request) {
  fleet::TargetsRequest asked;
  asked.partial_response = Strategy(apis.targets_partial_response);
  const std::string state = Lower(request.query.Get("state"));
  if (state == "active") {
    asked.state = fleet::TargetsRequest::State::kActive;
  } else if (state == "dropped") {
    asked.state = fleet::TargetsRequest::State::kDropped;
  } else if (!state.empty() && state != "any") {
    return InvalidArgumentError("invalid targets parameter state='" +
                                std::string(request.query.Get("state")) + "'");
  }
  auto response = apis.targets->Targets(asked, ContextOf(request));
  if (!response.ok()) return InternalApiError(response.status(), "retrieving targets");
  AnswerData answer;
  fleet::AppendTargetsJson(&answer.json, *response);
  answer.warnings = std::move(response->warnings);
  return answer;
}

Answer Metadata(const SmallApis& apis, const net::Request& request) {
  fleet::MetadataRequest asked;
  asked.partial_response = Strategy(apis.metadata_partial_response);
  asked.metric = std::string(request.query.Get("metric"));
  if (const std::string_view limit = request.query.Get("limit"); !limit.empty()) {
    const auto [end, error] =
        std::from_chars(limit.data(), limit.data() + limit.size(), asked.limit);
    if (error != std::errc() || end != limit.data() + limit.size()) {
      // Compat: upstream prints the number it failed to read, not the text.
      return InvalidArgumentError("invalid metric metadata limit='0'");
    }
  }
  auto response = apis.metadata->MetricMetadata(asked, ContextOf(request));
  if (!response.ok()) return InternalApiError(response.status(), "retrieving metadata");
  AnswerData answer;
  fleet::AppendMetadataJson(&answer.json, *response);
  answer.warnings = std::move(response->warnings);
  return answer;
}

Answer Exemplars(const SmallApis& apis, const net::Request& request, const net::Params& params) {
  fleet::ExemplarsRequest asked;
  asked.partial_response = Strategy(apis.exemplars_partial_response);
  ASSIGN_OR_RETURN(asked.range.min, TimeParam(params, "start", kMinTime));
  ASSIGN_OR_RETURN(asked.range.max, TimeParam(params, "end", kMaxTime));
  asked.query = std::string(params.Get("query"));
  auto response = apis.exemplars->Exemplars(asked, ContextOf(request));
  if (!response.ok()) return InternalApiError(response.status(), "retrieving exemplars");
  AnswerData answer;
  answer.warnings = std::move(response->warnings);
  fleet::AppendExemplarsJson(&answer.json, response->series);
  return answer;
}

Answer TsdbStatus(const SmallApis& apis, const net::Request& request, const net::Params& params) {
  fleet::TsdbStatusRequest asked;
  asked.partial_response = Strategy(apis.status_partial_response);
  ASSIGN_OR_RETURN(int64_t limit, LimitParam(params));
  if (limit < 1) limit = kTsdbStatusLimit;
  if (limit > std::numeric_limits<int32_t>::max()) {
    return InvalidArgumentError("limit " + std::to_string(limit) + " overflows int32");
  }
  asked.limit = static_cast<int32_t>(limit);
  for (const std::string& text : params.GetAll("match[]")) {
    ASSIGN_OR_RETURN(const auto matchers, promql::ParseMetricSelector(text));
    asked.matchers.insert(asked.matchers.end(), matchers.begin(), matchers.end());
  }
  auto response = apis.status->TsdbStatus(asked, ContextOf(request));
  if (!response.ok()) return InternalApiError(response.status(), "retrieving tsdb statistics");
  AnswerData answer;
  answer.warnings = std::move(response->warnings);
  fleet::AppendTsdbStatusJson(&answer.json, fleet::SumOfTenants(*response),
                              static_cast<size_t>(limit));
  return answer;
}

}  // namespace

void AddSmallApiRoutes(const SmallApis& apis, net::Router* router) {
  const auto get = [&](std::string_view path, std::string name, AnswerFunction function) {
    router->Handle("GET", path, std::move(name), JsonHandler(std::move(function), apis.cors));
  };
  if (apis.rules != nullptr) {
    get("/api/v1/rules", "rules",
        [apis](const auto& request, const auto& params) { return Rules(apis, request, params); });
    get("/api/v1/alerts", "alerts",
        [apis](const auto& request, const auto&) { return Alerts(apis, request); });
  }
  if (apis.targets != nullptr) {
    get("/api/v1/targets", "targets",
        [apis](const auto& request, const auto&) { return Targets(apis, request); });
  }
  if (apis.metadata != nullptr) {
    get("/api/v1/metadata", "metadata",
        [apis](const auto& request, const auto&) { return Metadata(apis, request); });
  }
  if (apis.exemplars != nullptr) {
    const AnswerFunction exemplars = [apis](const auto& request, const auto& params) {
      return Exemplars(apis, request, params);
    };
    get("/api/v1/query_exemplars", "exemplars", exemplars);
    router->Handle("POST", "/api/v1/query_exemplars", "exemplars",
                   JsonHandler(exemplars, apis.cors));
  }
  if (apis.status != nullptr) {
    get("/api/v1/status/tsdb", "status_tsdb", [apis](const auto& request, const auto& params) {
      return TsdbStatus(apis, request, params);
    });
  }
}

void AddStoresRoute(std::function<std::vector<fleet::EndpointStatus>()> statuses, bool cors,
                    net::Router* router) {
  router->Handle(
      "GET", "/api/v1/stores", "stores",
      JsonHandler(
          [statuses = std::move(statuses)](const net::Request&, const net::Params&) -> Answer {
            AnswerData answer;
            fleet::AppendStoresJson(&answer.json, statuses());
            return answer;
          },
          cors));
}

}  // namespace aion::api
