#include "fleet/rpc_clients.h"

#include "fleet/codec.h"
#include "net/grpc_typed.h"

namespace aion::fleet {
namespace {

// Where to call, and how often to try.
struct Target {
  ChannelPicker picker;
  int attempts = 1;
};

// Runs `call` on the next channel until it gives anything but "unavailable, nothing came".
Status WithRetries(const Target& target,
                   const std::function<Status(net::GrpcChannel&, bool* has_begun)>& call) {
  for (int attempt = 1;; ++attempt) {
    const std::shared_ptr<net::GrpcChannel> channel = target.picker();
    if (channel == nullptr) return UnavailableError("endpoint group has no addresses");
    bool has_begun = false;
    Status status = call(*channel, &has_begun);
    if (status.code() != StatusCode::kUnavailable || has_begun || attempt >= target.attempts)
      return status;
  }
}

// Calls a streaming method and gives each message that is not a warning to `take`.
template <typename Message, typename Request>
Status CallStream(const Target& target, std::string_view path, const Request& request,
                  const RequestContext& context, model::Warnings* warnings,
                  const std::function<void(Message&)>& take) {
  return WithRetries(target, [&](net::GrpcChannel& channel, bool* has_begun) {
    return net::CallServerStream<Message, Request>(
        channel, path, request, CallOptionsOf(context), [&](Message& message) -> Status {
          *has_begun = true;
          if (message.warning.empty()) {
            take(message);
          } else {
            warnings->AddWarning(std::move(message.warning));
          }
          return OkStatus();
        });
  });
}

class RpcClients : public InfoApi,
                   public RulesApi,
                   public TargetsApi,
                   public MetadataApi,
                   public ExemplarsApi,
                   public StatusApi {
 public:
  explicit RpcClients(Target target) : target_(std::move(target)) {}

  StatusOr<InfoAnswer> Info(const RequestContext& context) override {
    InfoAnswer answer;
    RETURN_IF_ERROR(WithRetries(target_, [&](net::GrpcChannel& channel, bool*) -> Status {
      ASSIGN_OR_RETURN(answer, net::CallUnary<InfoAnswer>(channel, "/thanos.info.Info/Info",
                                                          InfoRequest{}, CallOptionsOf(context)));
      return OkStatus();
    }));
    return answer;
  }

  StatusOr<RulesResponse> Rules(const RulesRequest& request,
                                const RequestContext& context) override {
    RulesResponse response;
    RETURN_IF_ERROR(CallStream<RulesMessage>(target_, "/thanos.Rules/Rules", request, context,
                                             &response.warnings, [&](RulesMessage& message) {
                                               if (message.group)
                                                 response.groups.push_back(
                                                     *std::move(message.group));
                                             }));
    return response;
  }

  StatusOr<TargetsResponse> Targets(const TargetsRequest& request,
                                    const RequestContext& context) override {
    TargetsResponse response;
    RETURN_IF_ERROR(CallStream<TargetsMessage>(
        target_, "/thanos.Targets/Targets", request, context, &response.warnings,
        [&](TargetsMessage& message) {
          if (!message.targets) return;
          TargetsResponse& part = *message.targets;
          std::move(part.active.begin(), part.active.end(), std::back_inserter(response.active));
          std::move(part.dropped.begin(), part.dropped.end(), std::back_inserter(response.dropped));
        }));
    return response;
  }

  StatusOr<MetadataResponse> MetricMetadata(const MetadataRequest& request,
                                            const RequestContext& context) override {
    MetadataResponse response;
    RETURN_IF_ERROR(
        CallStream<MetadataMessage>(target_, "/thanos.Metadata/MetricMetadata", request, context,
                                    &response.warnings, [&](MetadataMessage& message) {
                                      if (message.metadata) {
                                        response.metadata.merge(message.metadata->metadata);
                                      }
                                    }));
    return response;
  }

  StatusOr<ExemplarsResponse> Exemplars(const ExemplarsRequest& request,
                                        const RequestContext& context) override {
    ExemplarsResponse response;
    RETURN_IF_ERROR(
        CallStream<ExemplarsMessage>(target_, "/thanos.Exemplars/Exemplars", request, context,
                                     &response.warnings, [&](ExemplarsMessage& message) {
                                       if (message.series)
                                         response.series.push_back(*std::move(message.series));
                                     }));
    return response;
  }

  StatusOr<TsdbStatusResponse> TsdbStatus(const TsdbStatusRequest& request,
                                          const RequestContext& context) override {
    TsdbStatusResponse response;
    RETURN_IF_ERROR(
        CallStream<TsdbStatusMessage>(target_, "/thanos.Status/TSDBStatistics", request, context,
                                      &response.warnings, [&](TsdbStatusMessage& message) {
                                        if (message.statistics) {
                                          response.by_tenant.merge(message.statistics->by_tenant);
                                        }
                                      }));
    return response;
  }

 private:
  const Target target_;
};

}  // namespace

net::GrpcCallOptions CallOptionsOf(const store::RequestContext& context) {
  net::GrpcCallOptions options;
  options.cancel = context.cancel;
  if (!context.tenant.empty())
    options.metadata.emplace(std::string(net::kTenantMetadataKey), context.tenant);
  if (!context.request_id.empty())
    options.metadata.emplace(std::string(net::kRequestIdMetadataKey), context.request_id);
  return options;
}

EndpointClients MakeRpcClients(ChannelPicker picker, int attempts) {
  auto rpc = std::make_shared<RpcClients>(Target{picker, attempts});
  EndpointClients clients;
  clients.info = rpc;
  clients.rules = rpc;
  clients.targets = rpc;
  clients.metadata = rpc;
  clients.exemplars = rpc;
  clients.status = rpc;
  clients.channel = std::move(picker);
  return clients;
}

}  // namespace aion::fleet
