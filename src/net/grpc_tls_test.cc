#include <gtest/gtest.h>

#include "net/grpc_channel.h"
#include "net/grpc_server.h"
#include "net/internal/certificate_files.h"

namespace aion::net {
namespace {

using internal::CertificateFiles;

std::unique_ptr<GrpcServer> StartServer(const CertificateFiles& files, bool ask_clients) {
  GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  options.tls.cert_file = files.certificate_path();
  options.tls.key_file = files.key_path();
  if (ask_clients) options.tls.client_ca_file = files.certificate_path();
  auto server = std::make_unique<GrpcServer>(options);
  server->AddUnary(
      "/test.Service/Echo",
      [](const ServerCall&, const Buffer& request) -> StatusOr<Buffer> { return request; });
  EXPECT_TRUE(server->Start().ok());
  return server;
}

StatusCode CallWith(const GrpcServer& server, const GrpcClientTls& tls) {
  GrpcChannelOptions options;
  options.tls = tls;
  const auto channel = GrpcChannel::Create(server.address(), options);
  if (!channel.ok()) return channel.status().code();
  GrpcCallOptions call;
  call.timeout_ms = 20'000;
  return (*channel)->Unary("/test.Service/Echo", Buffer(std::string("x")), call).status().code();
}

TEST(GrpcTls, ChecksTheServersNameAndCertificate) {
  const CertificateFiles files;
  const auto server = StartServer(files, false);
  GrpcClientTls tls;
  EXPECT_EQ(CallWith(*server, tls), StatusCode::kUnavailable) << "plain text";
  tls.enabled = true;
  tls.ca_file = files.certificate_path();
  EXPECT_EQ(CallWith(*server, tls), StatusCode::kUnavailable)
      << "the address is not the certificate's name";
  tls.server_name = "aion.test";
  EXPECT_EQ(CallWith(*server, tls), StatusCode::kOk);
  tls.server_name = "other.test";
  EXPECT_EQ(CallWith(*server, tls), StatusCode::kUnavailable);
  tls = {};
  tls.enabled = true;
  tls.skip_verify = true;
  EXPECT_EQ(CallWith(*server, tls), StatusCode::kOk);
}

TEST(GrpcTls, AsksClientsForCertificates) {
  const CertificateFiles files;
  const auto server = StartServer(files, true);
  GrpcClientTls tls;
  tls.enabled = true;
  tls.ca_file = files.certificate_path();
  tls.server_name = "aion.test";
  EXPECT_EQ(CallWith(*server, tls), StatusCode::kUnavailable);
  tls.cert_file = files.certificate_path();
  tls.key_file = files.key_path();
  EXPECT_EQ(CallWith(*server, tls), StatusCode::kOk);
  tls.skip_verify = true;
  tls.ca_file.clear();
  EXPECT_EQ(CallWith(*server, tls), StatusCode::kOk);
}

TEST(GrpcTls, NamesUnreadableFiles) {
  GrpcClientTls tls;
  tls.enabled = true;
  tls.ca_file = "/does/not/exist.pem";
  GrpcChannelOptions options;
  options.tls = tls;
  const auto channel = GrpcChannel::Create("127.0.0.1:1", options);
  ASSERT_FALSE(channel.ok());
  EXPECT_NE(channel.status().message().find("/does/not/exist.pem"), std::string::npos);
  GrpcServerOptions server_options;
  server_options.address = "127.0.0.1:0";
  server_options.tls.cert_file = "/does/not/exist.pem";
  GrpcServer server(server_options);
  EXPECT_FALSE(server.Start().ok());
}

}  // namespace
}  // namespace aion::net
