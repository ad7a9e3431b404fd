#include "fleet/endpoint_config.h"

#include <algorithm>
#include <array>

#include "config/yaml_decoder.h"
#include "net/dns.h"

namespace aion::fleet {
namespace {

using config::YamlErrors;
using config::YamlFields;
using config::YamlKind;
using config::YamlNode;

void WarnOfUnknownFields(const YamlNode& node, std::string_view section,
                         std::initializer_list<std::string_view> known,
                         std::vector<std::string>* warnings) {
  for (const auto& [name, value] : node.fields) {
    if (std::find(known.begin(), known.end(), name.text) != known.end()) continue;
    warnings->push_back("unknown field " + name.text + " in " + std::string(section) + ", line " +
                        std::to_string(name.line));
  }
}

bool IsGiven(const YamlNode& node, std::string_view name) {
  const YamlNode* field = node.Find(name);
  return field != nullptr && field->kind != YamlKind::kNull;
}
void OptionalBool(const YamlNode& node, YamlFields& fields, std::string_view name,
                  std::optional<bool>* out) {
  bool value = false;
  fields.Bool(name, &value);
  if (IsGiven(node, name)) *out = value;
}
void OptionalString(const YamlNode& node, YamlFields& fields, std::string_view name,
                    std::optional<std::string>* out) {
  std::string value;
  fields.String(name, &value);
  if (IsGiven(node, name)) *out = std::move(value);
}

void ReadTls(const YamlNode& node, YamlErrors* errors, ClientSettings* client,
             std::vector<std::string>* warnings) {
  YamlFields fields(node, "main.tlsConfig", errors);
  OptionalBool(node, fields, "enabled", &client->tls_enabled);
  OptionalBool(node, fields, "insecure_skip_verify", &client->skip_verify);
  OptionalString(node, fields, "cert_file", &client->cert_file);
  OptionalString(node, fields, "key_file", &client->key_file);
  OptionalString(node, fields, "ca_file", &client->ca_file);
  OptionalString(node, fields, "min_version", &client->tls_min_version);
  WarnOfUnknownFields(
      node, "tls_config",
      {"enabled", "insecure_skip_verify", "cert_file", "key_file", "ca_file", "min_version"},
      warnings);
}

void ReadClient(const YamlNode& node, YamlErrors* errors, ClientSettings* client,
                std::vector<std::string>* warnings) {
  YamlFields fields(node, "main.clientConfig", errors);
  fields.Nested("tls_config", [&](const YamlNode& tls, YamlErrors* nested) {
    ReadTls(tls, nested, client, warnings);
  });
  fields.String("server_name", &client->server_name);
  std::string compression;
  fields.String("compression", &compression);
  if (!compression.empty()) client->compression = compression;
  WarnOfUnknownFields(node, "client_config", {"tls_config", "server_name", "compression"},
                      warnings);
}

EndpointEntry ReadEndpoint(const YamlNode& node, YamlErrors* errors,
                           std::vector<std::string>* warnings) {
  EndpointEntry entry;
  YamlFields fields(node, "main.endpointSettings", errors);
  fields.Bool("strict", &entry.strict);
  fields.Bool("group", &entry.group);
  fields.String("address", &entry.address);
  fields.String("service_config", &entry.service_config);
  fields.Nested("client_config", [&](const YamlNode& client, YamlErrors* nested) {
    ReadClient(client, nested, &entry.client, warnings);
  });
  WarnOfUnknownFields(node, "endpoints",
                      {"strict", "group", "address", "service_config", "client_config"}, warnings);
  return entry;
}

// True when something about TLS other than `enabled` is said that only makes sense with TLS.
bool NamesTls(const ClientSettings& client) {
  return client.cert_file || client.key_file || client.ca_file || client.skip_verify;
}

// `client`'s settings with `fallback` in the gaps.
net::GrpcClientTls Merged(const ClientSettings& client, const net::GrpcClientTls& fallback) {
  net::GrpcClientTls tls;
  tls.enabled = client.tls_enabled.value_or(NamesTls(client) || fallback.enabled);
  tls.skip_verify = client.skip_verify.value_or(fallback.skip_verify);
  tls.cert_file = client.cert_file.value_or(fallback.cert_file);
  tls.key_file = client.key_file.value_or(fallback.key_file);
  tls.ca_file = client.ca_file.value_or(fallback.ca_file);
  tls.server_name = client.server_name;
  return tls.enabled ? tls : net::GrpcClientTls{};
}

}  // namespace

bool ClientSettings::UsesGlobalTls() const {
  return !tls_enabled && !NamesTls(*this) && !tls_min_version && server_name.empty();
}

StatusOr<EndpointConfig> ParseEndpointConfig(std::string_view yaml) {
  ASSIGN_OR_RETURN(const YamlNode root, config::ParseYaml(yaml));
  EndpointConfig out;
  YamlErrors errors;
  YamlFields fields(root, "main.EndpointConfig", &errors);
  fields.Nested("default_client_config", [&](const YamlNode& node, YamlErrors* nested) {
    ReadClient(node, nested, &out.default_client, &out.warnings);
  });
  fields.Each("endpoints", [&](const YamlNode& node, YamlErrors* nested) {
    out.endpoints.push_back(ReadEndpoint(node, nested, &out.warnings));
  });
  WarnOfUnknownFields(root, "endpoint config", {"default_client_config", "endpoints"},
                      &out.warnings);
  RETURN_IF_ERROR(errors.ToStatus());
  return out;
}

void AppendStaticEndpoints(const StaticEndpoints& endpoints, EndpointConfig* config) {
  const auto append = [&](const std::vector<std::string>& addresses, EndpointEntry kind) {
    for (const std::string& address : addresses) {
      kind.address = address;
      config->endpoints.push_back(kind);
    }
  };
  append(endpoints.endpoints, {});
  append(endpoints.groups, {.address = {}, .group = true});
  append(endpoints.strict, {.address = {}, .strict = true});
  append(endpoints.strict_groups, {.address = {}, .strict = true, .group = true});
}

Status ValidateEndpointConfig(const EndpointConfig& config) {
  for (const EndpointEntry& entry : config.endpoints) {
    if (entry.strict && net::IsDynamicAddress(entry.address)) {
      return InvalidArgumentError(
          entry.address +
          " is a dynamically specified endpoint i.e. it uses SD and that is not permitted under "
          "strict mode.");
    }
    if (!entry.group && !entry.service_config.empty()) {
      return InvalidArgumentError(entry.address +
                                  " service_config is only valid for endpoint groups.");
    }
    const std::string& compression = entry.client.compression;
    if (compression != "none" && compression != "snappy") {
      return InvalidArgumentError("endpoint " + entry.address + ": invalid compression: " +
                                  compression + ", must be 'none' or 'snappy'");
    }
  }
  return OkStatus();
}

net::GrpcClientTls GlobalTls(const EndpointConfig& config, const net::GrpcClientTls& flags) {
  return config.default_client.UsesGlobalTls()
             ? flags
             : Merged(config.default_client, net::GrpcClientTls{});
}

net::GrpcClientTls EndpointTls(const ClientSettings& client, const net::GrpcClientTls& global) {
  if (client.UsesGlobalTls()) return global;
  return Merged(client, client.tls_enabled ? net::GrpcClientTls{} : global);
}

}  // namespace aion::fleet
