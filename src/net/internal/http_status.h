#pragma once

// The phrases of HTTP's status codes.

#include <string_view>

namespace aion::net::internal {

/// "Not Found"; "status code" for codes without a phrase.
std::string_view ReasonPhrase(int code);

}  // namespace aion::net::internal
