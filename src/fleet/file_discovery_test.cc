#include "fleet/file_discovery.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fleet/endpoint_sources.h"

namespace aion::fleet {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

class FileDiscoveryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "file_sd_" + std::to_string(getpid());
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ + "/" + name) << text;
  }
  std::string directory_;
};

TEST_F(FileDiscoveryTest, FollowsFiles) {
  FileDiscovery discovery({directory_ + "/*.yaml", directory_ + "/*.json"});
  EXPECT_TRUE(discovery.Refresh().ok());
  EXPECT_TRUE(discovery.Addresses().empty());
  Write("a.yaml", "- targets: [a:1, b:2]\n  labels: {x: y}\n- targets:\n  - a:1\n");
  Write("b.json", R"([{"targets": ["dns+c:3"]}, {"labels": {}}])");
  EXPECT_TRUE(discovery.Refresh().ok());
  EXPECT_EQ(discovery.Addresses(), (Texts{"a:1", "b:2", "dns+c:3"}));
  // A broken file keeps what it last said, and does not keep others from changing.
  Write("a.yaml", "- targets: {");
  Write("b.json", "[]");
  EXPECT_FALSE(discovery.Refresh().ok());
  EXPECT_EQ(discovery.Addresses(), (Texts{"a:1", "b:2"}));
  fs::remove(directory_ + "/a.yaml");
  EXPECT_TRUE(discovery.Refresh().ok());
  EXPECT_TRUE(discovery.Addresses().empty());
}

TEST_F(FileDiscoveryTest, RefusesNonsense) {
  for (const std::string_view text :
       {"targets", "- a", "- targets: x", "- targets: [[a]]", "{a: b}"}) {
    EXPECT_FALSE(ParseTargetGroups(text).ok()) << text;
  }
  EXPECT_TRUE(ParseTargetGroups("")->empty());
}

class FakeResolver : public net::DnsResolver {
 public:
  StatusOr<Texts> LookupIp(std::string_view host, Family, const CancelToken&) override {
    if (host == "down") return UnavailableError("no answer");
    return Texts{"10.0.0.1", "10.0.0.2"};
  }
};

TEST_F(FileDiscoveryTest, SourcesJoinFlagsConfigFilesAndNames) {
  Write("sd.json", R"([{"targets": ["file:1", "dns+down:9"]}])");
  Write("config.yaml",
        "endpoints:\n- {address: 'dns+group:5', group: true}\n- {address: s:1, strict: true}\n");
  EndpointSourcesOptions options;
  options.config.flag = "endpoint.sd-config";
  options.config.path = directory_ + "/config.yaml";
  options.endpoints.endpoints = {"s:1", "dns+host:7"};
  options.file_patterns = {directory_ + "/sd.json"};
  telemetry::Registry registry;
  auto sources = EndpointSources::Create(options, std::make_shared<FakeResolver>(),
                                         telemetry::Logger(), registry);
  ASSERT_TRUE(sources.ok()) << sources.status().ToString();
  Texts addresses;
  for (const EndpointSpec& spec : (*sources)->Specs())
    addresses.push_back(spec.address + (spec.group ? " group" : ""));
  EXPECT_EQ(addresses,
            (Texts{"10.0.0.1:7", "10.0.0.2:7", "file:1", "s:1", "thanos:///dns+group:5 group"}));
  EXPECT_EQ((*sources)->GroupAddresses("thanos:///dns+group:5"),
            (Texts{"10.0.0.1:5", "10.0.0.2:5"}));
  const std::string metrics = registry.Expose(telemetry::ExpositionFormat::kText);
  EXPECT_NE(metrics.find("thanos_query_duplicated_endpoint_addresses_total 1\n"),
            std::string::npos);
  EXPECT_NE(metrics.find("thanos_query_endpoints_dns_provider_results{addr=\"dns+host:7\"} 2\n"),
            std::string::npos);

  Write("config.yaml", "endpoints: [{address: 'dns+x:1', strict: true}]");
  (*sources)->RefreshConfig();  // Refused: the old one stays.
  EXPECT_EQ((*sources)->Specs().size(), 5u);
  Write("config.yaml", "endpoints: [{address: n:1}]");
  (*sources)->RefreshConfig();
  EXPECT_EQ((*sources)->Specs().size(), 5u);
  Write("sd.json", "[]");
  (*sources)->RefreshFiles();
  (*sources)->ResolveNames({});
  EXPECT_EQ((*sources)->Specs().size(), 4u);

  options.endpoints.strict = {"dns+host:7"};
  EXPECT_FALSE(EndpointSources::Create(options, std::make_shared<FakeResolver>(),
                                       telemetry::Logger(), registry)
                   .ok());
}

}  // namespace
}  // namespace aion::fleet
