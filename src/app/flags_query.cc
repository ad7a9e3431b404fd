#include "app/flags.h"
#include "app/flags_query_rows.h"

namespace aion::app {
namespace {

using namespace rows;  // NOLINT: the tables are made of these words.

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

constexpr auto kTable = Join(
    kHttp, kGrpcServer, kGrpcClient, kWebRoutePrefix, kWebPrefix, kQueryEngine, kQueryDistributed,
    kQueryDefaults, NotYet(kSelectorRelabel), kRequestLogging, kAlertUrl, kQueryTelemetry,
    kQueryTenancy, kDiscovery, kDebug, NotYet(kStoreLimits), kOldEndpointNames);

}  // namespace

const ComponentFlags kQueryFlags{
    "query", "Answers PromQL queries from the data of many stores, over one HTTP API.", kTable};

}  // namespace aion::app
