#include "app/flags.h"
#include "app/flags_query_rows.h"

namespace aion::app {
namespace {

using namespace rows;  // NOLINT: the tables are made of these words.

constexpr auto kGrpcClient = Table(
    FlagSpec{.name = "grpc-client-tls-secure",
             .kind = FlagKind::kBool,
             .help = "Use TLS towards endpoints. Old: use endpoint.sd-config, as for the other "
                     "grpc-client flags.",
             .default_value = "false",
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-client-tls-skip-verify",
             .kind = FlagKind::kBool,
             .help = "Take any certificate of an endpoint.",
             .default_value = "false",
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-client-tls-cert",
             .help = "Certificate shown to endpoints.",
             .default_value = "",
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-client-tls-key",
             .help = "Private key of that certificate.",
             .default_value = "",
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-client-tls-ca",
             .help = "CA that endpoints' certificates must come from.",
             .default_value = "",
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-client-server-name",
             .help = "Name that endpoints' certificates must be for.",
             .default_value = "",
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "grpc-compression",
             .kind = FlagKind::kEnum,
             .help = "Compression of requests to endpoints: snappy or none. Requests go "
                     "uncompressed here, which every endpoint takes.",
             .default_value = "none",
             .enum_values = "snappy,none",
             .effect = FlagEffect::kNone},
    FlagSpec{.name = "grpc-client-tls-min-version",
             .kind = FlagKind::kEnum,
             .help = "Oldest TLS version towards endpoints: 1.0, 1.1, 1.2 or 1.3.",
             .default_value = "1.3",
             .enum_values = kTlsVersions,
             .effect = FlagEffect::kNone});

constexpr auto kDebug = Table(
    FlagSpec{.name = "inject-test-addresses",
             .kind = FlagKind::kEndpoint,
             .help = "Addresses the resolver gives in tests (repeatable).",
             .placeholder = "<inject-test-address>",
             .hidden = true,
             .repeatable = true,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "query.lazy-retrieval-max-buffered-responses",
             .kind = FlagKind::kInt,
             .help = "Answers of a store held before they are needed, with the lazy strategy.",
             .default_value = "20",
             .hidden = true,
             .effect = FlagEffect::kNone});

constexpr auto kTable =
    Join(kHttp, kGrpcServer, kGrpcClient, kWebRoutePrefix, kWebPrefix, kQueryEngine,
         kQueryDistributed, kQueryDefaults, kSelectorRelabel, kRequestLogging, kAlertUrl,
         kQueryTelemetry, kQueryTenancy, kDiscovery, kDebug, kStoreLimits, kOldEndpointNames);

}  // namespace

const ComponentFlags kQueryFlags{
    "query", "Answers PromQL queries from the data of many stores, over one HTTP API.", kTable};

}  // namespace aion::app
