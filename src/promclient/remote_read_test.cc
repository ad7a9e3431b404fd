#include "promclient/remote_read.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/compression.h"
#include "promclient/read_messages.h"
#include "testing/fake_prometheus.h"
#include "wire/remote_read.h"

namespace aion::promclient {
namespace {

using aion::testing::FakePrometheus;

constexpr std::string_view kStreamed =
    "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse";

class RemoteReadTest : public ::testing::Test {
 protected:
  std::unique_ptr<ReadStream> Read(const CancelToken& cancel = {},
                                   MemoryAccountant* accountant = nullptr) {
    auto client = std::make_shared<PrometheusClient>(
        std::make_shared<net::HttpClient>(net::HttpClientConfig()),
        PrometheusClientOptions{.base_url = fake_.url()});
    return StartRemoteRead(client, {model::Matcher::Equal("__name__", "up")}, {1, 2}, cancel,
                           accountant);
  }
  FakePrometheus fake_;
};

StatusOr<std::vector<std::string>> AllFrames(ReadStream& stream) {
  std::vector<std::string> frames;
  while (true) {
    ReadPage page;
    ASSIGN_OR_RETURN(const bool more, stream.Next(&page));
    if (!more) return frames;
    for (const std::string_view frame : page.frames) frames.emplace_back(frame);
  }
}

TEST_F(RemoteReadTest, SendsTheQueryAndStreamsFrames) {
  wire::ReadRequest request;
  fake_.SetHandler("/api/v1/read", [&](const net::Request& http, net::ResponseWriter& response) {
    EXPECT_EQ(http.headers.Get("Content-Encoding"), "snappy");
    EXPECT_EQ(http.headers.Get("X-Prometheus-Remote-Read-Version"), "0.1.0");
    EXPECT_TRUE(wire::Decode(*SnappyDecompress(http.body, 1 << 20), &request).ok());
    response.headers().Set("Content-Type", std::string(kStreamed));
    std::string body;
    wire::AppendChunkedFrame("one", &body);
    wire::AppendChunkedFrame("two", &body);
    EXPECT_TRUE(response.Write(std::string_view(body).substr(0, 4)).ok());
    EXPECT_TRUE(response.Flush().ok());
    EXPECT_TRUE(response.Write(std::string_view(body).substr(4)).ok());
  });
  auto stream = Read();
  const auto frames = AllFrames(*stream);
  ASSERT_TRUE(frames.ok()) << frames.status().ToString();
  EXPECT_EQ(*frames, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(stream->frame_count(), 2u);
  ASSERT_EQ(request.queries.size(), 1u);
  EXPECT_EQ(request.queries[0].start_ms, 1);
  EXPECT_EQ(request.queries[0].end_ms, 2);
  ASSERT_EQ(request.queries[0].matchers.size(), 1u);
  EXPECT_EQ(request.accepted,
            (std::vector<wire::ReadResponseType>{wire::ReadResponseType::kStreamedXorChunks,
                                                 wire::ReadResponseType::kSamples}));
}

TEST_F(RemoteReadTest, UnpacksSamples) {
  fake_.SetAnswer("/api/v1/read", 200, "application/x-protobuf", SnappyCompress("payload"));
  auto stream = Read();
  ReadPage page;
  ASSERT_TRUE(*stream->Next(&page));
  EXPECT_TRUE(page.is_sampled);
  EXPECT_EQ(page.frames[0], "payload");
  EXPECT_FALSE(*stream->Next(&page));
}

TEST_F(RemoteReadTest, FailsWithReasons) {
  std::string corrupted;
  wire::AppendChunkedFrame("hello", &corrupted);
  corrupted.back() ^= 1;
  std::string truncated;
  wire::AppendChunkedFrame(std::string(1000, 'x'), &truncated);
  truncated.resize(500);
  struct Case {
    int code;
    std::string type;
    std::string body;
    StatusCode want;
    std::string_view text;
  };
  for (const Case& c : {
           Case{500, "text/plain", "boom", StatusCode::kInternal, "request failed with code 500"},
           Case{400, "text/plain", "bad matcher", StatusCode::kInvalidArgument, "bad matcher"},
           Case{200, "text/html", "<html>", StatusCode::kUnimplemented,
                "not supported remote read content type: text/html"},
           Case{200, std::string(kStreamed), corrupted, StatusCode::kDataLoss, "checksum mismatch"},
           Case{200, std::string(kStreamed), truncated, StatusCode::kDataLoss, "unexpected EOF"},
           Case{200, "application/x-protobuf", "not snappy", StatusCode::kInvalidArgument,
                "decompress response"},
       }) {
    fake_.SetAnswer("/api/v1/read", c.code, c.type, c.body);
    auto stream = Read();
    const auto frames = AllFrames(*stream);
    ASSERT_FALSE(frames.ok()) << c.text;
    EXPECT_EQ(frames.status().code(), c.want) << frames.status().ToString();
    EXPECT_NE(frames.status().message().find(c.text), std::string_view::npos)
        << frames.status().ToString();
  }
  fake_.Stop();
  auto stream = Read();
  EXPECT_EQ(AllFrames(*stream).status().code(), StatusCode::kUnavailable);
}

TEST_F(RemoteReadTest, AConsumerThatStopsStopsTheServer) {
  std::atomic<size_t> written{0};
  std::atomic<bool> ended{false};
  fake_.SetHandler("/api/v1/read", [&](const net::Request&, net::ResponseWriter& response) {
    response.headers().Set("Content-Type", std::string(kStreamed));
    std::string frame;
    wire::AppendChunkedFrame(std::string(100'000, 'x'), &frame);
    while (written < (size_t{1} << 30) && response.Write(frame).ok()) written += frame.size();
    ended = true;
  });
  auto stream = Read();
  ReadPage page;
  ASSERT_TRUE(*stream->Next(&page));
  // The server comes to a stand once queue, sockets and its own buffer are full.
  size_t before = 0;
  for (int i = 0; i < 200 && (before == 0 || written != before); ++i) {
    before = written;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_FALSE(ended);
  EXPECT_LT(written, size_t{256} << 20);
  stream.reset();
  for (int i = 0; i < 200 && !ended; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(ended);
}

TEST_F(RemoteReadTest, EndsWithItsTokenAndItsBudget) {
  fake_.SetHandler("/api/v1/read", [](const net::Request& request, net::ResponseWriter& response) {
    response.headers().Set("Content-Type", std::string(kStreamed));
    std::string frame;
    wire::AppendChunkedFrame(std::string(1'000'000, 'x'), &frame);
    EXPECT_TRUE(response.Write(frame).ok());
    EXPECT_TRUE(response.Flush().ok());
    for (int i = 0; i < 200 && !request.cancel.IsCancelled(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  CancelSource source;
  auto stream = Read(source.Token());
  ReadPage page;
  ASSERT_TRUE(*stream->Next(&page));
  source.Cancel();
  EXPECT_EQ(stream->Next(&page).status().code(), StatusCode::kCancelled);
  stream.reset();

  MemoryAccountant small(1000);
  auto poor = Read({}, &small);
  EXPECT_EQ(poor->Next(&page).status().code(), StatusCode::kResourceExhausted);
  poor.reset();
  page = {};
  EXPECT_EQ(small.used_bytes(), 0u);
}

TEST(ReadMessages, DecodesChunkedSeries) {
  wire::ChunkedReadResponse response;
  response.series.push_back(
      {model::Labels{{"a", "1"}, {"b", "2"}}, {{1, 2, 1, "data"}, {3, 4, 2, ""}}});
  response.series.push_back({model::Labels{}, {}});
  std::vector<std::string> seen;
  ASSERT_TRUE(DecodeChunkedRead(wire::Encode(response),
                                [&](model::LabelsView labels, const auto& chunks) -> Status {
                                  seen.push_back(labels.ToString() + std::to_string(chunks.size()));
                                  if (!chunks.empty()) {
                                    EXPECT_EQ(chunks[0].data, "data");
                                  }
                                  return OkStatus();
                                })
                  .ok());
  EXPECT_EQ(seen, (std::vector<std::string>{"{a=\"1\", b=\"2\"}2", "{}0"}));
  response.series[0].chunks[0].encoding = 9;
  const auto ignore = [](model::LabelsView, const std::vector<series::EncodedChunk>&) {
    return OkStatus();
  };
  EXPECT_EQ(DecodeChunkedRead(wire::Encode(response), ignore).code(), StatusCode::kUnimplemented);
}

TEST(ReadMessages, SurvivesCutAndFlippedBytes) {
  wire::ChunkedReadResponse response;
  response.series.push_back({model::Labels{{"a", "1"}, {"b", "2"}}, {{1, 2, 1, "data"}}});
  const std::string good = wire::Encode(response);
  const auto ignore = [](model::LabelsView, const std::vector<series::EncodedChunk>&) {
    return OkStatus();
  };
  for (size_t i = 0; i < good.size(); ++i) {
    (void)DecodeChunkedRead(std::string_view(good).substr(0, i), ignore);
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      (void)DecodeChunkedRead(bad, ignore);
      (void)DecodeSampledRead(bad, [](const SampledSeries&) { return OkStatus(); });
    }
  }
}

}  // namespace
}  // namespace aion::promclient
