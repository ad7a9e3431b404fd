#pragma once

// The cross-origin headers of the query APIs, and the answer to the preflight OPTIONS request.

#include "net/http_server.h"

namespace aion::net {

/// Sets Access-Control-Allow-Headers, -Methods, -Origin and -Expose-Headers as upstream does.
void SetCorsHeaders(ResponseWriter& response);

/// A handler that sets the headers first.
Handler WithCors(Handler handler);

/// Answers a preflight: 204 and the headers (when `cors`).
Handler PreflightHandler(bool cors);

}  // namespace aion::net
