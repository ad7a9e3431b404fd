#include "fleet/rpc_services.h"

#include "fleet/codec.h"
#include "net/grpc_typed.h"

namespace aion::fleet {
namespace {

// Warnings go first, each as a message of its own.
template <typename Message>
Status WriteWarnings(const model::Warnings& warnings, net::TypedWriter<Message>& writer) {
  for (const std::string& warning : warnings.warnings()) {
    Message message;
    message.warning = warning;
    RETURN_IF_ERROR(writer.Write(message));
  }
  return OkStatus();
}

}  // namespace

store::RequestContext ContextOf(const net::ServerCall& call) {
  store::RequestContext context;
  context.cancel = call.cancel;
  context.tenant = std::string(call.Metadata(net::kTenantMetadataKey));
  context.request_id = std::string(call.Metadata(net::kRequestIdMetadataKey));
  return context;
}

void RegisterInfo(net::GrpcServer& server, InfoApi& api) {
  net::AddUnary<InfoRequest, InfoAnswer>(server, "/thanos.info.Info/Info",
                                         [&api](const net::ServerCall& call, const InfoRequest&) {
                                           return api.Info(ContextOf(call));
                                         });
}

void RegisterRules(net::GrpcServer& server, RulesApi& api) {
  net::AddServerStream<RulesRequest, RulesMessage>(
      server, "/thanos.Rules/Rules",
      [&api](const net::ServerCall& call, const RulesRequest& request,
             net::TypedWriter<RulesMessage>& writer) -> Status {
        ASSIGN_OR_RETURN(RulesResponse response, api.Rules(request, ContextOf(call)));
        RETURN_IF_ERROR(WriteWarnings(response.warnings, writer));
        for (RuleGroup& group : response.groups) {
          RulesMessage message;
          message.group = std::move(group);
          RETURN_IF_ERROR(writer.Write(message));
        }
        return OkStatus();
      });
}

void RegisterTargets(net::GrpcServer& server, TargetsApi& api) {
  net::AddServerStream<TargetsRequest, TargetsMessage>(
      server, "/thanos.Targets/Targets",
      [&api](const net::ServerCall& call, const TargetsRequest& request,
             net::TypedWriter<TargetsMessage>& writer) -> Status {
        ASSIGN_OR_RETURN(TargetsResponse response, api.Targets(request, ContextOf(call)));
        RETURN_IF_ERROR(WriteWarnings(response.warnings, writer));
        TargetsMessage message;
        message.targets = std::move(response);
        return writer.Write(message);
      });
}

void RegisterMetadata(net::GrpcServer& server, MetadataApi& api) {
  net::AddServerStream<MetadataRequest, MetadataMessage>(
      server, "/thanos.Metadata/MetricMetadata",
      [&api](const net::ServerCall& call, const MetadataRequest& request,
             net::TypedWriter<MetadataMessage>& writer) -> Status {
        ASSIGN_OR_RETURN(MetadataResponse response, api.MetricMetadata(request, ContextOf(call)));
        RETURN_IF_ERROR(WriteWarnings(response.warnings, writer));
        MetadataMessage message;
        message.metadata = std::move(response);
        return writer.Write(message);
      });
}

void RegisterExemplars(net::GrpcServer& server, ExemplarsApi& api) {
  net::AddServerStream<ExemplarsRequest, ExemplarsMessage>(
      server, "/thanos.Exemplars/Exemplars",
      [&api](const net::ServerCall& call, const ExemplarsRequest& request,
             net::TypedWriter<ExemplarsMessage>& writer) -> Status {
        ASSIGN_OR_RETURN(ExemplarsResponse response, api.Exemplars(request, ContextOf(call)));
        RETURN_IF_ERROR(WriteWarnings(response.warnings, writer));
        for (ExemplarSeries& series : response.series) {
          ExemplarsMessage message;
          message.series = std::move(series);
          RETURN_IF_ERROR(writer.Write(message));
        }
        return OkStatus();
      });
}

void RegisterStatus(net::GrpcServer& server, StatusApi& api) {
  net::AddServerStream<TsdbStatusRequest, TsdbStatusMessage>(
      server, "/thanos.Status/TSDBStatistics",
      [&api](const net::ServerCall& call, const TsdbStatusRequest& request,
             net::TypedWriter<TsdbStatusMessage>& writer) -> Status {
        ASSIGN_OR_RETURN(TsdbStatusResponse response, api.TsdbStatus(request, ContextOf(call)));
        RETURN_IF_ERROR(WriteWarnings(response.warnings, writer));
        TsdbStatusMessage message;
        message.statistics = std::move(response);
        return writer.Write(message);
      });
}

}  // namespace aion::fleet
