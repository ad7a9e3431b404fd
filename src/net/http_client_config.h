#pragma once

// Settings of an HTTP client, as the `http_config` sections and `--*.http-client` files spell them.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/duration.h"
#include "base/status.h"

namespace aion::net {

struct TlsClientConfig {
  std::string ca_file, cert_file, key_file;
  std::string server_name;
  bool insecure_skip_verify = false;
};

struct TransportConfig {
  int max_idle_connections = 100;
  int max_idle_connections_per_host = 2;
  int max_connections_per_host = 0;  ///< 0: no limit.
  DurationMs idle_connection_timeout_ms = 90'000;
  DurationMs response_header_timeout_ms = 0;
  DurationMs expect_continue_timeout_ms = 10'000;
  DurationMs tls_handshake_timeout_ms = 10'000;
  DurationMs dialer_timeout_ms = 5'000;
  bool disable_compression = false;
};

struct HttpClientConfig {
  std::string basic_auth_username, basic_auth_password, basic_auth_password_file;
  std::string bearer_token, bearer_token_file;
  std::string proxy_url;
  bool proxy_from_environment = false;  ///< Without a proxy_url: HTTP_PROXY and its kin count.
  TlsClientConfig tls;
  TransportConfig transport;
};

}  // namespace aion::net
