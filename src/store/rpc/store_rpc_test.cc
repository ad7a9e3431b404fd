#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/rpc/frame_conversion.h"
#include "store/rpc/store_client.h"
#include "store/rpc/store_service.h"
#include "wire/hints.h"

namespace aion::store {
namespace {

using std::chrono::milliseconds;

/// Gives out prepared frames; what was asked is kept.
class FakeStore : public Store {
 public:
  std::string Name() const override { return "fake"; }
  StoreInfo Info() const override { return {}; }

  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest& request,
                                                 const RequestContext& context) override {
    last_request = request;
    last_context = context;
    if (!fail.ok()) return fail;
    return std::unique_ptr<SeriesStream>(std::make_unique<Stream>(this, context.cancel));
  }
  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest& request,
                                      const RequestContext& context) override {
    last_labels.label.clear();
    static_cast<LabelNamesRequest&>(last_labels) = request;
    last_context = context;
    if (!fail.ok()) return fail;
    return labels;
  }
  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest& request,
                                       const RequestContext& context) override {
    last_labels = request;
    last_context = context;
    if (!fail.ok()) return fail;
    return labels;
  }

  std::vector<SeriesFrame> frames;
  Status fail, fail_at_end;
  bool hang_at_end = false;
  std::atomic<bool> saw_cancel{false};
  LabelsResponse labels;
  SeriesRequest last_request;
  LabelValuesRequest last_labels;
  RequestContext last_context;

 private:
  class Stream : public SeriesStream {
   public:
    Stream(FakeStore* store, CancelToken cancel) : store_(store), cancel_(std::move(cancel)) {}
    StatusOr<bool> Next(SeriesFrame* frame) override {
      if (at_ < store_->frames.size()) {
        *frame = store_->frames[at_++];
        return true;
      }
      if (store_->hang_at_end) {
        for (int i = 0; i < 4000 && !cancel_.IsCancelled(); ++i)
          std::this_thread::sleep_for(milliseconds(5));
        store_->saw_cancel = cancel_.IsCancelled();
        RETURN_IF_ERROR(cancel_.Check());
      }
      if (!store_->fail_at_end.ok()) return store_->fail_at_end;
      return false;
    }

   private:
    FakeStore* const store_;
    const CancelToken cancel_;
    size_t at_ = 0;
  };
};

/// One series with `chunk_count` chunks of `chunk_bytes`, every third downsampled into count and
/// sum.
void AddSeries(SeriesFrame* frame, const model::Labels& labels, int chunk_count,
               size_t chunk_bytes) {
  FrameSeries series;
  Buffer packed(labels.packed());
  Buffer data(std::string(chunk_bytes, static_cast<char>('a' + frame->series.size() % 26)));
  series.labels = model::LabelsView(packed.view());
  series.chunk_begin = static_cast<uint32_t>(frame->chunks.size());
  for (int i = 0; i < chunk_count; ++i) {
    if (i % 3 == 2) {
      frame->chunks.push_back(
          {i * 10, i * 10 + 9, data.view(), series::Encoding::kXor, series::Aggregate::kCount});
      frame->chunks.push_back(
          {i * 10, i * 10 + 9, data.view(), series::Encoding::kXor, series::Aggregate::kSum});
    } else {
      frame->chunks.push_back(
          {i * 10, i * 10 + 9, data.view(),
           i % 2 == 0 ? series::Encoding::kXor : series::Encoding::kFloatHistogram,
           series::Aggregate::kRaw});
    }
  }
  series.chunk_end = static_cast<uint32_t>(frame->chunks.size());
  frame->pages.push_back(std::move(packed));
  frame->pages.push_back(std::move(data));
  frame->series.push_back(series);
}

/// Frames as text, entries of equal labels joined: what a consumer sees whatever the messages were.
void AppendText(const SeriesFrame& frame, std::vector<std::string>* lines) {
  for (const FrameSeries& series : frame.series) {
    const std::string labels = series.labels.ToString();
    if (lines->empty() || !lines->back().starts_with(labels)) lines->push_back(labels);
    for (uint32_t i = series.chunk_begin; i < series.chunk_end; ++i) {
      const series::EncodedChunk& chunk = frame.chunks[i];
      lines->back() += " " + std::to_string(chunk.min_time) + "-" + std::to_string(chunk.max_time) +
                       ":" + std::to_string(static_cast<int>(chunk.encoding)) + "/" +
                       std::to_string(static_cast<int>(chunk.aggregate)) + "#" +
                       std::to_string(std::hash<std::string_view>()(chunk.data));
    }
  }
}

struct Collected {
  std::vector<std::string> lines;
  std::vector<std::string> warnings;
  std::string hints;
  size_t frames = 0;
  Status status;
};

Collected Collect(Store& store, const SeriesRequest& request, const RequestContext& context) {
  Collected all;
  auto stream = store.Series(request, context);
  if (!stream.ok()) {
    all.status = stream.status();
    return all;
  }
  SeriesFrame frame;
  while (true) {
    const auto more = (*stream)->Next(&frame);
    all.status = more.status();
    if (!more.ok() || !*more) return all;
    ++all.frames;
    AppendText(frame, &all.lines);
    for (const std::string& warning : frame.warnings.warnings()) all.warnings.push_back(warning);
    if (!frame.hints.empty()) all.hints = frame.hints;
  }
}

class StoreRpcTest : public testing::Test {
 protected:
  void SetUp() override { Start({}); }
  void Start(const StoreServiceOptions& options) {
    net::GrpcServerOptions server_options;
    server_options.address = "127.0.0.1:0";
    server_ = std::make_unique<net::GrpcServer>(server_options);
    RegisterStore(*server_, fake_, options);
    ASSERT_TRUE(server_->Start().ok());
    Connect(0);
  }
  void Connect(int64_t frame_timeout_ms) {
    auto channel = net::GrpcChannel::Create(server_->address(), {});
    ASSERT_TRUE(channel.ok());
    client_ = MakeStoreClient(*channel, {server_->address(), frame_timeout_ms, nullptr});
  }
  std::vector<std::string> Expected() const {
    std::vector<std::string> lines;
    for (const SeriesFrame& frame : fake_.frames) AppendText(frame, &lines);
    return lines;
  }

  FakeStore fake_;
  std::unique_ptr<net::GrpcServer> server_;
  std::shared_ptr<Store> client_;
};

TEST_F(StoreRpcTest, SeriesArriveAsTheyWereForAnyBatchSize) {
  for (int f = 0; f < 4; ++f) {
    SeriesFrame& frame = fake_.frames.emplace_back();
    for (int i = 0; i < 100; ++i) {
      const std::string id = std::to_string(1000 + f * 100 + i);
      AddSeries(&frame, model::Labels({{"__name__", "up"}, {"id", id}}), i % 7,
                static_cast<size_t>(i * 13));
    }
  }
  for (const int64_t batch : {0, 1, 2, 64, 100000}) {
    SeriesRequest request;
    request.response_batch_size = batch;
    const Collected got = Collect(*client_, request, {});
    ASSERT_TRUE(got.status.ok()) << got.status.ToString();
    EXPECT_EQ(got.lines, Expected()) << batch;
  }
}

TEST_F(StoreRpcTest, LargeSeriesAreSplitAndCompletedAgain) {
  SeriesFrame& frame = fake_.frames.emplace_back();
  AddSeries(&frame, model::Labels({{"a", "large"}}), 50, 200'000);
  AddSeries(&frame, model::Labels({{"b", "small"}}), 1, 10);
  AddSeries(&frame, model::Labels({{"c", "none"}}), 0, 0);
  const Collected got = Collect(*client_, {}, {});
  ASSERT_TRUE(got.status.ok());
  EXPECT_EQ(got.lines, Expected());
  EXPECT_GT(got.frames, 5u);

  size_t largest = 0, count = 0;
  internal::FrameWriter writer(64, [&](Buffer message, bool) {
    largest = std::max(largest, message.size());
    ++count;
    return OkStatus();
  });
  ASSERT_TRUE(writer.Write(frame).ok());
  EXPECT_LT(largest, internal::kMessageBytesTarget + 10'000);
  EXPECT_GT(count, 9u);
}

TEST_F(StoreRpcTest, RequestsArriveWhole) {
  SeriesRequest request;
  request.range = {-1, 1767225600000};
  request.matchers = {model::Matcher::Equal("__name__", "up"),
                      *model::Matcher::Create(model::MatchType::kRegex, "j", "a|b")};
  request.max_resolution_window_ms = 300'000;
  request.aggregates = {series::Aggregate::kRaw, series::Aggregate::kCounter};
  request.partial_response = PartialResponse::kAbort;
  request.skip_chunks = true;
  request.hints.step_ms = 15'000;
  request.hints.range_ms = 60'000;
  request.hints.function = "rate";
  request.hints.by = true;
  request.hints.grouping = {"job"};
  request.hints.has_projection = true;
  request.hints.projection_include = true;
  request.hints.projection_labels = {"job"};
  request.shard = {1, 3, true, {"job"}};
  request.without_replica_labels = {"replica"};
  request.limit = 5;
  request.response_batch_size = 64;
  request.block_matchers = {model::Matcher::Equal("__block_id", "01H")};
  request.enable_query_stats = true;
  RequestContext context;
  context.tenant = "team-a";
  context.request_id = "01REQ";
  ASSERT_TRUE(Collect(*client_, request, context).status.ok());

  const SeriesRequest& seen = fake_.last_request;
  EXPECT_EQ(seen.range, request.range);
  EXPECT_EQ(seen.matchers, request.matchers);
  EXPECT_EQ(seen.max_resolution_window_ms, 300'000);
  EXPECT_EQ(seen.aggregates, request.aggregates);
  EXPECT_EQ(seen.partial_response, PartialResponse::kAbort);
  EXPECT_TRUE(seen.skip_chunks);
  EXPECT_EQ(seen.hints.step_ms, 15'000);
  EXPECT_EQ(seen.hints.range_ms, 60'000);
  EXPECT_EQ(seen.hints.function, "rate");
  EXPECT_EQ(seen.hints.grouping, request.hints.grouping);
  EXPECT_EQ(seen.hints.projection_labels, request.hints.projection_labels);
  EXPECT_TRUE(seen.hints.has_projection);
  EXPECT_EQ(seen.shard.total_shards, 3);
  EXPECT_EQ(seen.shard.labels, request.shard.labels);
  EXPECT_EQ(seen.without_replica_labels, request.without_replica_labels);
  EXPECT_EQ(seen.limit, 5);
  EXPECT_EQ(seen.block_matchers, request.block_matchers);
  EXPECT_TRUE(seen.enable_query_stats);
  EXPECT_EQ(fake_.last_context.tenant, "team-a");
  EXPECT_EQ(fake_.last_context.request_id, "01REQ");
}

TEST_F(StoreRpcTest, WarningsAndHintsTravel) {
  SeriesFrame& frame = fake_.frames.emplace_back();
  frame.warnings.AddWarning("block 01H is gone");
  frame.hints = wire::EncodeResponseHints(wire::HintsOf::kSeries, {{"01H"}, std::nullopt});
  AddSeries(&frame, model::Labels({{"a", "b"}}), 1, 10);
  const Collected got = Collect(*client_, {}, {});
  EXPECT_EQ(got.warnings, std::vector<std::string>{"block 01H is gone"});
  EXPECT_EQ(got.hints, frame.hints);
  EXPECT_EQ(got.lines, Expected());
}

TEST_F(StoreRpcTest, LabelCallsTravelBothWays) {
  fake_.labels.values = {"a", "b", "c"};
  fake_.labels.warnings.AddWarning("partial");
  LabelValuesRequest request;
  request.label = "job";
  request.range = {1, 2};
  request.matchers = {model::Matcher::NotEqual("x", "y")};
  request.partial_response = PartialResponse::kAbort;
  request.without_replica_labels = {"r"};
  request.limit = 3;
  request.block_matchers = {model::Matcher::Equal("__block_id", "01H")};
  for (const bool values : {true, false}) {
    const auto got = values ? client_->LabelValues(request, {}) : client_->LabelNames(request, {});
    ASSERT_TRUE(got.ok()) << got.status().ToString();
    EXPECT_EQ(got->values, fake_.labels.values);
    EXPECT_EQ(got->warnings.warnings(), std::vector<std::string>{"partial"});
    EXPECT_EQ(fake_.last_labels.label, values ? "job" : "");
    EXPECT_EQ(fake_.last_labels.range, request.range);
    EXPECT_EQ(fake_.last_labels.matchers, request.matchers);
    EXPECT_EQ(fake_.last_labels.block_matchers, request.block_matchers);
    EXPECT_EQ(fake_.last_labels.partial_response, PartialResponse::kAbort);
    EXPECT_EQ(fake_.last_labels.limit, 3);
  }
  fake_.labels.values = {"b", "a", "b"};
  EXPECT_EQ(client_->LabelNames(request, {})->values, (std::vector<std::string>{"a", "b"}));
}

TEST_F(StoreRpcTest, ErrorsKeepTheirCodes) {
  fake_.fail = ResourceExhaustedError("limit of series: 10");
  EXPECT_EQ(Collect(*client_, {}, {}).status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(client_->LabelNames({}, {}).status().code(), StatusCode::kResourceExhausted);
  fake_.fail = OkStatus();
  fake_.fail_at_end = AbortedError("block is gone");
  AddSeries(&fake_.frames.emplace_back(), model::Labels({{"a", "b"}}), 1, 10);
  const Collected got = Collect(*client_, {}, {});
  EXPECT_EQ(got.status.code(), StatusCode::kAborted);
  EXPECT_NE(got.status.message().find("block is gone"), std::string::npos);
  EXPECT_NE(got.status.message().find(server_->address()), std::string::npos);
}

TEST_F(StoreRpcTest, CancelReachesTheStore) {
  fake_.hang_at_end = true;
  CancelSource source;
  RequestContext context;
  context.cancel = source.Token();
  std::thread canceller([&] {
    std::this_thread::sleep_for(milliseconds(100));
    source.Cancel();
  });
  EXPECT_EQ(Collect(*client_, {}, context).status.code(), StatusCode::kCancelled);
  canceller.join();
  for (int i = 0; i < 2000 && !fake_.saw_cancel; ++i) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_TRUE(fake_.saw_cancel.load());
}

TEST_F(StoreRpcTest, SilentPeersTimeOut) {
  fake_.hang_at_end = true;
  AddSeries(&fake_.frames.emplace_back(), model::Labels({{"a", "b"}}), 1, 10);
  Connect(100);
  const Collected got = Collect(*client_, {}, {});
  EXPECT_EQ(got.status.code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(got.lines, Expected());
}

TEST_F(StoreRpcTest, PeersThatStopInTheMiddleAreUnavailable) {
  fake_.hang_at_end = true;
  AddSeries(&fake_.frames.emplace_back(), model::Labels({{"a", "b"}}), 1, 10);
  auto stream = client_->Series({}, {});
  ASSERT_TRUE(stream.ok());
  SeriesFrame frame;
  ASSERT_TRUE(*(*stream)->Next(&frame));
  server_->Stop(0);
  EXPECT_FALSE((*stream)->Next(&frame).ok());
  EXPECT_EQ(client_->LabelNames({}, {}).status().code(), StatusCode::kUnavailable);
}

TEST_F(StoreRpcTest, GarbageIsRefusedNotTrusted) {
  net::GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  net::GrpcServer liar(options);
  liar.AddServerStream(
      "/thanos.Store/Series",
      [](const net::ServerCall&, const Buffer&, net::GrpcStreamWriter& writer) -> Status {
        for (int i = 0; i < 1000; ++i)
          RETURN_IF_ERROR(writer.Write(Buffer("\x0a\x7fgarbage" + std::string(50'000, 'x'))));
        return OkStatus();
      });
  ASSERT_TRUE(liar.Start().ok());
  auto channel = net::GrpcChannel::Create(liar.address(), {});
  const auto client = MakeStoreClient(*channel, {"liar", 0, nullptr});
  const Collected got = Collect(*client, {}, {});
  EXPECT_EQ(got.status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(client->LabelNames({}, {}).status().code(), StatusCode::kUnimplemented);
}

TEST_F(StoreRpcTest, BytesAreChargedToTheQuery) {
  AddSeries(&fake_.frames.emplace_back(), model::Labels({{"a", "b"}}), 10, 50'000);
  MemoryAccountant roomy;
  RequestContext context;
  context.accountant = &roomy;
  {
    auto stream = client_->Series({}, context);
    SeriesFrame frame;
    ASSERT_TRUE(*(*stream)->Next(&frame));
    EXPECT_GE(roomy.used_bytes(), 500'000u);
    const series::EncodedChunk chunk = frame.chunks[0];
    EXPECT_EQ(chunk.data, std::string(50'000, 'a'));
  }
  EXPECT_EQ(roomy.used_bytes(), 0u);
  MemoryAccountant tight(100'000);
  context.accountant = &tight;
  EXPECT_EQ(Collect(*client_, {}, context).status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(tight.used_bytes(), 0u);
}

TEST(StoreClient, WithoutAChannelIsUnavailable) {
  const auto client = MakeStoreClient(ChannelPicker([] { return nullptr; }), {"group", 0, nullptr});
  EXPECT_EQ(client->Series({}, {}).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(client->LabelNames({}, {}).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(client->Name(), "group");
}

}  // namespace
}  // namespace aion::store
