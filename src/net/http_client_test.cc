#include "net/http_client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "net/http_server.h"
#include "net/internal/raw_client.h"

namespace aion::net {
namespace {

class HttpClientTest : public testing::Test {
 protected:
  void SetUp() override {
    Router router;
    router.Handle("*", "/echo", "echo", [](const Request& request, ResponseWriter& response) {
      response.headers().Set("X-Method", request.method);
      response.headers().Set("X-Agent", std::string(request.headers.Get("User-Agent")));
      response.headers().Set("X-Auth", std::string(request.headers.Get("Authorization")));
      response.headers().Set("X-Type", std::string(request.headers.Get("Content-Type")));
      response.headers().Set("X-Remote", request.remote_address);
      response.Send(request.body);
    });
    router.Handle("GET", "/big", "big", [](const Request&, ResponseWriter& response) {
      response.Send(std::string(3'000'000, 'b'));
    });
    router.Handle("GET", "/teapot", "teapot", [](const Request&, ResponseWriter& response) {
      SendError(response, 418, "short and stout");
    });
    router.Handle("GET", "/redirect", "redirect", [](const Request&, ResponseWriter& response) {
      SendRedirect(response, 302, "/big");
    });
    router.Handle("GET", "/loop", "loop", [](const Request&, ResponseWriter& response) {
      SendRedirect(response, 302, "/loop");
    });
    router.Handle("GET", "/wait", "wait", [](const Request& request, ResponseWriter&) {
      for (int i = 0; i < 4000 && !request.cancel.IsCancelled(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    HttpServerOptions options;
    options.address = "127.0.0.1:0";
    auto server = HttpServer::Start(std::move(router), options);
    ASSERT_TRUE(server.ok());
    server_ = *std::move(server);
  }
  HttpRequest To(std::string path) {
    HttpRequest request;
    request.url = "http://" + server_->address() + std::move(path);
    return request;
  }
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpClientTest, SendsMethodsBodiesAndReusesConnections) {
  HttpClient client({}, "Thanos/1.2.3");
  std::string remote;
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "POST"}) {
    HttpRequest request = To("/echo");
    request.method = method;
    if (*method == 'P') request.body = "body bytes";
    const auto response = client.Do(request, {});
    ASSERT_TRUE(response.ok()) << response.status().ToString();
    EXPECT_EQ(response->code, 200);
    EXPECT_EQ(response->headers.Get("x-method"), method);
    EXPECT_EQ(response->headers.Get("X-Agent"), "Thanos/1.2.3");
    EXPECT_EQ(response->headers.Get("X-Type"), "");
    EXPECT_EQ(response->body, request.body);
    if (remote.empty()) remote = response->headers.Get("X-Remote");
    EXPECT_EQ(response->headers.Get("X-Remote"), remote) << "another connection";
  }
}

TEST_F(HttpClientTest, UploadsFromASource) {
  HttpClient client({});
  HttpRequest request = To("/echo");
  request.method = "PUT";
  size_t left = 2'000'000;
  request.body_source_bytes = left;
  request.body_source = [&](char* out, size_t size) -> StatusOr<size_t> {
    const size_t count = std::min(size, left);
    std::fill_n(out, count, 'u');
    left -= count;
    return count;
  };
  const auto response = client.Do(request, {});
  ASSERT_TRUE(response.ok()) << response.status().ToString();
  EXPECT_EQ(response->body.size(), 2'000'000u);

  request.body_source = [](char*, size_t) -> StatusOr<size_t> {
    return DataLossError("disk gone");
  };
  EXPECT_EQ(client.Do(request, {}).status().code(), StatusCode::kDataLoss);
}

TEST_F(HttpClientTest, StreamsGoodAnswersAndGathersOthers) {
  HttpClient client({});
  size_t streamed = 0;
  const BodySink sink = [&](std::string_view piece) {
    streamed += piece.size();
    return OkStatus();
  };
  const auto good = client.DoStream(To("/redirect"), sink, {});
  ASSERT_TRUE(good.ok()) << good.status().ToString();
  EXPECT_EQ(streamed, 3'000'000u);
  EXPECT_EQ(good->body, "");
  const auto bad = client.DoStream(To("/teapot"), sink, {});
  ASSERT_TRUE(bad.ok());
  EXPECT_EQ(bad->code, 418);
  EXPECT_EQ(bad->body, "short and stout\n");
  const auto stopped =
      client.DoStream(To("/big"), [](std::string_view) { return DataLossError("stop"); }, {});
  EXPECT_EQ(stopped.status().code(), StatusCode::kDataLoss);
}

TEST_F(HttpClientTest, LimitsAnswersAndRedirects) {
  HttpClient client({});
  HttpRequest request = To("/big");
  request.response_bytes_max = 1000;
  EXPECT_EQ(client.Do(request, {}).status().code(), StatusCode::kResourceExhausted);
  EXPECT_FALSE(client.Do(To("/loop"), {}).ok());
  request = To("/redirect");
  request.follow_redirects = false;
  EXPECT_EQ(client.Do(request, {})->code, 302);
}

TEST_F(HttpClientTest, EndsSoonAfterCancelAndDeadline) {
  HttpClient client({});
  CancelSource source;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    source.Cancel();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(client.Do(To("/wait"), source.Token()).status().code(), StatusCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  canceller.join();
  HttpRequest request = To("/wait");
  request.timeout_ms = 50;
  EXPECT_EQ(client.Do(request, {}).status().code(), StatusCode::kDeadlineExceeded);
  CancelSource deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(50));
  EXPECT_EQ(client.Do(To("/wait"), deadline.Token()).status().code(),
            StatusCode::kDeadlineExceeded);
}

// The host's last connection fails and the host is forgotten while another call waits for its turn.
TEST_F(HttpClientTest, ACallWaitsForTheOnlyConnection) {
  HttpClientConfig config;
  config.transport.max_connections_per_host = 1;
  config.transport.idle_connection_timeout_ms = 1;
  HttpClient client(config, "");
  for (int round = 0; round < 3; ++round) {
    CancelSource first;
    std::thread holder([&] {
      EXPECT_EQ(client.Do(To("/wait"), first.Token()).status().code(), StatusCode::kCancelled);
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    std::thread waiter([&] {
      const auto answer = client.Do(To("/echo"), CancelToken());
      EXPECT_TRUE(answer.ok() && answer->code == 200);
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    first.Cancel();
    holder.join();
    waiter.join();
  }
}

TEST_F(HttpClientTest, SendsCredentials) {
  HttpClientConfig basic;
  basic.basic_auth_username = "user";
  basic.basic_auth_password = "secret";
  EXPECT_EQ(HttpClient(basic).Do(To("/echo"), {})->headers.Get("X-Auth"), "Basic dXNlcjpzZWNyZXQ=");
  HttpClientConfig bearer;
  bearer.bearer_token_file = testing::TempDir() + "aion_http_client_token";
  std::ofstream(bearer.bearer_token_file) << "first\n";
  HttpClient client(bearer);
  EXPECT_EQ(client.Do(To("/echo"), CancelToken())->headers.Get("X-Auth"), "Bearer first");
  std::ofstream(bearer.bearer_token_file) << "second";
  EXPECT_EQ(client.Do(To("/echo"), CancelToken())->headers.Get("X-Auth"), "Bearer second");
  std::remove(bearer.bearer_token_file.c_str());
  EXPECT_EQ(client.Do(To("/echo"), CancelToken()).status().code(), StatusCode::kNotFound);
}

TEST_F(HttpClientTest, UnpacksGzip) {
  HttpClient client({});
  const auto response = client.Do(To("/big"), {});
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->headers.Get("Content-Encoding"), "gzip");
  EXPECT_EQ(response->body, std::string(3'000'000, 'b'));
}

TEST(HttpClient, NamesWhatItCouldNotReach) {
  HttpClient client({});
  HttpRequest request;
  request.url = "http://user:secret@127.0.0.1:1/x";
  const auto response = client.Do(request, {});
  EXPECT_EQ(response.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(response.status().message().find("127.0.0.1:1/x"), std::string::npos);
  EXPECT_EQ(response.status().message().find("secret"), std::string::npos);
  for (const char* url : {"ftp://h/x", "http:///x", "nonsense", "file:///etc/passwd"}) {
    request.url = url;
    EXPECT_EQ(client.Do(request, {}).status().code(), StatusCode::kInvalidArgument) << url;
  }
}

// A long answer whose handler was slow to begin: by then the server watches for the client's
// disconnect, and must still be woken for every piece.
TEST(HttpClient, StreamsALongAnswerThatBeginsLate) {
  constexpr size_t kPieces = 400;
  Router router;
  router.Handle("GET", "/late", "late", [](const Request&, ResponseWriter& response) {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    const std::string piece(60'000, 'x');
    for (size_t i = 0; i < kPieces && response.Write(piece).ok(); ++i) continue;
  });
  HttpServerOptions options;
  options.address = "127.0.0.1:0";
  auto server = HttpServer::Start(std::move(router), options);
  ASSERT_TRUE(server.ok());
  HttpClient client{HttpClientConfig()};
  HttpRequest request;
  request.url = "http://" + (*server)->address() + "/late";
  request.accept_gzip = false;
  request.timeout_ms = 20'000;
  size_t received = 0;
  const auto response = client.DoStream(request,
                                        [&](std::string_view piece) {
                                          received += piece.size();
                                          return OkStatus();
                                        },
                                        {});
  ASSERT_TRUE(response.ok()) << response.status().ToString();
  EXPECT_EQ(received, kPieces * 60'000);
}

}  // namespace
}  // namespace aion::net
