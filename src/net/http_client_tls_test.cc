#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "net/http_client.h"
#include "net/internal/certificate_files.h"

namespace aion::net {
namespace {

/// Answers every TLS connection to a loopback port with one fixed page, and keeps what was asked.
class TinyHttps {
 public:
  TinyHttps(const internal::CertificateFiles& files, bool ask_clients)
      : context_(SSL_CTX_new(TLS_server_method())), fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    SSL_CTX_use_certificate_chain_file(context_, files.certificate_path().c_str());
    SSL_CTX_use_PrivateKey_file(context_, files.key_path().c_str(), SSL_FILETYPE_PEM);
    if (ask_clients) {
      SSL_CTX_load_verify_locations(context_, files.certificate_path().c_str(), nullptr);
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(fd_, 8), 0);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~TinyHttps() {
    stopped_ = true;
    thread_.join();
    close(fd_);
    SSL_CTX_free(context_);
  }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/page"; }
  /// The name the client asked for, and its request. Read after the answer came.
  std::string server_name, request;

 private:
  void Run() {
    while (!stopped_) {
      pollfd poll_fd{fd_, POLLIN, 0};
      if (poll(&poll_fd, 1, 10) <= 0) continue;
      const int peer = accept(fd_, nullptr, nullptr);
      SSL* tls = SSL_new(context_);
      SSL_set_fd(tls, peer);
      if (SSL_accept(tls) == 1) Answer(tls);
      SSL_free(tls);
      close(peer);
    }
  }
  void Answer(SSL* tls) {
    const char* name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
    server_name = name == nullptr ? "" : name;
    char buffer[4096];
    const int count = SSL_read(tls, buffer, sizeof buffer);
    request.assign(buffer, static_cast<size_t>(std::max(0, count)));
    constexpr std::string_view kPage =
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret";
    SSL_write(tls, kPage.data(), static_cast<int>(kPage.size()));
    SSL_shutdown(tls);
  }

  SSL_CTX* const context_;
  const int fd_;
  int port_ = 0;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

StatusOr<HttpResponse> Fetch(const TinyHttps& server, TlsClientConfig tls) {
  HttpClientConfig config;
  config.tls = std::move(tls);
  HttpClient client(config);
  HttpRequest request;
  request.url = server.url();
  request.timeout_ms = 20'000;
  return client.Do(request, {});
}

TEST(HttpClientTls, ChecksCertificateAndName) {
  const internal::CertificateFiles files;
  TinyHttps server(files, false);
  TlsClientConfig tls;
  EXPECT_EQ(Fetch(server, tls).status().code(), StatusCode::kUnavailable) << "unknown authority";
  tls.ca_file = files.certificate_path();
  EXPECT_EQ(Fetch(server, tls).status().code(), StatusCode::kUnavailable) << "other name";
  tls.server_name = "aion.test";
  const auto good = Fetch(server, tls);
  ASSERT_TRUE(good.ok()) << good.status().ToString();
  EXPECT_EQ(good->body, "secret");
  EXPECT_EQ(server.server_name, "aion.test");
  // The name is for TLS alone: the request is still for the URL's host.
  EXPECT_NE(server.request.find("Host: 127.0.0.1:"), std::string::npos) << server.request;
  tls.server_name = "other.test";
  EXPECT_EQ(Fetch(server, tls).status().code(), StatusCode::kUnavailable);
  tls = {};
  tls.insecure_skip_verify = true;
  EXPECT_EQ(Fetch(server, tls)->body, "secret");
}

TEST(HttpClientTls, ShowsItsCertificate) {
  const internal::CertificateFiles files;
  TinyHttps server(files, true);
  TlsClientConfig tls;
  tls.insecure_skip_verify = true;
  EXPECT_FALSE(Fetch(server, tls).ok());
  tls.cert_file = files.certificate_path();
  tls.key_file = files.key_path();
  EXPECT_EQ(Fetch(server, tls)->body, "secret");
}

}  // namespace
}  // namespace aion::net
