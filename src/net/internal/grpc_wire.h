#pragma once

// The bridge between gRPC's byte buffers and ours, for the .cc files of the gRPC plumbing only.

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/status.h"
#include "net/grpc_observer.h"

namespace aion::net::internal {

/// A message with this many bytes after decompression is refused: what upstream's servers accept.
inline constexpr size_t kGrpcMessageBytesMax = (size_t{1} << 31) - 1;

/// Starts the library for the life of the process and quietens its log.
void InitGrpc();

/// Takes over the received bytes without a copy when they lie in one slice; unpacks framed snappy,
/// which gRPC passes through undecoded. kInternal for bytes that do not unpack.
StatusOr<Buffer> TakeBytes(grpc::ByteBuffer* bytes);
/// Sends the buffer's bytes where they lie; they stay alive until gRPC is done.
grpc::ByteBuffer GiveBytes(const Buffer& bytes);

grpc::Status ToGrpc(const Status& status);
Status FromGrpc(const grpc::Status& status);

/// Keeps the strings that a GrpcMethod views.
class MethodName {
 public:
  MethodName(std::string path, bool server_stream);
  MethodName(MethodName&& other) : MethodName(other.path_, other.method_.server_stream) {}
  const std::string& path() const { return path_; }
  const GrpcMethod& method() const { return method_; }

 private:
  const std::string path_;
  GrpcMethod method_;
};

/// "0.0.0.0:1" from ":1"; others as they are.
std::string ListenAddress(std::string_view address);

StatusOr<std::string> ReadPem(const std::string& path);

}  // namespace aion::net::internal
