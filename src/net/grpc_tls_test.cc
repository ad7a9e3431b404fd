#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "net/grpc_channel.h"
#include "net/grpc_server.h"

namespace aion::net {
namespace {

/// A fresh self-signed certificate for aion.test, valid since yesterday, with its key, as PEM
/// files.
class CertificateFiles {
 public:
  CertificateFiles() : base_(testing::TempDir() + "aion_grpc_tls_" + std::to_string(getpid())) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("aion.test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    AddExtension(certificate, NID_subject_alt_name, "DNS:aion.test");
    AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate, key, EVP_sha256());
    FILE* out = std::fopen(certificate_path().c_str(), "w");
    PEM_write_X509(out, certificate);
    std::fclose(out);
    out = std::fopen(key_path().c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~CertificateFiles() {
    std::remove(certificate_path().c_str());
    std::remove(key_path().c_str());
  }
  std::string certificate_path() const { return base_ + ".crt"; }
  std::string key_path() const { return base_ + ".key"; }

 private:
  static void AddExtension(X509* certificate, int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  const std::string base_;
};

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
