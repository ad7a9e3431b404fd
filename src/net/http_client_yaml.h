#pragma once

// The YAML of an HTTP client's settings: `--prometheus.http-client`, and the `http_config` of
// endpoint lists.
//
//   basic_auth: {username, password, password_file}    bearer_token    bearer_token_file proxy_url
//   tls_config: {ca_file, cert_file, key_file, server_name, insecure_skip_verify}
//   transport_config: {max_idle_conns, …, idle_conn_timeout, … (integers, nanoseconds)}
//
// Upstream ignores fields it does not know, and so does this. Pure functions.

#include <string_view>

#include "base/status.h"
#include "config/yaml_decoder.h"
#include "net/http_client_config.h"

namespace aion::net {

/// kInvalidArgument with the YAML error's text, or Prometheus' words for settings that exclude each
/// other.
StatusOr<HttpClientConfig> ParseHttpClientConfig(std::string_view yaml);
/// The same from a node inside a larger document; errors go to `errors`.
HttpClientConfig DecodeHttpClientConfig(const config::YamlNode& node, config::YamlErrors* errors);

}  // namespace aion::net
