#include "net/http_client_yaml.h"

#include <algorithm>

namespace aion::net {
namespace {

using config::YamlErrors;
using config::YamlFields;
using config::YamlNode;

void Nanoseconds(YamlFields& fields, std::string_view name, DurationMs* out) {
  constexpr int64_t kNanosPerMs = 1'000'000;
  int64_t nanos = *out * kNanosPerMs;
  fields.Int(name, &nanos);
  // A time below a millisecond is still a limit, not its absence.
  *out = nanos > 0 ? std::max<int64_t>(nanos / kNanosPerMs, 1) : 0;
}

void Count(YamlFields& fields, std::string_view name, int* out) {
  int64_t value = *out;
  fields.Int(name, &value);
  *out = static_cast<int>(std::clamp<int64_t>(value, 0, 1 << 30));
}

void ReadBasicAuth(const YamlNode& node, YamlErrors* errors, HttpClientConfig* config) {
  YamlFields fields(node, "clientconfig.BasicAuth", errors);
  fields.String("username", &config->basic_auth_username);
  fields.String("password", &config->basic_auth_password);
  fields.String("password_file", &config->basic_auth_password_file);
}

void ReadTls(const YamlNode& node, YamlErrors* errors, TlsClientConfig* tls) {
  YamlFields fields(node, "clientconfig.TLSConfig", errors);
  fields.String("ca_file", &tls->ca_file);
  fields.String("cert_file", &tls->cert_file);
  fields.String("key_file", &tls->key_file);
  fields.String("server_name", &tls->server_name);
  fields.Bool("insecure_skip_verify", &tls->insecure_skip_verify);
}

void ReadTransport(const YamlNode& node, YamlErrors* errors, TransportConfig* transport) {
  YamlFields fields(node, "clientconfig.TransportConfig", errors);
  Count(fields, "max_idle_conns", &transport->max_idle_connections);
  Count(fields, "max_idle_conns_per_host", &transport->max_idle_connections_per_host);
  Count(fields, "max_conns_per_host", &transport->max_connections_per_host);
  Nanoseconds(fields, "idle_conn_timeout", &transport->idle_connection_timeout_ms);
  Nanoseconds(fields, "response_header_timeout", &transport->response_header_timeout_ms);
  Nanoseconds(fields, "expect_continue_timeout", &transport->expect_continue_timeout_ms);
  Nanoseconds(fields, "tls_handshake_timeout", &transport->tls_handshake_timeout_ms);
  Nanoseconds(fields, "dialer_timeout", &transport->dialer_timeout_ms);
  fields.Bool("disable_compression", &transport->disable_compression);
}

Status Validate(const HttpClientConfig& config) {
  const bool basic = !config.basic_auth_username.empty() || !config.basic_auth_password.empty() ||
                     !config.basic_auth_password_file.empty();
  const bool bearer = !config.bearer_token.empty() || !config.bearer_token_file.empty();
  if (!config.bearer_token.empty() && !config.bearer_token_file.empty()) {
    return InvalidArgumentError(
        "at most one of bearer_token & bearer_token_file must be configured");
  }
  if (basic && bearer) {
    return InvalidArgumentError(
        "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured");
  }
  if (!config.basic_auth_password.empty() && !config.basic_auth_password_file.empty()) {
    return InvalidArgumentError(
        "at most one of basic_auth password, password_file & password_ref must be configured");
  }
  return OkStatus();
}

}  // namespace

HttpClientConfig DecodeHttpClientConfig(const YamlNode& node, YamlErrors* errors) {
  HttpClientConfig config;
  YamlFields fields(node, "clientconfig.HTTPClientConfig", errors);
  fields.Nested("basic_auth",
                [&](const YamlNode& nested, YamlErrors* e) { ReadBasicAuth(nested, e, &config); });
  fields.String("bearer_token", &config.bearer_token);
  fields.String("bearer_token_file", &config.bearer_token_file);
  fields.String("proxy_url", &config.proxy_url);
  fields.Nested("tls_config",
                [&](const YamlNode& nested, YamlErrors* e) { ReadTls(nested, e, &config.tls); });
  fields.Nested("transport_config", [&](const YamlNode& nested, YamlErrors* e) {
    ReadTransport(nested, e, &config.transport);
  });
  if (Status status = Validate(config); !status.ok()) errors->AddFatal(std::move(status));
  return config;
}

StatusOr<HttpClientConfig> ParseHttpClientConfig(std::string_view yaml) {
  ASSIGN_OR_RETURN(const YamlNode root, config::ParseYaml(yaml));
  YamlErrors errors;
  HttpClientConfig config = DecodeHttpClientConfig(root, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return config;
}

}  // namespace aion::net
