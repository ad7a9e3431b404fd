#include "net/internal/grpc_wire.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>

#include <memory>
#include <mutex>

#include "base/compression.h"
#include "base/env.h"

namespace aion::net::internal {
namespace {

/// Smaller messages are cheaper to copy than to count.
constexpr size_t kCopyBytesMax = 512;
/// Status texts travel percent-encoded in a header that peers limit to 8 KiB.
constexpr size_t kStatusTextMax = 4000;
constexpr uint64_t kPemBytesMax = 1 << 20;

}  // namespace

void InitGrpc() {
  static std::once_flag once;
  // Compat: gRPC logs an error for every request of a peer that compresses with "snappy", which
  // works.
  std::call_once(once, [] {
    gpr_set_log_function([](gpr_log_func_args*) {});
    // Held for the life of the process: the library shuts down with its last user otherwise, which
    // takes seconds.
    grpc_init();
  });
}

StatusOr<Buffer> TakeBytes(grpc::ByteBuffer* bytes) {
  if (!bytes->Valid() || bytes->Length() == 0) {
    bytes->Clear();
    return Buffer();
  }
  auto slice = std::make_shared<grpc::Slice>();
  grpc::Status status = bytes->TrySingleSlice(slice.get());
  if (!status.ok()) status = bytes->DumpToSingleSlice(slice.get());
  bytes->Clear();
  if (!status.ok()) return InternalError("grpc: message cannot be read: " + status.error_message());
  const std::string_view view(reinterpret_cast<const char*>(slice->begin()), slice->size());
  if (!IsSnappyFramed(view)) return Buffer(std::move(slice), view);
  auto unpacked = SnappyUnframe(view, kGrpcMessageBytesMax);
  if (!unpacked.ok())
    return InternalError("grpc: message cannot be unpacked: " +
                         std::string(unpacked.status().message()));
  return Buffer(*std::move(unpacked));
}

grpc::ByteBuffer GiveBytes(const Buffer& bytes) {
  if (bytes.size() <= kCopyBytesMax) {
    const grpc::Slice slice(bytes.view().data(), bytes.size());
    return grpc::ByteBuffer(&slice, 1);
  }
  auto* held = new Buffer(bytes);
  const grpc::Slice slice(
      const_cast<char*>(held->view().data()), held->size(),
      [](void* held) { delete static_cast<Buffer*>(held); }, held);
  return grpc::ByteBuffer(&slice, 1);
}

grpc::Status ToGrpc(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message().substr(0, kStatusTextMax)));
}

Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return OkStatus();
  const int code = static_cast<int>(status.error_code());
  if (code < 1 || code > 16) return UnknownError(status.error_message());
  return Status(static_cast<StatusCode>(code), status.error_message());
}

MethodName::MethodName(std::string path, bool server_stream) : path_(std::move(path)) {
  const std::string_view view(path_);
  const size_t slash = view.rfind('/');
  method_.service = view.substr(1, slash - 1);
  method_.method = view.substr(slash + 1);
  method_.server_stream = server_stream;
}

std::string ListenAddress(std::string_view address) {
  return address.starts_with(':') ? "0.0.0.0" + std::string(address) : std::string(address);
}

StatusOr<std::string> ReadPem(const std::string& path) {
  if (path.empty()) return std::string();
  return ReadFile(Env::Posix(), path, kPemBytesMax);
}

}  // namespace aion::net::internal
