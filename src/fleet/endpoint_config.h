#pragma once

// EndpointConfig: which peers to ask and how to dial them: the `endpoint.sd-config` file plus the
// static flags.
//
//   default_client_config: {tls_config: {…}, server_name: …, compression: none|snappy}
//   endpoints: [{address, strict, group, service_config, client_config: {…}}]
//
// Plain values and pure functions. Upstream ignores fields it does not know; so do we, but they are
// named in a warning.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "net/tls.h"

namespace aion::fleet {

/// `client_config`: what is absent is decided by the default section or the flags.
struct ClientSettings {
  std::optional<bool> tls_enabled, skip_verify;
  std::optional<std::string> cert_file, key_file, ca_file, tls_min_version;
  std::string server_name;
  std::string compression = "none";

  /// Nothing about TLS is said.
  bool UsesGlobalTls() const;
};

struct EndpointEntry {
  std::string address;
  bool strict = false;
  bool group = false;
  std::string service_config;
  ClientSettings client;
};

struct EndpointConfig {
  ClientSettings default_client;
  std::vector<EndpointEntry> endpoints;
  std::vector<std::string> warnings;  ///< Unknown fields.
};

/// `--endpoint*`, and the older `--store`, `--rule`, `--target`, … which mean the same.
struct StaticEndpoints {
  std::vector<std::string> endpoints;
  std::vector<std::string> groups;
  std::vector<std::string> strict;
  std::vector<std::string> strict_groups;
};

/// kInvalidArgument with the YAML error's text. An empty text is an empty config.
StatusOr<EndpointConfig> ParseEndpointConfig(std::string_view yaml);
void AppendStaticEndpoints(const StaticEndpoints& endpoints, EndpointConfig* config);
/// Upstream's refusals: strict with a dynamic address, service_config without group, unknown
/// compression.
Status ValidateEndpointConfig(const EndpointConfig& config);

/// The default section over the flags': the config's, when it says anything about TLS.
net::GrpcClientTls GlobalTls(const EndpointConfig& config, const net::GrpcClientTls& flags);
/// How to dial one endpoint. TLS counts as wanted when a certificate, key, CA or skip-verify is
/// named and `enabled` is not; then the global settings fill the gaps. An explicit `enabled: true`
/// takes nothing from them.
net::GrpcClientTls EndpointTls(const ClientSettings& client, const net::GrpcClientTls& global);

}  // namespace aion::fleet
