#include "store/rpc/store_service.h"

#include <algorithm>

#include "net/grpc_typed.h"
#include "store/rpc/frame_conversion.h"
#include "store/rpc/request_conversion.h"

namespace aion::store {
namespace {

Status ServeSeries(Store& store, const StoreServiceOptions& options, const net::ServerCall& call,
                   const Buffer& bytes, net::GrpcStreamWriter& writer) {
  wire::SeriesRequest message;
  RETURN_IF_ERROR(Decode(bytes.view(), &message));
  ASSIGN_OR_RETURN(const SeriesRequest request, internal::FromWire(message));
  ASSIGN_OR_RETURN(const std::unique_ptr<SeriesStream> stream,
                   store.Series(request, internal::ContextOf(call)));
  internal::FrameWriter out(
      std::min(request.response_batch_size, options.response_batch_size_max),
      [&](Buffer part, bool more) { return writer.Write(std::move(part), more); });
  SeriesFrame frame;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, stream->Next(&frame));
    if (!more) return OkStatus();
    RETURN_IF_ERROR(out.Write(frame));
  }
}

wire::LabelsResponse ToMessage(LabelsResponse response) {
  wire::LabelsResponse message;
  message.values = std::move(response.values);
  message.warnings = response.warnings.warnings();
  message.hints = std::move(response.hints);
  return message;
}

}  // namespace

void RegisterStore(net::GrpcServer& server, Store& store, const StoreServiceOptions& options) {
  server.AddServerStream("/thanos.Store/Series",
                         [&store, options](const net::ServerCall& call, const Buffer& request,
                                           net::GrpcStreamWriter& writer) {
                           return ServeSeries(store, options, call, request, writer);
                         });
  net::AddUnary<wire::LabelNamesRequest, wire::LabelsResponse>(
      server, "/thanos.Store/LabelNames",
      [&store](const net::ServerCall& call,
               const wire::LabelNamesRequest& message) -> StatusOr<wire::LabelsResponse> {
        ASSIGN_OR_RETURN(const LabelNamesRequest request, internal::FromWire(message));
        ASSIGN_OR_RETURN(LabelsResponse response,
                         store.LabelNames(request, internal::ContextOf(call)));
        return ToMessage(std::move(response));
      });
  net::AddUnary<wire::LabelValuesRequest, wire::LabelsResponse>(
      server, "/thanos.Store/LabelValues",
      [&store](const net::ServerCall& call,
               const wire::LabelValuesRequest& message) -> StatusOr<wire::LabelsResponse> {
        ASSIGN_OR_RETURN(const LabelValuesRequest request, internal::FromWire(message));
        ASSIGN_OR_RETURN(LabelsResponse response,
                         store.LabelValues(request, internal::ContextOf(call)));
        return ToMessage(std::move(response));
      });
}

}  // namespace aion::store
