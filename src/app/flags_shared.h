#pragma once

// Rows that several commands share, as arrays to be joined into their tables. Internal to the
// tables.

#include <array>
#include <cstddef>

#include "config/flag.h"

namespace aion::app::rows {

using config::FlagEffect;
using config::FlagKind;
using config::FlagSpec;

/// One array from several, in order.
template <size_t... kSizes>
constexpr auto Join(const std::array<FlagSpec, kSizes>&... parts) {
  std::array<FlagSpec, (kSizes + ...)> all{};
  size_t at = 0;
  const auto append = [&](const auto& part) {
    for (const FlagSpec& row : part) all[at++] = row;
  };
  (append(parts), ...);
  return all;
}

template <typename... Rows>
constexpr auto Table(Rows... rows) {
  return std::array<FlagSpec, sizeof...(Rows)>{rows...};
}

/// The same rows for a command in which they are not in force yet.
template <size_t kSize>
constexpr auto NotYet(std::array<FlagSpec, kSize> rows) {
  for (FlagSpec& row : rows) row.effect = FlagEffect::kNotYet;
  return rows;
}

inline constexpr std::string_view kTlsVersions = "1.0,1.1,1.2,1.3";
inline constexpr std::string_view kFilePath = "<file-path>";
inline constexpr std::string_view kContent = "<content>";

inline constexpr auto kHttp =
    Table(FlagSpec{.name = "http-address",
                   .help = "host:port the HTTP server listens on.",
                   .default_value = "0.0.0.0:10902"},
          FlagSpec{.name = "http-grace-period",
                   .kind = FlagKind::kModelDuration,
                   .help = "How long running HTTP requests may take to end after an interrupt.",
                   .default_value = "2m"},
          FlagSpec{.name = "http.config",
                   .help = "File with the TLS and authentication settings of the HTTP server.",
                   .default_value = "",
                   .effect = FlagEffect::kNotYet});

inline constexpr auto kGrpcServer = Table(
    FlagSpec{.name = "grpc-address",
             .help = "host:port the gRPC server listens on. Other components must be able to "
                     "reach it.",
             .default_value = "0.0.0.0:10901"},
    FlagSpec{.name = "grpc-server-tls-cert",
             .help = "Certificate of the gRPC server; empty serves without TLS.",
             .default_value = "",
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-server-tls-key",
             .help = "Private key of the gRPC server; empty serves without TLS.",
             .default_value = "",
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-server-tls-client-ca",
             .help = "CA that clients' certificates must come from; empty asks clients for none.",
             .default_value = "",
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-server-tls-min-version",
             .kind = FlagKind::kEnum,
             .help = "Oldest TLS version the gRPC server takes: 1.0, 1.1, 1.2 or 1.3.",
             .default_value = "1.3",
             .enum_values = kTlsVersions,
             .effect = FlagEffect::kNone},
    FlagSpec{.name = "grpc-server-tls-ciphers",
             .help = "Cipher suite the gRPC server offers (repeatable); the usual ones when not "
                     "given.",
             .repeatable = true,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-server-tls-curves",
             .help = "Curve the gRPC server offers (repeatable): CurveP256, CurveP384, CurveP521 "
                     "or X25519.",
             .repeatable = true,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-server-max-connection-age",
             .kind = FlagKind::kDuration,
             .help = "Age at which gRPC connections are closed, so that clients spread anew.",
             .default_value = "60m"},
    FlagSpec{.name = "grpc-grace-period",
             .kind = FlagKind::kDuration,
             .help = "How long running gRPC calls may take to end after an interrupt.",
             .default_value = "2m"});

inline constexpr auto kStoreLimits = Table(
    FlagSpec{.name = "store.limits.request-series",
             .kind = FlagKind::kUint,
             .help = "Most series one Series call may return before it fails; 0 is no limit.",
             .default_value = "0"},
    FlagSpec{.name = "store.limits.request-samples",
             .kind = FlagKind::kUint,
             .help = "Most samples one Series call may return before it fails, counted as chunks "
                     "of 120; 0 is no limit.",
             .default_value = "0"});

inline constexpr auto kObjstore =
    Table(FlagSpec{.name = "objstore.config-file",
                   .help = "File with the YAML that names the object store and its settings.",
                   .placeholder = kFilePath},
          FlagSpec{.name = "objstore.config",
                   .help = "The same YAML in place of the 'objstore.config-file' flag.",
                   .placeholder = kContent});

inline constexpr auto kSelectorRelabel = Table(
    FlagSpec{.name = "selector.relabel-config-file",
             .help = "File with relabel rules (keep, drop, hashmod) over external labels, which "
                     "choose what is served.",
             .placeholder = kFilePath},
    FlagSpec{.name = "selector.relabel-config",
             .help = "The same YAML in place of the 'selector.relabel-config-file' flag.",
             .placeholder = kContent});

inline constexpr auto kRequestLogging =
    Table(FlagSpec{.name = "request.logging-config-file",
                   .help = "File with the YAML that says which requests are logged.",
                   .placeholder = kFilePath,
                   .effect = FlagEffect::kNotYet},
          FlagSpec{.name = "request.logging-config",
                   .help = "The same YAML in place of the 'request.logging-config-file' flag.",
                   .placeholder = kContent,
                   .effect = FlagEffect::kNotYet});

inline constexpr auto kMinTime = Table(
    FlagSpec{.name = "min-time",
             .kind = FlagKind::kTimeOrDuration,
             .help = "Serve nothing older: a time in RFC 3339, or a duration before now such as "
                     "-1d or -2h45m.",
             .default_value = "0000-01-01T00:00:00Z"});

inline constexpr auto kMaxTime = Table(
    FlagSpec{.name = "max-time",
             .kind = FlagKind::kTimeOrDuration,
             .help = "Serve nothing newer: a time in RFC 3339, or a duration before now such as "
                     "-1d or -2h45m.",
             .default_value = "9999-12-31T23:59:59Z"});

inline constexpr auto kWebPrefix = Table(
    FlagSpec{.name = "web.external-prefix",
             .help = "Path that links and redirects of the web pages start with, for a reverse "
                     "proxy that strips it.",
             .default_value = ""},
    FlagSpec{.name = "web.prefix-header",
             .help = "Request header that holds the prefix of links and redirects; ignored with "
                     "web.external-prefix. Only safe behind a proxy that sets it itself.",
             .default_value = ""},
    FlagSpec{.name = "web.disable-cors",
             .kind = FlagKind::kBool,
             .help = "Leave out the CORS headers that let pages of any origin ask.",
             .default_value = "false"});

inline constexpr auto kWebRoutePrefix = Table(
    FlagSpec{.name = "web.route-prefix",
             .help = "Path under which API and web pages are served; web.external-prefix when not "
                     "given.",
             .default_value = ""});

}  // namespace aion::app::rows
