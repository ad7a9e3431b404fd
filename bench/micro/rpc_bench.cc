// The store's gRPC path over loopback: frames of 64 series from a Store in memory, through the
// service, the wire and the client, to frames again. Arguments: bytes of a chunk, response batch
// size. Bytes are those of chunk data.

#include <benchmark/benchmark.h>

#include "net/grpc_channel.h"
#include "net/grpc_server.h"
#include "store/rpc/store_client.h"
#include "store/rpc/store_service.h"
#include "wire/prometheus_json.h"

namespace aion {
namespace {

constexpr int kFrameSeries = 64;
constexpr int kChunksPerSeries = 2;

store::SeriesFrame MakeFrame(size_t chunk_bytes) {
  store::SeriesFrame frame;
  const Buffer data(std::string(chunk_bytes, 'x'));
  frame.pages.push_back(data);
  for (int i = 0; i < kFrameSeries; ++i) {
    const model::Labels labels({{"__name__", "http_requests_total"},
                                {"code", "200"},
                                {"instance", "10.0.0." + std::to_string(100 + i) + ":9100"},
                                {"job", "api-server"},
                                {"namespace", "production"}});
    const Buffer packed(labels.packed());
    frame.pages.push_back(packed);
    store::FrameSeries series{model::LabelsView(packed.view()),
                              static_cast<uint32_t>(frame.chunks.size()), 0};
    for (int c = 0; c < kChunksPerSeries; ++c) {
      frame.chunks.push_back(
          {c * 1000, c * 1000 + 999, data.view(), series::Encoding::kXor, series::Aggregate::kRaw});
    }
    series.chunk_end = static_cast<uint32_t>(frame.chunks.size());
    frame.series.push_back(series);
  }
  return frame;
}

class RepeatingStore : public store::Store {
 public:
  RepeatingStore(size_t chunk_bytes, int frames)
      : frame_(MakeFrame(chunk_bytes)), frames_(frames) {}
  std::string Name() const override { return "bench"; }
  store::StoreInfo Info() const override { return {}; }
  StatusOr<std::unique_ptr<store::SeriesStream>> Series(const store::SeriesRequest&,
                                                        const store::RequestContext&) override {
    return std::unique_ptr<store::SeriesStream>(std::make_unique<Stream>(this));
  }
  StatusOr<store::LabelsResponse> LabelNames(const store::LabelNamesRequest&,
                                             const store::RequestContext&) override {
    return store::LabelsResponse();
  }
  StatusOr<store::LabelsResponse> LabelValues(const store::LabelValuesRequest&,
                                              const store::RequestContext&) override {
    return store::LabelsResponse();
  }

 private:
  class Stream : public store::SeriesStream {
   public:
    explicit Stream(const RepeatingStore* store) : store_(store) {}
    StatusOr<bool> Next(store::SeriesFrame* frame) override {
      if (sent_++ == store_->frames_) return false;
      *frame = store_->frame_;
      return true;
    }

   private:
    const RepeatingStore* const store_;
    int sent_ = 0;
  };

  const store::SeriesFrame frame_;
  const int frames_;
};

void BM_SeriesOverGrpc(benchmark::State& state) {
  const auto chunk_bytes = static_cast<size_t>(state.range(0));
  constexpr int kFrames = 200;
  RepeatingStore source(chunk_bytes, kFrames);
  net::GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  net::GrpcServer server(options);
  store::RegisterStore(server, source);
  if (!server.Start().ok()) return state.SkipWithError("cannot listen");
  const auto channel = net::GrpcChannel::Create(server.address(), {});
  const auto client = store::MakeStoreClient(*channel, {"bench", 0, nullptr});
  store::SeriesRequest request;
  request.response_batch_size = state.range(1);
  uint64_t bytes = 0, series = 0;
  for (auto _ : state) {
    auto stream = client->Series(request, {});
    store::SeriesFrame frame;
    while (true) {
      const auto more = (*stream)->Next(&frame);
      if (!more.ok()) return state.SkipWithError(more.status().ToString().c_str());
      if (!*more) break;
      series += frame.series.size();
      for (const auto& chunk : frame.chunks) bytes += chunk.data.size();
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
  state.SetItemsProcessed(static_cast<int64_t>(series));
}
BENCHMARK(BM_SeriesOverGrpc)->ArgsProduct({{120, 500, 4000}, {0, 64}})->UseRealTime();

void BM_MatrixJson(benchmark::State& state) {
  model::Matrix matrix;
  for (int s = 0; s < 100; ++s) {
    model::Series& series = matrix.emplace_back();
    series.labels = model::Labels({{"__name__", "x"}, {"id", std::to_string(s)}});
    for (int i = 0; i < 1000; ++i) {
      const double value = state.range(0) == 0 ? i * 15.0 : s * 1.37 + i / 7.0;
      series.floats.push_back({1767225600000 + i * 15000 + state.range(0) * 250, value});
    }
  }
  const model::QueryValue value = std::move(matrix);
  uint64_t bytes = 0;
  for (auto _ : state) {
    std::string json;
    wire::AppendQueryValueJson(&json, value);
    bytes += json.size();
    benchmark::DoNotOptimize(json);
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(BM_MatrixJson)->Arg(0)->Arg(1);

}  // namespace
}  // namespace aion

BENCHMARK_MAIN();
