#include "app/flags.h"
#include "app/flags_shared.h"

namespace aion::app {
namespace {

using namespace rows;  // NOLINT: the tables are made of these words.

constexpr auto kOwn = Table(
    FlagSpec{.name = "prometheus.url",
             .kind = FlagKind::kUrl,
             .help = "Where Prometheus' HTTP API is; for links that work also from outside, use "
                     "the address users see.",
             .default_value = "http://localhost:9090"},
    FlagSpec{.name = "prometheus.ready_timeout",
             .kind = FlagKind::kDuration,
             .help = "How long to wait for Prometheus to start.",
             .default_value = "10m",
             .effect = FlagEffect::kNone},
    FlagSpec{.name = "prometheus.get_config_interval",
             .kind = FlagKind::kDuration,
             .help = "How often Prometheus' configuration is asked for.",
             .default_value = "30s"},
    FlagSpec{.name = "prometheus.get_config_timeout",
             .kind = FlagKind::kDuration,
             .help = "How long Prometheus may take to give its configuration.",
             .default_value = "30s"},
    FlagSpec{.name = "prometheus.http-client-file",
             .help = "File with the YAML of the HTTP client that talks to Prometheus.",
             .placeholder = kFilePath,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "prometheus.http-client",
             .help = "The same YAML in place of the 'prometheus.http-client-file' flag.",
             .placeholder = kContent,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "tsdb.path",
             .help = "Prometheus' data directory, whose blocks are uploaded.",
             .default_value = "./data"},
    FlagSpec{.name = "reloader.config-file",
             .help = "Configuration file of Prometheus to watch.",
             .default_value = ""},
    FlagSpec{.name = "reloader.config-envsubst-file",
             .help = "Where the watched file goes with $(VAR) replaced by the environment.",
             .default_value = ""},
    FlagSpec{.name = "reloader.rule-dir",
             .help = "Directory of rule files to watch (repeatable).",
             .repeatable = true},
    FlagSpec{.name = "reloader.watch-interval",
             .kind = FlagKind::kDuration,
             .help = "How often the watched files are read even when nothing seems to change.",
             .default_value = "3m"},
    FlagSpec{.name = "reloader.retry-interval",
             .kind = FlagKind::kDuration,
             .help = "How long to wait before a failed reload is tried again.",
             .default_value = "5s"},
    FlagSpec{.name = "reloader.method",
             .kind = FlagKind::kEnum,
             .help = "How Prometheus is told to reload: http or signal.",
             .default_value = "http",
             .enum_values = "http,signal"},
    FlagSpec{.name = "reloader.process-name",
             .help = "Name of the executable that gets the signal with the method signal.",
             .default_value = "prometheus"});

constexpr auto kShipper = Table(
    FlagSpec{.name = "shipper.upload-compacted",
             .kind = FlagKind::kBool,
             .help = "Upload blocks that Prometheus has compacted too; for moving old data, with "
                     "compaction switched off.",
             .default_value = "false"},
    FlagSpec{.name = "shipper.ignore-unequal-block-size",
             .kind = FlagKind::kBool,
             .help = "Do not insist on Prometheus' compaction being switched off.",
             .default_value = "false",
             .hidden = true},
    FlagSpec{.name = "shipper.allow-out-of-order-uploads",
             .kind = FlagKind::kBool,
             .help = "Go on with newer blocks when an older one cannot be uploaded.",
             .default_value = "false",
             .hidden = true},
    FlagSpec{.name = "shipper.skip-corrupted-blocks",
             .kind = FlagKind::kBool,
             .help = "Leave damaged blocks alone and upload the others.",
             .default_value = "false",
             .hidden = true},
    FlagSpec{.name = "hash-func",
             .kind = FlagKind::kEnum,
             .help = "Hash kept of each uploaded file, which saves later downloads: SHA256 or "
                     "nothing.",
             .default_value = "",
             .enum_values = "SHA256,"},
    FlagSpec{.name = "shipper.meta-file-name",
             .help = "File in the data directory that lists the uploaded blocks.",
             .default_value = "thanos.shipper.json"},
    FlagSpec{.name = "shipper.upload-concurrency",
             .kind = FlagKind::kInt,
             .help = "Files of a block uploaded at the same time; 0 is the default of the "
                     "object store's client.",
             .default_value = "0"});

constexpr auto kTable = Join(kHttp, kGrpcServer, kOwn, kRequestLogging, kObjstore, kShipper,
                             NotYet(NotYet(kStoreLimits)), kMinTime);

}  // namespace

const ComponentFlags kSidecarFlags{
    "sidecar", "Runs beside a Prometheus server: serves its data and uploads its blocks.", kTable};

}  // namespace aion::app
