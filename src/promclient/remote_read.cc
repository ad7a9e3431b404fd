#include "promclient/remote_read.h"

#include <fmt/core.h>

#include <atomic>
#include <optional>
#include <thread>

#include "base/compression.h"
#include "promclient/frame_splitter.h"
#include "promclient/read_messages.h"
#include "runtime/bounded_queue.h"

namespace aion::promclient {
namespace {

constexpr std::string_view kStreamedType =
    "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse";
constexpr std::string_view kSampledType = "application/x-protobuf";

// Bytes with the charge that ends when the last page or frame of them does.
struct ChargedBytes {
  std::string bytes;
  MemoryCharge charge;
};

StatusOr<Buffer> Charged(std::string bytes, MemoryAccountant* accountant) {
  auto owner = std::make_shared<ChargedBytes>();
  owner->bytes = std::move(bytes);
  owner->charge = MemoryCharge(accountant);
  RETURN_IF_ERROR(owner->charge.Add(owner->bytes.capacity(), "remote read"));
  const std::string_view view = owner->bytes;
  return Buffer(std::move(owner), view);
}

class Stream : public ReadStream {
 public:
  Stream(std::shared_ptr<PrometheusClient> client, std::string body, const CancelToken& cancel,
         MemoryAccountant* accountant)
      : client_(std::move(client)),
        body_(std::move(body)),
        cancel_(cancel),
        accountant_(accountant),
        queue_(kReadAheadBytesMax),
        thread_([this] { queue_.Close(Produce()); }) {}

  ~Stream() override {
    cancel_.Cancel();
    queue_.Abandon();
    thread_.join();
  }

  StatusOr<bool> Next(ReadPage* page) override {
    ASSIGN_OR_RETURN(std::optional<ReadPage> next, queue_.Pop(cancel_.Token()));
    if (!next.has_value()) return false;
    *page = *std::move(next);
    return true;
  }
  uint64_t frame_count() const override { return frame_count_.load(std::memory_order_relaxed); }

 private:
  Status Produce() {
    net::HttpRequest request;
    request.method = "POST";
    request.url = client_->UrlOf("/api/v1/read");
    request.headers.Set("Content-Encoding", "snappy");
    request.headers.Set("Content-Type", "application/x-stream-protobuf");
    request.headers.Set("X-Prometheus-Remote-Read-Version", "0.1.0");
    request.body = body_;
    request.response_bytes_max = UINT64_MAX;  // Streamed: what is held is bounded by the queue.
    request.accept_gzip = false;
    auto response = client_->http().DoStream(
        request, [this](std::string_view piece) { return Take(piece); }, cancel_.Token(),
        [this](const net::HttpResponse& head) { return Begin(head); });
    if (!response.ok()) return response.status().WithContext("send request");
    if (response->code / 100 != 2) {
      return Status(CodeOfHttp(response->code),
                    fmt::format("request failed with code {}; msg {}", response->code,
                                response->body.substr(0, 4096)));
    }
    if (!streamed_ && !sampled_) {
      return UnimplementedError("not supported remote read content type: " +
                                std::string(response->headers.Get("Content-Type")));
    }
    return sampled_ ? PushSamples() : FinishStreamed();
  }

  // Whether the body is wanted piece by piece.
  bool Begin(const net::HttpResponse& head) {
    if (head.code / 100 != 2) return false;
    const std::string_view type = head.headers.Get("Content-Type");
    streamed_ = type.starts_with(kStreamedType);
    sampled_ = type.starts_with(kSampledType);
    return streamed_ || sampled_;
  }

  Status Take(std::string_view piece) {
    if (sampled_) {
      if (sampled_body_.size() + piece.size() > kSampledBytesMax) {
        return ResourceExhaustedError("remote read: answer in samples is over " +
                                      std::to_string(kSampledBytesMax) + " bytes; ask for less");
      }
      sampled_body_.append(piece);
      return OkStatus();
    }
    const Status status = splitter_.Feed(piece);
    frame_count_.store(splitter_.frame_count(), std::memory_order_relaxed);
    if (splitter_.ready_bytes() >= kPageBytes ||
        (splitter_.ready_bytes() != 0 && queue_.size() == 0)) {
      RETURN_IF_ERROR(PushReady());
    }
    return status;
  }

  Status FinishStreamed() {
    if (splitter_.ready_bytes() != 0) RETURN_IF_ERROR(PushReady());
    return splitter_.Finish();
  }

  Status PushReady() {
    FramePage ready = splitter_.TakeReady();
    ReadPage page;
    ASSIGN_OR_RETURN(page.bytes, Charged(std::move(ready.bytes), accountant_));
    page.frames.reserve(ready.frames.size());
    for (const FramePage::Frame& frame : ready.frames) {
      page.frames.push_back(page.bytes.view().substr(frame.offset, frame.size));
    }
    const size_t cost = page.bytes.size();
    return queue_.Push(std::move(page), cancel_.Token(), cost);
  }

  Status PushSamples() {
    auto unpacked = SnappyDecompress(sampled_body_, kSampledBytesMax);
    if (!unpacked.ok()) return unpacked.status().WithContext("decompress response");
    sampled_body_ = {};
    ReadPage page;
    ASSIGN_OR_RETURN(page.bytes, Charged(*std::move(unpacked), accountant_));
    page.frames.push_back(page.bytes.view());
    page.is_sampled = true;
    frame_count_.store(1, std::memory_order_relaxed);
    return queue_.Push(std::move(page), cancel_.Token());
  }

  const std::shared_ptr<PrometheusClient> client_;
  const std::string body_;
  CancelSource cancel_;
  MemoryAccountant* const accountant_;
  runtime::BoundedQueue<ReadPage> queue_;
  std::atomic<uint64_t> frame_count_{0};

  // Of the producing thread:
  bool streamed_ = false;
  bool sampled_ = false;
  FrameSplitter splitter_;
  std::string sampled_body_;

  std::thread thread_;  // Last: it uses everything above.
};

}  // namespace

std::unique_ptr<ReadStream> StartRemoteRead(std::shared_ptr<PrometheusClient> client,
                                            const std::vector<model::Matcher>& matchers,
                                            const model::QueryRange& range,
                                            const CancelToken& cancel,
                                            MemoryAccountant* accountant) {
  std::string body = SnappyCompress(EncodeReadRequest(matchers, range));
  return std::make_unique<Stream>(std::move(client), std::move(body), cancel, accountant);
}

}  // namespace aion::promclient
