#include "app/flags.h"
#include "app/flags_store_rows.h"

namespace aion::app {
namespace {

using namespace rows;  // NOLINT: the tables are made of these words.

constexpr auto kOldLimits = Table(FlagSpec{.name = "store.grpc.touched-series-limit",
                                           .kind = FlagKind::kUint,
                                           .help = "The old name of store.limits.request-series.",
                                           .default_value = "0",
                                           .alias_of = "store.limits.request-series"},
                                  FlagSpec{.name = "store.grpc.series-sample-limit",
                                           .kind = FlagKind::kUint,
                                           .help = "The old name of store.limits.request-samples.",
                                           .default_value = "0",
                                           .alias_of = "store.limits.request-samples"});

constexpr auto kParquet =
    Table(FlagSpec{.name = "objstore-parquet.config-file",
                   .help = "File with the YAML of the object store that holds Parquet blocks.",
                   .placeholder = kFilePath,
                   .effect = FlagEffect::kNotYet},
          FlagSpec{.name = "objstore-parquet.config",
                   .help = "The same YAML in place of the 'objstore-parquet.config-file' flag.",
                   .placeholder = kContent,
                   .effect = FlagEffect::kNotYet});

constexpr auto kWebDisable = Table(FlagSpec{.name = "web.disable",
                                            .kind = FlagKind::kBool,
                                            .help = "Do not serve the blocks page.",
                                            .default_value = "false"});

constexpr auto kOld = Table(FlagSpec{.name = "debug.advertise-compatibility-label",
                                     .kind = FlagKind::kBool,
                                     .help = "Was for readers older than any that can ask here.",
                                     .default_value = "true",
                                     .hidden = true,
                                     .effect = FlagEffect::kNone});

constexpr auto kTable =
    Join(kHttp, kGrpcServer, kStoreLimits, kStoreCache, kOldLimits, kStoreRequests, kObjstore,
         kParquet, kStoreSync, kStoreDebug, kMinTime, kMaxTime, kSelectorRelabel, kStorePostings,
         kStoreFilters, kStoreReading, kWebDisable, kWebPrefix, kBlocksPage, kRequestLogging, kOld);

}  // namespace

const ComponentFlags kStoreFlags{"store", "Serves the blocks of a bucket to queriers.", kTable};

}  // namespace aion::app
