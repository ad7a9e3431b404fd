#pragma once

// Typed calls over the byte plumbing: a message type M needs, found by argument-dependent lookup,
//
//   std::string Encode(const M&);
//   Status Decode(std::string_view bytes, M* message);
//
// which the messages of `wire` have. With it a service is one line a method:
//
//   AddUnary<InfoRequest, InfoResponse>(server, "/thanos.info.Info/Info", [&](const ServerCall&,
//   const InfoRequest&) {…});

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "net/grpc_channel.h"
#include "net/grpc_server.h"

namespace aion::net {

template <typename Request, typename Response>
void AddUnary(GrpcServer& server, std::string path,
              std::function<StatusOr<Response>(const ServerCall&, const Request&)> handler) {
  server.AddUnary(std::move(path),
                  [handler = std::move(handler)](const ServerCall& call,
                                                 const Buffer& bytes) -> StatusOr<Buffer> {
                    Request request;
                    RETURN_IF_ERROR(Decode(bytes.view(), &request));
                    ASSIGN_OR_RETURN(const Response response, handler(call, request));
                    return Buffer(Encode(response));
                  });
}

/// Sends the messages of one streaming call.
template <typename Response>
class TypedWriter {
 public:
  explicit TypedWriter(GrpcStreamWriter* writer) : writer_(writer) {}
  Status Write(const Response& response) { return writer_->Write(Buffer(Encode(response))); }

 private:
  GrpcStreamWriter* writer_;
};

template <typename Request, typename Response>
void AddServerStream(
    GrpcServer& server, std::string path,
    std::function<Status(const ServerCall&, const Request&, TypedWriter<Response>&)> handler) {
  server.AddServerStream(std::move(path),
                         [handler = std::move(handler)](const ServerCall& call, const Buffer& bytes,
                                                        GrpcStreamWriter& raw) -> Status {
                           Request request;
                           RETURN_IF_ERROR(Decode(bytes.view(), &request));
                           TypedWriter<Response> writer(&raw);
                           return handler(call, request, writer);
                         });
}

template <typename Response, typename Request>
StatusOr<Response> CallUnary(GrpcChannel& channel, std::string_view path, const Request& request,
                             const GrpcCallOptions& options) {
  ASSIGN_OR_RETURN(const Buffer bytes, channel.Unary(path, Buffer(Encode(request)), options));
  Response response;
  RETURN_IF_ERROR(Decode(bytes.view(), &response));
  return response;
}

/// Calls `each` with every message of the stream; its first error ends the call and is returned.
template <typename Response, typename Request>
Status CallServerStream(GrpcChannel& channel, std::string_view path, const Request& request,
                        const GrpcCallOptions& options,
                        const std::function<Status(Response&)>& each) {
  const std::unique_ptr<GrpcStream> stream =
      channel.ServerStream(path, Buffer(Encode(request)), options);
  Buffer bytes;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, stream->Read(&bytes));
    if (!more) return OkStatus();
    Response response;
    RETURN_IF_ERROR(Decode(bytes.view(), &response));
    RETURN_IF_ERROR(each(response));
  }
}

}  // namespace aion::net
