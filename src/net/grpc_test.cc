#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "base/compression.h"
#include "net/grpc_channel.h"
#include "net/grpc_server.h"
#include "net/grpc_typed.h"

namespace aion::net {

/// The smallest message with a codec: what grpc_typed.h needs.
struct Text {
  std::string value;
};
std::string Encode(const Text& text) { return text.value; }
Status Decode(std::string_view bytes, Text* text) {
  if (bytes == "garbage") return InvalidArgumentError("text: malformed");
  text->value = bytes;
  return OkStatus();
}

namespace {

using std::chrono::milliseconds;

class CountingObserver : public GrpcObserver {
 public:
  void Register(const GrpcMethod&) override { ++registered; }
  void Started(const GrpcMethod&) override { ++started; }
  void MessageReceived(const GrpcMethod&) override { ++received; }
  void MessageSent(const GrpcMethod&) override { ++sent; }
  void Handled(const GrpcMethod& method, StatusCode code, double) override {
    last_service = method.service == "test.Service";
    last_code = code;
    ++handled;
  }
  void PanicRecovered() override { ++panics; }
  std::atomic<int> registered{0}, started{0}, received{0}, sent{0}, handled{0}, panics{0};
  std::atomic<bool> last_service{false};
  std::atomic<StatusCode> last_code{StatusCode::kOk};
};

class GrpcTest : public testing::Test {
 protected:
  void SetUp() override {
    GrpcServerOptions options;
    options.address = "127.0.0.1:0";
    options.observer = observer_;
    server_ = std::make_unique<GrpcServer>(options);
    server_->AddUnary("/test.Service/Echo",
                      [](const ServerCall& call, const Buffer& request) -> StatusOr<Buffer> {
                        if (request.view() == "tenant")
                          return Buffer(std::string(call.Metadata(kTenantMetadataKey)));
                        return request;
                      });
    server_->AddUnary(
        "/test.Service/Fail", [](const ServerCall&, const Buffer& request) -> StatusOr<Buffer> {
          return Status(static_cast<StatusCode>(std::atoi(std::string(request.view()).c_str())),
                        "told to fail: é");
        });
    server_->AddUnary("/test.Service/Throw",
                      [](const ServerCall&, const Buffer&) -> StatusOr<Buffer> {
                        throw std::runtime_error("bug");
                      });
    server_->AddServerStream(
        "/test.Service/Count",
        [](const ServerCall&, const Buffer& request, GrpcStreamWriter& writer) -> Status {
          const int count = std::atoi(std::string(request.view()).c_str());
          for (int i = 0; i < count; ++i) {
            RETURN_IF_ERROR(writer.Write(Buffer(std::to_string(i)), i + 1 < count));
          }
          return count == 13 ? AbortedError("unlucky") : OkStatus();
        });
    server_->AddServerStream(
        "/test.Service/Flood",
        [this](const ServerCall&, const Buffer&, GrpcStreamWriter& writer) -> Status {
          const Buffer block(std::string(1 << 20, 'x'));
          for (int i = 0; i < 100'000; ++i) {
            const Status status = writer.Write(block);
            if (!status.ok()) {
              flood_stopped_ = true;
              return status;
            }
          }
          return OkStatus();
        });
    server_->AddServerStream(
        "/test.Service/Hang",
        [this](const ServerCall& call, const Buffer&, GrpcStreamWriter& writer) -> Status {
          RETURN_IF_ERROR(writer.Write(Buffer(std::string("first"))));
          for (int i = 0; i < 4000 && !call.cancel.IsCancelled(); ++i)
            std::this_thread::sleep_for(milliseconds(5));
          hang_cancelled_ = call.cancel.IsCancelled();
          return call.cancel.Check();
        });
    net::AddUnary<Text, Text>(*server_, "/test.Service/Typed",
                              [](const ServerCall&, const Text& text) -> StatusOr<Text> {
                                return Text{"<" + text.value + ">"};
                              });
    net::AddServerStream<Text, Text>(
        *server_, "/test.Service/TypedStream",
        [](const ServerCall&, const Text& text, TypedWriter<Text>& writer) -> Status {
          RETURN_IF_ERROR(writer.Write(text));
          return writer.Write(Text{"garbage"});
        });
    ASSERT_TRUE(server_->Start().ok());
    auto channel = GrpcChannel::Create(server_->address(), {});
    ASSERT_TRUE(channel.ok());
    channel_ = *std::move(channel);
  }

  template <typename F>
  static bool Eventually(F&& condition) {
    for (int i = 0; i < 4000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(5));
    return condition();
  }

  std::shared_ptr<CountingObserver> observer_ = std::make_shared<CountingObserver>();
  std::atomic<bool> flood_stopped_{false}, hang_cancelled_{false};
  std::unique_ptr<GrpcServer> server_;
  std::shared_ptr<GrpcChannel> channel_;
};

TEST_F(GrpcTest, UnaryCarriesBytesOfAnySize) {
  for (const size_t size : {0ul, 1ul, 23ul, 100ul, 5000ul, 20'000'000ul}) {
    const std::string sent(size, 'z');
    const auto answer = channel_->Unary("/test.Service/Echo", Buffer(sent), {});
    ASSERT_TRUE(answer.ok()) << size << answer.status().ToString();
    EXPECT_EQ(answer->view(), sent);
  }
}

TEST_F(GrpcTest, MetadataTravels) {
  GrpcCallOptions options;
  options.metadata.emplace(kTenantMetadataKey, "team-a");
  const auto answer = channel_->Unary("/test.Service/Echo", Buffer(std::string("tenant")), options);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->view(), "team-a");
}

TEST_F(GrpcTest, MetadataThatCannotTravelFailsTheCall) {
  for (const std::string_view value : {"caf\xc3\xa9", "two\nlines", "\x7f"}) {
    GrpcCallOptions options;
    options.metadata.emplace(kTenantMetadataKey, value);
    const std::string text =
        "header key \"thanos-tenant\" contains value with non-printable ASCII characters";
    EXPECT_EQ(channel_->Unary("/test.Service/Echo", {}, options).status().message(), text);
    Buffer message;
    const auto read = channel_->ServerStream("/test.Service/Count", {}, options)->Read(&message);
    EXPECT_EQ(read.status().code(), StatusCode::kInternal);
    EXPECT_EQ(read.status().message(), text);
  }
}

TEST_F(GrpcTest, EveryCodeTravelsWithItsText) {
  for (int code = 1; code <= 16; ++code) {
    const auto answer = channel_->Unary("/test.Service/Fail", Buffer(std::to_string(code)), {});
    EXPECT_EQ(static_cast<int>(answer.status().code()), code);
    EXPECT_EQ(answer.status().message(), "told to fail: é");
  }
  EXPECT_EQ(channel_->Unary("/test.Service/Nope", {}, {}).status().code(),
            StatusCode::kUnimplemented);
}

TEST_F(GrpcTest, ExceptionsBecomeInternal) {
  const auto answer = channel_->Unary("/test.Service/Throw", {}, {});
  EXPECT_EQ(answer.status().code(), StatusCode::kInternal);
  EXPECT_EQ(observer_->panics.load(), 1);
}

TEST_F(GrpcTest, AcceptsFramedSnappy) {
  // What a peer's "snappy" compressor puts on the wire; the channel here sends it as plain bytes.
  const std::string text(100'000, 's');
  const auto answer = channel_->Unary("/test.Service/Echo", Buffer(SnappyFrame(text)), {});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->view(), text);
  const std::string broken = SnappyFrame(text).substr(0, 30);
  EXPECT_EQ(channel_->Unary("/test.Service/Echo", Buffer(broken), {}).status().code(),
            StatusCode::kInternal);
}

TEST_F(GrpcTest, StreamsInOrderAndEndsWithTheStatus) {
  for (const int count : {0, 1, 13, 1000}) {
    const auto stream =
        channel_->ServerStream("/test.Service/Count", Buffer(std::to_string(count)), {});
    Buffer message;
    int seen = 0;
    Status status;
    while (true) {
      const auto more = stream->Read(&message);
      status = more.status();
      if (!more.ok() || !*more) break;
      EXPECT_EQ(message.view(), std::to_string(seen++));
    }
    EXPECT_EQ(seen, count);
    EXPECT_EQ(status.code(), count == 13 ? StatusCode::kAborted : StatusCode::kOk);
  }
}

TEST_F(GrpcTest, LeavingAStreamEarlyStopsTheServer) {
  {
    const auto stream = channel_->ServerStream("/test.Service/Flood", {}, {});
    Buffer message;
    ASSERT_TRUE(*stream->Read(&message));
    EXPECT_EQ(message.size(), 1u << 20);
  }
  EXPECT_TRUE(Eventually([&] { return flood_stopped_.load(); }));
}

TEST_F(GrpcTest, CancelEndsBothSides) {
  CancelSource source;
  GrpcCallOptions options;
  options.cancel = source.Token();
  const auto stream = channel_->ServerStream("/test.Service/Hang", {}, options);
  Buffer message;
  ASSERT_TRUE(*stream->Read(&message));
  std::thread canceller([&] {
    std::this_thread::sleep_for(milliseconds(50));
    source.Cancel();
  });
  EXPECT_EQ(stream->Read(&message).status().code(), StatusCode::kCancelled);
  canceller.join();
  EXPECT_TRUE(Eventually([&] { return hang_cancelled_.load(); }));
}

TEST_F(GrpcTest, DeadlinesEndCallsAndFrames) {
  GrpcCallOptions options;
  options.timeout_ms = 50;
  auto stream = channel_->ServerStream("/test.Service/Hang", {}, options);
  Buffer message;
  ASSERT_TRUE(*stream->Read(&message));
  EXPECT_EQ(stream->Read(&message).status().code(), StatusCode::kDeadlineExceeded);
  options = {};
  options.frame_timeout_ms = 50;
  stream = channel_->ServerStream("/test.Service/Hang", {}, options);
  ASSERT_TRUE(*stream->Read(&message));
  EXPECT_EQ(stream->Read(&message).status().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(GrpcTest, TypedCalls) {
  const auto answer = CallUnary<Text>(*channel_, "/test.Service/Typed", Text{"x"}, {});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->value, "<x>");
  EXPECT_EQ(CallUnary<Text>(*channel_, "/test.Service/Typed", Text{"garbage"}, {}).status().code(),
            StatusCode::kInvalidArgument);
  std::vector<std::string> seen;
  const Status status = CallServerStream<Text>(*channel_, "/test.Service/TypedStream", Text{"y"},
                                               {}, std::function<Status(Text&)>([&](Text& text) {
                                                 seen.push_back(text.value);
                                                 return OkStatus();
                                               }));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(seen, std::vector<std::string>{"y"});
}

TEST_F(GrpcTest, ObserverSeesCalls) {
  EXPECT_EQ(observer_->registered.load(), 8);
  const auto stream = channel_->ServerStream("/test.Service/Count", Buffer(std::string("13")), {});
  Buffer message;
  while (true) {
    const auto more = stream->Read(&message);
    if (!more.ok() || !*more) break;
  }
  EXPECT_TRUE(Eventually([&] { return observer_->handled.load() == 1; }));
  EXPECT_EQ(observer_->started.load(), 1);
  EXPECT_EQ(observer_->received.load(), 1);
  EXPECT_EQ(observer_->sent.load(), 13);
  EXPECT_EQ(observer_->last_code.load(), StatusCode::kAborted);
  EXPECT_TRUE(observer_->last_service.load());
}

TEST_F(GrpcTest, HealthFollowsServing) {
  const Buffer none;
  const auto check = [&] {
    const auto answer = channel_->Unary("/grpc.health.v1.Health/Check", none, {});
    return answer.ok() ? std::string(answer->view()) : answer.status().ToString();
  };
  EXPECT_EQ(check(), "\x08\x02");  // NOT_SERVING
  server_->SetServing(true);
  EXPECT_EQ(check(), "\x08\x01");  // SERVING
}

// Many streams at once, read whole, left early or cancelled, on one channel.
TEST_F(GrpcTest, ManyCallsAtOnceDoNotDisturbEachOther) {
  std::atomic<int> whole{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 40; ++i) {
        CancelSource source;
        GrpcCallOptions options;
        options.cancel = source.Token();
        Buffer message;
        if ((t + i) % 3 == 0) {
          const auto stream = channel_->ServerStream("/test.Service/Flood", {}, options);
          static_cast<void>(stream->Read(&message));
          if (i % 2 == 0) source.Cancel();
          continue;
        }
        const auto stream =
            channel_->ServerStream("/test.Service/Count", Buffer(std::string("50")), options);
        int seen = 0;
        while (true) {
          const auto more = stream->Read(&message);
          if (!more.ok() || !*more) break;
          seen += message.view() == std::to_string(seen) ? 1 : 0;
        }
        whole += seen == 50 ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(whole.load(), 6 * 40 - 6 * 40 / 3);
}

TEST_F(GrpcTest, StopCancelsAfterTheGrace) {
  const auto stream = channel_->ServerStream("/test.Service/Hang", {}, {});
  Buffer message;
  ASSERT_TRUE(*stream->Read(&message));
  server_->Stop(20);
  EXPECT_TRUE(hang_cancelled_.load());
  EXPECT_FALSE(stream->Read(&message).ok());
}

TEST_F(GrpcTest, UnreachablePeersAreUnavailable) {
  const std::string address = server_->address();
  server_->Stop(0);
  const auto channel = GrpcChannel::Create(address, {});
  EXPECT_EQ((*channel)->Unary("/test.Service/Echo", {}, {}).status().code(),
            StatusCode::kUnavailable);
}

TEST_F(GrpcTest, TwoServersDoNotShareAPort) {
  GrpcServerOptions options;
  options.address = server_->address();
  GrpcServer second(options);
  EXPECT_EQ(second.Start().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace aion::net
