#include "net/http_client_yaml.h"

#include <gtest/gtest.h>

namespace aion::net {
namespace {

TEST(HttpClientYaml, ReadsEverySetting) {
  const auto config = ParseHttpClientConfig(
      "basic_auth: {username: u, password_file: /p}\nproxy_url: http://proxy:1\nunknown: x\n"
      "tls_config: {ca_file: ca, cert_file: c, key_file: k, server_name: s, insecure_skip_verify: "
      "true}\n"
      "transport_config: {max_idle_conns: 7, max_conns_per_host: 3, idle_conn_timeout: 1000000000, "
      "response_header_timeout: 1, disable_compression: true}\n");
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  EXPECT_EQ(config->basic_auth_username, "u");
  EXPECT_EQ(config->basic_auth_password_file, "/p");
  EXPECT_EQ(config->proxy_url, "http://proxy:1");
  EXPECT_EQ(
      config->tls.ca_file + config->tls.cert_file + config->tls.key_file + config->tls.server_name,
      "cacks");
  EXPECT_TRUE(config->tls.insecure_skip_verify);
  EXPECT_EQ(config->transport.max_idle_connections, 7);
  EXPECT_EQ(config->transport.max_idle_connections_per_host, 2);
  EXPECT_EQ(config->transport.max_connections_per_host, 3);
  EXPECT_EQ(config->transport.idle_connection_timeout_ms, 1000);
  EXPECT_EQ(config->transport.response_header_timeout_ms, 1);
  EXPECT_EQ(config->transport.dialer_timeout_ms, 5000);
  EXPECT_TRUE(config->transport.disable_compression);
  EXPECT_TRUE(ParseHttpClientConfig("").ok());
}

TEST(HttpClientYaml, RefusesWhatExcludesItself) {
  for (const std::string_view yaml :
       {"bearer_token: a\nbearer_token_file: b", "basic_auth: {username: u}\nbearer_token: a",
        "basic_auth: {password: a, password_file: b}", "tls_config: 3", "a: b: c"}) {
    EXPECT_EQ(ParseHttpClientConfig(yaml).status().code(), StatusCode::kInvalidArgument) << yaml;
  }
}

}  // namespace
}  // namespace aion::net
