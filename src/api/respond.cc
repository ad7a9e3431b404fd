#include "api/respond.h"

#include <algorithm>

#include "base/text.h"
#include "net/cors.h"

namespace aion::api {
namespace {

struct ErrorKind {
  std::string_view type;
  int http_status;
};

ErrorKind KindOf(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument:
      return {"bad_data", 400};
    case StatusCode::kCancelled:
      return {"canceled", 503};
    case StatusCode::kDeadlineExceeded:
      return {"timeout", 503};
    case StatusCode::kInternal:
      return {"internal", 500};
    default:
      return {"execution", 422};
  }
}

bool IsAnnotation(std::string_view text) {
  return text.starts_with("PromQL info") || text.starts_with("PromQL warning");
}

void AppendTexts(std::string* out, const std::vector<std::string>& texts, bool* first) {
  for (const std::string& text : texts) {
    if (!std::exchange(*first, false)) out->push_back(',');
    AppendJsonString(out, text);
  }
}

/// Annotations do not keep an answer out of caches; what a store had to say does.
bool Cacheable(const model::Warnings& warnings) {
  return std::all_of(warnings.warnings().begin(), warnings.warnings().end(),
                     [](const std::string& text) { return IsAnnotation(text); });
}

void SendAnswer(AnswerData answer, net::ResponseWriter& response) {
  if (answer.json.empty()) {
    response.SetStatus(204);
    response.Send(std::string());
    return;
  }
  // The data may be large: it is sent as it lies, between the two ends of the envelope.
  std::string tail;
  if (!answer.warnings.empty()) {
    // Compat: infos are listed among the warnings.
    tail += ",\"warnings\":[";
    bool first = true;
    AppendTexts(&tail, answer.warnings.warnings(), &first);
    AppendTexts(&tail, answer.warnings.infos(), &first);
    tail += ']';
  }
  tail += '}';
  response.headers().Set("Content-Type", "application/json");
  if (!Cacheable(answer.warnings)) response.headers().Set("Cache-Control", "no-store");
  response.SetStatus(200);
  std::vector<Buffer> pieces;
  pieces.emplace_back(std::string("{\"status\":\"success\",\"data\":"));
  pieces.emplace_back(std::move(answer.json));
  pieces.emplace_back(std::move(tail));
  response.Send(std::move(pieces));
}

void SendFailure(const Status& status, net::ResponseWriter& response) {
  const ErrorKind kind = KindOf(status.code());
  response.headers().Set("Content-Type", "application/json");
  response.headers().Set("Cache-Control", "no-store");
  response.SetStatus(kind.http_status);
  std::string body = "{\"status\":\"error\",\"errorType\":";
  AppendJsonString(&body, kind.type);
  body += ",\"error\":";
  AppendJsonString(&body, status.message());
  body += '}';
  response.Send(std::move(body));
}

}  // namespace

net::Handler JsonHandler(AnswerFunction function, bool cors) {
  return [function = std::move(function), cors](const net::Request& request,
                                                net::ResponseWriter& response) {
    if (cors) net::SetCorsHeaders(response);
    if (const std::string_view id = request.headers.Get(kRequestIdHeader); !id.empty()) {
      response.headers().Set(kRequestIdHeader, std::string(id));
    }
    auto params = net::FormParams(request);
    if (!params.ok()) {
      SendFailure(InternalError("parse form: " + std::string(params.status().message())), response);
      return;
    }
    Answer answer = function(request, *params);
    if (answer.ok()) {
      SendAnswer(std::move(answer).value(), response);
    } else {
      SendFailure(answer.status(), response);
    }
  };
}

Status ExecutionError(const Status& status) {
  if (status.code() == StatusCode::kCancelled || status.code() == StatusCode::kDeadlineExceeded)
    return status;
  return FailedPreconditionError(std::string(status.message()));
}

Status InternalApiError(const Status& status, std::string_view context) {
  return InternalError(std::string(context) + ": " + std::string(status.message()));
}

}  // namespace aion::api
