#include "net/cors.h"
#include "net/http_server.h"

namespace aion::net {

StatusOr<Params> FormParams(const Request& request) {
  Params params;
  const std::string_view type = request.headers.Get("Content-Type");
  const bool has_form =
      (request.method == "POST" || request.method == "PUT" || request.method == "PATCH") &&
      EqualsIgnoreCase(type.substr(0, std::min(type.find(';'), type.size())),
                       "application/x-www-form-urlencoded");
  if (has_form) {
    ASSIGN_OR_RETURN(params, ParseQuery(request.body));
  }
  const size_t question = std::min(request.target.find('?'), request.target.size());
  const size_t query = std::min(question + 1, request.target.size());
  ASSIGN_OR_RETURN(const Params of_query,
                   ParseQuery(std::string_view(request.target).substr(query)));
  params.Append(of_query);
  return params;
}

void SendText(ResponseWriter& response, int code, std::string_view content_type, std::string body) {
  response.SetStatus(code);
  response.headers().Set("Content-Type", std::string(content_type));
  response.Send(std::move(body));
}

void SendError(ResponseWriter& response, int code, std::string_view text) {
  response.headers().Set("X-Content-Type-Options", "nosniff");
  SendText(response, code, "text/plain; charset=utf-8", std::string(text) + "\n");
}

void SendRedirect(ResponseWriter& response, int code, std::string_view location) {
  response.SetStatus(code);
  response.headers().Set("Location", std::string(location));
  response.Send(std::string());
}

void SetCorsHeaders(ResponseWriter& response) {
  Headers& headers = response.headers();
  headers.Set("Access-Control-Allow-Headers",
              "Accept, Accept-Encoding, Authorization, Content-Type, Origin");
  headers.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  headers.Set("Access-Control-Allow-Origin", "*");
  headers.Set("Access-Control-Expose-Headers", "Date");
}

Handler WithCors(Handler handler) {
  return [handler = std::move(handler)](const Request& request, ResponseWriter& response) {
    SetCorsHeaders(response);
    handler(request, response);
  };
}

Handler PreflightHandler(bool cors) {
  return [cors](const Request&, ResponseWriter& response) {
    if (cors) SetCorsHeaders(response);
    response.SetStatus(204);
    response.Send(std::string());
  };
}

}  // namespace aion::net
