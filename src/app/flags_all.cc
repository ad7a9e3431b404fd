#include "app/flags.h"
#include "app/flags_query_rows.h"
#include "app/flags_store_rows.h"

namespace aion::app {
namespace {

using namespace rows;  // NOLINT: the tables are made of these words.

constexpr auto kTable = Join(
    kHttp, kGrpcServer, kGrpcClient, kObjstore, kStoreCache, kStoreRequests, kStoreSync,
    kStoreDebug, kMinTime, kMaxTime, kSelectorRelabel, kStorePostings, kStoreFilters, kStoreReading,
    kBlocksPage, kWebRoutePrefix, kWebPrefix, kQueryEngine, kQueryDefaults, kAlertUrl,
    kQueryTelemetry, kQueryTenancy, kDiscovery, kStoreLimits, kRequestLogging, kOldEndpointNames);

}  // namespace

const ComponentFlags kAllFlags{
    "all",
    "Runs the store gateway and the querier in one process, over one bucket, with their data "
    "handed on in memory. Further servers can be queried too.",
    kTable};

}  // namespace aion::app
