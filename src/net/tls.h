#pragma once

// TLS settings of gRPC clients: what the `--grpc-client-tls-*` and `--grpc-client-server-name`
// flags carry.

#include <string>

namespace aion::net {

struct GrpcClientTls {
  bool enabled = false;
  bool skip_verify = false;
  /// Paths; read when the channel is made. An empty `ca_file` means the system's roots.
  std::string cert_file, key_file, ca_file;
  /// The name in SNI and in the peer's certificate, when not the address's.
  std::string server_name;
};

/// TLS settings of a gRPC server: the `--grpc-server-tls-*` flags.
struct GrpcServerTls {
  std::string cert_file, key_file;  ///< Both or neither.
  std::string client_ca_file;       ///< Given: clients must show a certificate of this CA.
  bool enabled() const { return !cert_file.empty(); }
};

}  // namespace aion::net
