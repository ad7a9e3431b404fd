#include "fleet/endpoint_config.h"

#include <gtest/gtest.h>

namespace aion::fleet {
namespace {

TEST(EndpointConfig, ReadsEndpointsAndNamesUnknownFields) {
  const auto config = ParseEndpointConfig(
      "default_client_config: {server_name: d, compression: snappy}\n"
      "endpoints:\n"
      "- address: a:1\n  strict: true\n"
      "- address: dns+b:2\n  group: true\n  service_config: '{}'\n  client_config: {tls_config: "
      "{ca_file: ca}}\n"
      "- {address: c:3, colour: red}\n");
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  ASSERT_EQ(config->endpoints.size(), 3u);
  EXPECT_TRUE(config->endpoints[0].strict);
  EXPECT_TRUE(config->endpoints[1].group);
  EXPECT_EQ(*config->endpoints[1].client.ca_file, "ca");
  EXPECT_EQ(config->default_client.server_name, "d");
  ASSERT_EQ(config->warnings.size(), 1u);
  EXPECT_NE(config->warnings[0].find("colour"), std::string::npos);
  EXPECT_TRUE(ValidateEndpointConfig(*config).ok());
  EXPECT_TRUE(ParseEndpointConfig("")->endpoints.empty());
  EXPECT_FALSE(ParseEndpointConfig("endpoints: {a: b}").ok());
  EXPECT_FALSE(ParseEndpointConfig("a: b: c").ok());
}

TEST(EndpointConfig, RefusesWithUpstreamsWords) {
  struct Case {
    EndpointEntry entry;
    std::string_view error;
  };
  EndpointEntry zipped{.address = "a:1"};
  zipped.client.compression = "zip";
  for (const Case& c : {
           Case{{.address = "dns+a:1", .strict = true},
                "dns+a:1 is a dynamically specified endpoint i.e. it uses SD and that is not "
                "permitted under strict mode."},
           Case{{.address = "a:1", .service_config = "{}"},
                "a:1 service_config is only valid for endpoint groups."},
           Case{zipped, "endpoint a:1: invalid compression: zip, must be 'none' or 'snappy'"},
       }) {
    EndpointConfig config;
    config.endpoints = {c.entry};
    EXPECT_EQ(ValidateEndpointConfig(config).message(), c.error);
  }
}

TEST(EndpointConfig, AppendsFlags) {
  EndpointConfig config;
  AppendStaticEndpoints({{"a:1"}, {"b:1"}, {"c:1"}, {"d:1"}}, &config);
  ASSERT_EQ(config.endpoints.size(), 4u);
  const auto is = [&](size_t i, bool strict, bool group) {
    return config.endpoints[i].strict == strict && config.endpoints[i].group == group;
  };
  EXPECT_TRUE(is(0, false, false) && is(1, false, true) && is(2, true, false) && is(3, true, true));
}

TEST(EndpointConfig, ResolvesTls) {
  const net::GrpcClientTls plain;
  net::GrpcClientTls flags;
  flags.enabled = true;
  flags.ca_file = "flag-ca";
  flags.server_name = "flag-name";
  EndpointConfig config;
  EXPECT_EQ(GlobalTls(config, flags).ca_file, "flag-ca");
  config.default_client.cert_file = "c";
  const net::GrpcClientTls global = GlobalTls(config, flags);
  EXPECT_TRUE(global.enabled);
  EXPECT_EQ(global.cert_file, "c");
  EXPECT_EQ(global.ca_file, "");

  ClientSettings silent;
  EXPECT_EQ(EndpointTls(silent, flags).server_name, "flag-name");
  ClientSettings off;
  off.tls_enabled = false;
  EXPECT_FALSE(EndpointTls(off, flags).enabled);
  ClientSettings own_ca;
  own_ca.ca_file = "own";
  EXPECT_TRUE(EndpointTls(own_ca, plain).enabled);
  EXPECT_EQ(EndpointTls(own_ca, plain).ca_file, "own");
  ClientSettings named;
  named.server_name = "n";
  EXPECT_FALSE(EndpointTls(named, plain).enabled);
  EXPECT_EQ(EndpointTls(named, flags).server_name, "n");
  EXPECT_EQ(EndpointTls(named, flags).ca_file, "flag-ca");
  ClientSettings on;
  on.tls_enabled = true;
  EXPECT_EQ(EndpointTls(on, flags).ca_file, "");
}

}  // namespace
}  // namespace aion::fleet
