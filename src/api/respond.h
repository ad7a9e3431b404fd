#pragma once

// The API's envelope: {"status":…,"data":…,"errorType":…,"error":…,"warnings":[…]}.
//
// Handlers return an Answer: data as JSON with its warnings, or a Status. The codes become
// errorType and HTTP status: kInvalidArgument bad_data 400, kCancelled canceled 503,
// kDeadlineExceeded timeout 503, kInternal internal 500, anything else execution 422. Thread-safe.

#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/warnings.h"
#include "net/http_server.h"

namespace aion::api {

/// Names a request in logs and towards the stores; answers repeat it.
inline constexpr std::string_view kRequestIdHeader = "X-Request-ID";

struct AnswerData {
  std::string json;  ///< The value of "data"; empty for an answer without a body (204).
  model::Warnings warnings;
};
using Answer = StatusOr<AnswerData>;
using AnswerFunction = std::function<Answer(const net::Request&, const net::Params&)>;

/// Reads the form, calls `function` and sends its answer.
net::Handler JsonHandler(AnswerFunction function, bool cors);

/// The same code and text as an error of evaluation: what a failing store or fan-out is to a user
/// of the API.
Status ExecutionError(const Status& status);
Status InternalApiError(const Status& status, std::string_view context);

}  // namespace aion::api
