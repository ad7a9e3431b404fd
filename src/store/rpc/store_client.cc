#include "store/rpc/store_client.h"

#include <algorithm>

#include "net/grpc_typed.h"
#include "store/rpc/frame_conversion.h"
#include "store/rpc/request_conversion.h"

namespace aion::store {
namespace {

/// Messages that are there already are gathered up to this much before a frame is handed on.
constexpr size_t kFrameBytesTarget = 256 << 10;

class ClientStream final : public SeriesStream {
 public:
  ClientStream(std::shared_ptr<net::GrpcChannel> channel, std::unique_ptr<net::GrpcStream> stream,
               std::string name, MemoryAccountant* accountant)
      : channel_(std::move(channel)),
        stream_(std::move(stream)),
        name_(std::move(name)),
        reader_(accountant) {}

  StatusOr<bool> Next(SeriesFrame* frame) override {
    if (at_end_) return false;
    Buffer message;
    do {
      auto more = stream_->Read(&message);
      if (!more.ok()) return more.status().WithContext("receive series from " + name_);
      at_end_ = !*more;
      if (at_end_) break;
      if (Status status = reader_.Add(std::move(message)); !status.ok()) {
        stream_.reset();
        return status.WithContext("receive series from " + name_);
      }
    } while (reader_.empty() || (reader_.message_bytes() < kFrameBytesTarget && stream_->Ready()));
    if (reader_.empty()) return false;
    reader_.Take(frame);
    return true;
  }

 private:
  const std::shared_ptr<net::GrpcChannel> channel_;
  std::unique_ptr<net::GrpcStream> stream_;
  const std::string name_;
  internal::FrameReader reader_;
  bool at_end_ = false;
};

class StoreClient final : public Store {
 public:
  StoreClient(ChannelPicker picker, StoreClientOptions options)
      : picker_(std::move(picker)), options_(std::move(options)) {}

  std::string Name() const override { return options_.name; }
  StoreInfo Info() const override { return options_.info ? options_.info() : StoreInfo(); }

  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest& request,
                                                 const RequestContext& context) override {
    RETURN_IF_ERROR(context.cancel.Check());
    ASSIGN_OR_RETURN(std::shared_ptr<net::GrpcChannel> channel, Pick());
    net::GrpcCallOptions call = internal::CallOptionsOf(context);
    call.frame_timeout_ms = options_.frame_timeout_ms;
    auto stream = channel->ServerStream("/thanos.Store/Series",
                                        Buffer(Encode(internal::ToWire(request))), call);
    return std::unique_ptr<SeriesStream>(std::make_unique<ClientStream>(
        std::move(channel), std::move(stream), options_.name, context.accountant));
  }

  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest& request,
                                      const RequestContext& context) override {
    return Labels("/thanos.Store/LabelNames", internal::ToWire(request), context);
  }

  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest& request,
                                       const RequestContext& context) override {
    return Labels("/thanos.Store/LabelValues", internal::ToWire(request), context);
  }

 private:
  StatusOr<std::shared_ptr<net::GrpcChannel>> Pick() {
    std::shared_ptr<net::GrpcChannel> channel = picker_();
    if (channel == nullptr) return UnavailableError("no connection to " + options_.name);
    return channel;
  }

  template <typename Request>
  StatusOr<LabelsResponse> Labels(std::string_view path, const Request& request,
                                  const RequestContext& context) {
    ASSIGN_OR_RETURN(const std::shared_ptr<net::GrpcChannel> channel, Pick());
    auto message = net::CallUnary<wire::LabelsResponse>(*channel, path, request,
                                                        internal::CallOptionsOf(context));
    if (!message.ok()) return message.status().WithContext("fetch labels from " + options_.name);
    LabelsResponse response;
    response.values = std::move(message->values);
    if (!std::is_sorted(response.values.begin(), response.values.end())) {
      std::sort(response.values.begin(), response.values.end());
    }
    response.values.erase(std::unique(response.values.begin(), response.values.end()),
                          response.values.end());
    for (std::string& warning : message->warnings) response.warnings.AddWarning(std::move(warning));
    response.hints = std::move(message->hints);
    return response;
  }

  const ChannelPicker picker_;
  const StoreClientOptions options_;
};

}  // namespace

std::shared_ptr<Store> MakeStoreClient(ChannelPicker picker, StoreClientOptions options) {
  return std::make_shared<StoreClient>(std::move(picker), std::move(options));
}

std::shared_ptr<Store> MakeStoreClient(std::shared_ptr<net::GrpcChannel> channel,
                                       StoreClientOptions options) {
  return MakeStoreClient([channel = std::move(channel)] { return channel; }, std::move(options));
}

}  // namespace aion::store
