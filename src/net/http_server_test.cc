#include "net/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/compression.h"
#include "net/cors.h"
#include "net/internal/raw_client.h"

namespace aion::net {
namespace {

using internal::RawClient;

/// An event one thread waits for and another sets.
class Event {
 public:
  void Set() {
    std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  bool Wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

HttpServerOptions Loopback() {
  HttpServerOptions options;
  options.address = "127.0.0.1:0";
  return options;
}

Router EchoRouter() {
  Router router;
  router.Handle("GET", "/hello", "hello", [](const Request& request, ResponseWriter& response) {
    response.Send("hello " + std::string(request.query.Get("name")));
  });
  router.Handle("POST", "/echo", "echo", [](const Request& request, ResponseWriter& response) {
    response.Send(request.body);
  });
  router.Handle("GET", "/stream", "stream", [](const Request&, ResponseWriter& response) {
    for (int i = 0; i < 3; ++i) {
      if (!response.Write("piece" + std::to_string(i)).ok() || !response.Flush().ok()) return;
    }
  });
  router.Handle("GET", "/big", "big", [](const Request&, ResponseWriter& response) {
    std::vector<Buffer> pieces;
    for (char c = 'a'; c <= 'z'; ++c) pieces.emplace_back(std::string(100'000, c));
    response.Send(std::move(pieces));
  });
  router.Handle("GET", "/throw", "throw",
                [](const Request&, ResponseWriter&) { throw std::runtime_error("bug"); });
  return router;
}

std::unique_ptr<HttpServer> MustStart(Router router, HttpServerOptions options = Loopback()) {
  auto server = HttpServer::Start(std::move(router), std::move(options));
  EXPECT_TRUE(server.ok()) << server.status().ToString();
  return *std::move(server);
}

size_t Count(std::string_view text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size()))
    ++count;
  return count;
}

TEST(HttpServer, KeepsAliveAndAnswersPipelinedRequests) {
  const auto server = MustStart(EchoRouter());
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET /hello?name=a%20b HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(client.ReadUntil("hello a b"));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 200 OK\r\n"));
  client.Forget();
  std::string many;
  for (int i = 0; i < 50; ++i) {
    many +=
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nn" + std::to_string(100 + i);
  }
  many += "GET /hello?name=last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  ASSERT_TRUE(client.Send(many));
  const std::string& all = client.ReadAll();
  EXPECT_EQ(Count(all, "HTTP/1.1 200 OK"), 51u);
  EXPECT_LT(all.find("n100"), all.find("n149"));
  EXPECT_NE(all.find("hello last"), std::string::npos);
}

TEST(HttpServer, ReadsChunkedBodiesAndBytesOneByOne) {
  const auto server = MustStart(EchoRouter());
  RawClient client(server->port());
  const std::string request =
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
  for (const char c : request) ASSERT_TRUE(client.Send(std::string_view(&c, 1)));
  EXPECT_TRUE(client.ReadAll().ends_with("\r\n\r\nabcdefg"));
}

TEST(HttpServer, StreamsInChunks) {
  const auto server = MustStart(EchoRouter());
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(client.ReadUntil("0\r\n\r\n"));
  EXPECT_NE(client.received().find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_NE(client.received().find("00000006\r\npiece0\r\n00000006\r\npiece1\r\n"),
            std::string::npos);
  client.Forget();
  // HTTP/1.0 knows no chunks: the end of the connection ends the body.
  ASSERT_TRUE(client.Send("GET /stream HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(client.ReadAll().ends_with("\r\n\r\npiece0piece1piece2"));
}

TEST(HttpServer, SendsLargeBodiesWhole) {
  const auto server = MustStart(EchoRouter());
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const std::string& all = client.ReadAll();
  EXPECT_NE(all.find("Content-Length: 2600000\r\n"), std::string::npos);
  std::string body;
  for (char c = 'a'; c <= 'z'; ++c) body.append(100'000, c);
  EXPECT_TRUE(all.ends_with(body));
}

TEST(HttpServer, CompressesWhenAccepted) {
  Router router = EchoRouter();
  router.Handle("GET", "/text", "text", [](const Request&, ResponseWriter& response) {
    response.Send(std::string(5000, 'x'));
  });
  const auto server = MustStart(std::move(router));
  for (const char* path : {"/text", "/big"}) {
    RawClient client(server->port());
    ASSERT_TRUE(
        client.Send("GET " + std::string(path) +
                    " HTTP/1.0\r\nAccept-Encoding: br, gzip;q=0.5\r\nConnection: close\r\n\r\n"));
    const std::string all = client.ReadAll();
    EXPECT_NE(all.find("Content-Encoding: gzip\r\n"), std::string::npos);
    EXPECT_NE(all.find("Vary: Accept-Encoding\r\n"), std::string::npos);
    const auto body =
        GzipDecompress(std::string_view(all).substr(all.find("\r\n\r\n") + 4), 10 << 20);
    ASSERT_TRUE(body.ok()) << path << body.status().ToString();
    EXPECT_EQ(body->size(), std::string_view(path) == "/text" ? 5000u : 2600000u);
  }
  RawClient small(server->port());
  ASSERT_TRUE(small.Send(
      "GET /hello HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(small.ReadAll().find("Content-Encoding"), std::string::npos);
  RawClient refused(server->port());
  ASSERT_TRUE(refused.Send(
      "GET /text HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip;q=0\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(refused.ReadAll().find("Content-Encoding"), std::string::npos);
}

TEST(HttpServer, HeadSendsNoBody) {
  const auto server = MustStart(EchoRouter());
  RawClient client(server->port());
  ASSERT_TRUE(
      client.Send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: x\r\n"
                  "Connection: close\r\n\r\n"));
  const std::string& all = client.ReadAll();
  EXPECT_NE(all.find("Content-Length: 6\r\n"), std::string::npos);
  EXPECT_EQ(all.find("hello"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\n"));
}

TEST(HttpServer, AnswersUnknownPathsMethodsAndPreflights) {
  Router router = EchoRouter();
  router.Handle("OPTIONS", "/api/v1/*path", "options", PreflightHandler(true));
  const auto server = MustStart(std::move(router));
  const struct {
    const char *request, *expected;
  } cases[] = {
      {"GET /nope", "HTTP/1.1 404 Not Found\r\n"},
      {"GET /nope", "\r\n\r\n404 page not found\n"},
      {"DELETE /hello", "HTTP/1.1 405 Method Not Allowed\r\n"},
      {"DELETE /hello", "Allow: GET\r\n"},
      {"OPTIONS /api/v1/query", "HTTP/1.1 204 No Content\r\n"},
      {"OPTIONS /api/v1/query", "Access-Control-Allow-Origin: *\r\n"},
      {"GET http://host:1/hello?name=abs", "hello abs"},
      {"GET /throw", "HTTP/1.1 500 Internal Server Error\r\n"},
  };
  for (const auto& c : cases) {
    RawClient client(server->port());
    ASSERT_TRUE(
        client.Send(std::string(c.request) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    EXPECT_NE(client.ReadAll().find(c.expected), std::string::npos) << c.request << "\n"
                                                                    << client.received();
  }
}

TEST(HttpServer, RefusesMalformedAndOversizedRequests) {
  HttpServerOptions options = Loopback();
  options.header_bytes_max = 4096;
  options.body_bytes_max = 1000;
  const auto server = MustStart(EchoRouter(), options);
  const std::string long_header = "X-Long: " + std::string(8000, 'x') + "\r\n";
  const struct {
    std::string request;
    const char* expected;
  } cases[] = {
      {"nonsense\r\n\r\n", "HTTP/1.1 400 "},
      {"GET / HTTP/9.9\r\n\r\n", "HTTP/1.1 400 "},
      {std::string("GET /\x01 HTTP/1.1\r\n\r\n"), "HTTP/1.1 400 "},
      {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 "},
      {"GET /hello HTTP/1.1\r\nBad Header: x\r\n\r\n", "HTTP/1.1 400 "},
      {"POST /echo HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "HTTP/1.1 400 "},
      {"POST /echo HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", "HTTP/1.1 400 "},
      {"POST /echo HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
       "HTTP/1.1 400 "},
      {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 400 "},
      {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400 "},
      {"GET /hello HTTP/1.1\r\n" + long_header + "\r\n", "HTTP/1.1 431 "},
      {"GET /" + std::string(8000, 'y') + " HTTP/1.1\r\n", "HTTP/1.1 431 "},
      {"POST /echo HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 413 "},
      {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'z') +
           "\r\n0\r\n\r\n",
       "HTTP/1.1 413 "},
  };
  for (const auto& c : cases) {
    RawClient client(server->port());
    client.Send(c.request);
    EXPECT_TRUE(client.ReadUntil("\r\n\r\n")) << c.request.substr(0, 60);
    EXPECT_TRUE(client.received().starts_with(c.expected)) << c.request.substr(0, 60) << "\n"
                                                           << client.received();
  }
}

TEST(HttpServer, TellsClientsToContinue) {
  const auto server = MustStart(EchoRouter());
  RawClient client(server->port());
  ASSERT_TRUE(client.Send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
  ASSERT_TRUE(client.ReadUntil("HTTP/1.1 100 Continue\r\n\r\n"));
  ASSERT_TRUE(client.Send("abc"));
  EXPECT_TRUE(client.ReadUntil("\r\n\r\nabc"));
}

TEST(HttpServer, CancelsTheHandlerWhenTheClientDisconnects) {
  Event entered, cancelled;
  Router router;
  router.Handle("GET", "/wait", "wait", [&](const Request& request, ResponseWriter&) {
    entered.Set();
    for (int i = 0; i < 2000 && !request.cancel.IsCancelled(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (request.cancel.IsCancelled()) cancelled.Set();
  });
  const auto server = MustStart(std::move(router));
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(entered.Wait());
  client.Close();
  EXPECT_TRUE(cancelled.Wait());
}

TEST(HttpServer, ASlowReaderBlocksItsHandlerUntilItLeaves) {
  Event entered, failed;
  std::atomic<uint64_t> written{0};
  Router router;
  router.Handle("GET", "/flood", "flood", [&](const Request&, ResponseWriter& response) {
    entered.Set();
    const std::string block(64 << 10, 'x');
    for (int i = 0; i < 10'000; ++i) {
      if (!response.Write(block).ok()) {
        failed.Set();
        return;
      }
      written += block.size();
    }
  });
  const auto server = MustStart(std::move(router));
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(entered.Wait());
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  // Socket buffers take some megabytes; the 640 MB of the answer must not pile up.
  EXPECT_LT(written.load(), 64u << 20);
  client.Close();
  EXPECT_TRUE(failed.Wait());
}

TEST(HttpServer, IdleAndSlowConnectionsHoldNoThread) {
  HttpServerOptions options = Loopback();
  options.handler_threads_max = 2;
  options.io_threads = 1;
  const auto server = MustStart(EchoRouter(), options);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 400; ++i) {
    idle.push_back(std::make_unique<RawClient>(server->port()));
    ASSERT_TRUE(idle.back()->connected());
    if (i % 2 == 0) {
      ASSERT_TRUE(idle.back()->Send("GET /hello HTTP/1.1\r\nHos"));
    }
  }
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(client.ReadUntil("hello "));
  ASSERT_TRUE(idle[0]->Send("t: x\r\n\r\n"));
  EXPECT_TRUE(idle[0]->ReadUntil("hello "));
}

TEST(HttpServer, ClosesSlowHeadersAndIdleConnections) {
  HttpServerOptions options = Loopback();
  options.header_timeout_ms = 50;
  options.idle_timeout_ms = 50;
  const auto server = MustStart(EchoRouter(), options);
  RawClient slow(server->port()), idle(server->port());
  ASSERT_TRUE(slow.Send("GET /hello HTTP/1.1\r\n"));
  EXPECT_EQ(slow.ReadAll(), "");
  EXPECT_EQ(idle.ReadAll(), "");
}

TEST(HttpServer, ControlRoutesAnswerWhileAllWorkersAreBusy) {
  Event release, entered;
  Router router;
  router.Handle("GET", "/busy", "busy", [&](const Request&, ResponseWriter&) {
    entered.Set();
    release.Wait();
  });
  router.Handle("GET", "/-/healthy", "healthy",
                [](const Request&, ResponseWriter& response) { response.Send("OK"); },
                {.control = true});
  HttpServerOptions options = Loopback();
  options.handler_threads_max = 1;
  options.handler_queue_max = 1;
  const auto server = MustStart(std::move(router), options);
  RawClient busy(server->port()), queued(server->port()), refused(server->port()),
      probe(server->port());
  ASSERT_TRUE(busy.Send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(entered.Wait());
  ASSERT_TRUE(queued.Send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ASSERT_TRUE(refused.Send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(refused.ReadUntil("HTTP/1.1 503 "));
  ASSERT_TRUE(probe.Send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(probe.ReadUntil("\r\n\r\nOK"));
  release.Set();
  EXPECT_TRUE(queued.ReadUntil("HTTP/1.1 200 OK"));
}

TEST(HttpServer, StopLetsRunningRequestsEnd) {
  Event entered;
  Router router;
  router.Handle("GET", "/slow", "slow", [&](const Request&, ResponseWriter& response) {
    entered.Set();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    response.Send("done");
  });
  const auto server = MustStart(std::move(router));
  RawClient running(server->port()), idle(server->port());
  ASSERT_TRUE(running.Send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(entered.Wait());
  server->Stop(20'000);
  EXPECT_TRUE(running.ReadAll().ends_with("done"));
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_FALSE(RawClient(server->port()).connected());
}

TEST(HttpServer, StopCancelsWhatOutlastsTheGrace) {
  Event entered;
  std::atomic<bool> cancelled{false};
  Router router;
  router.Handle("GET", "/wait", "wait", [&](const Request& request, ResponseWriter&) {
    entered.Set();
    for (int i = 0; i < 4000 && !request.cancel.IsCancelled(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    cancelled = request.cancel.IsCancelled();
  });
  const auto server = MustStart(std::move(router));
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(entered.Wait());
  server->Stop(10);
  EXPECT_TRUE(cancelled.load());
}

TEST(HttpServer, LimitsConnections) {
  HttpServerOptions options = Loopback();
  options.connections_max = 2;
  const auto server = MustStart(EchoRouter(), options);
  RawClient one(server->port()), two(server->port());
  for (RawClient* client : {&one, &two}) {
    ASSERT_TRUE(client->Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
    ASSERT_TRUE(client->ReadUntil("hello "));
  }
  RawClient three(server->port());
  EXPECT_TRUE(three.ReadUntil("HTTP/1.1 503 "));
}

TEST(HttpServer, NamesTheAddressItCannotBind) {
  const auto server = MustStart(EchoRouter());
  HttpServerOptions options;
  options.address = server->address();
  const auto second = HttpServer::Start(EchoRouter(), options);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(second.status().message().find(server->address()), std::string::npos);
  options.address = "nonsense";
  EXPECT_EQ(HttpServer::Start(EchoRouter(), options).status().code(), StatusCode::kInvalidArgument);
}

class CountingObserver : public HttpObserver {
 public:
  void Begin(const Request&) override { ++begun; }
  void End(const Request& request, const Record& record) override {
    std::lock_guard lock(mutex);
    lines.push_back(request.handler + " " + request.method + " " + std::to_string(record.code) +
                    " " + std::to_string(record.response_bytes));
    ended.Set();
  }
  std::atomic<int> begun{0};
  std::mutex mutex;
  std::vector<std::string> lines;
  Event ended;
};

TEST(HttpServer, ReportsRequests) {
  auto observer = std::make_shared<CountingObserver>();
  HttpServerOptions options = Loopback();
  options.observer = observer;
  const auto server = MustStart(EchoRouter(), options);
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"));
  ASSERT_TRUE(client.ReadUntil("\r\n\r\nabc"));
  ASSERT_TRUE(observer->ended.Wait());
  std::lock_guard lock(observer->mutex);
  EXPECT_EQ(observer->lines, std::vector<std::string>{"echo POST 200 3"});
  EXPECT_EQ(observer->begun.load(), 1);
}

TEST(HttpServer, TakesNewRoutesWhileServing) {
  const auto server = MustStart(EchoRouter());
  RawClient client(server->port());
  Router router;
  router.Handle("GET", "/hello", "hello",
                [](const Request&, ResponseWriter& response) { response.Send("changed"); });
  server->SetRouter(std::move(router));
  ASSERT_TRUE(client.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(client.ReadUntil("\r\n\r\nchanged"));
}

// Clients that come, half-send, read a part and leave, all at once, while the server stops at last.
TEST(HttpServer, OutlivesRudeClients) {
  const auto server = MustStart(EchoRouter());
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 60; ++i) {
        RawClient client(server->port());
        switch ((t + i) % 6) {
          case 0:
            client.Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
            client.ReadMore();
            break;
          case 1:
            client.Send(
                "GET /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
            break;
          case 2:
            client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
            break;
          case 3:
            client.Send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
            client.ReadMore();
            break;
          default:
            client.Send("GET /hello?name=a HTTP/1.1\r\nHost: x\r\n\r\n");
            answered += client.ReadUntil("hello a") ? 1 : 0;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered.load(), 8 * 60 / 3);
  RawClient last(server->port());
  ASSERT_TRUE(last.Send("GET /hello?name=b HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(last.ReadUntil("hello b"));
  server->Stop(0);
}

TEST(FormParams, BodyComesFirst) {
  Request request;
  request.method = "POST";
  request.target = "/x?a=query&b=2";
  request.headers.Add("content-type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = "a=body";
  const auto params = FormParams(request);
  ASSERT_TRUE(params.ok());
  EXPECT_EQ(params->Get("a"), "body");
  EXPECT_EQ(params->Get("b"), "2");
  request.body = "a=%zz";
  EXPECT_FALSE(FormParams(request).ok());
}

}  // namespace
}  // namespace aion::net
