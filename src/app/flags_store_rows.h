#pragma once

// Rows about reading blocks from a bucket, which `store` and `all` share. Internal to the tables.

#include "app/flags_shared.h"

namespace aion::app::rows {

inline constexpr auto kStoreCache = Table(
    FlagSpec{.name = "data-dir",
             .help = "Directory for what is kept of the bucket (index headers, meta files). It "
                     "can be deleted: it is filled again. Blocks put here are not served.",
             .default_value = "./data"},
    FlagSpec{.name = "cache-index-header",
             .kind = FlagKind::kBool,
             .help = "Keep index headers in the data directory, which makes the next start fast.",
             .default_value = "true"},
    FlagSpec{.name = "index-cache-size",
             .kind = FlagKind::kBytes,
             .help = "Most bytes the index cache in memory holds; not used with "
                     "index-cache.config.",
             .default_value = "250MB"},
    FlagSpec{.name = "index-cache.config-file",
             .help = "File with the YAML of the index cache.",
             .placeholder = kFilePath,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "index-cache.config",
             .help = "The same YAML in place of the 'index-cache.config-file' flag.",
             .placeholder = kContent,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "store.caching-bucket.config-file",
             .help = "File with the YAML of the cache in front of the bucket.",
             .placeholder = kFilePath,
             .hidden = true,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "store.caching-bucket.config",
             .help = "The same YAML in place of the 'store.caching-bucket.config-file' flag.",
             .placeholder = kContent,
             .hidden = true,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "chunk-pool-size",
             .kind = FlagKind::kBytes,
             .help = "Most bytes of chunks in upstream's pool. There is no pool here: requests are "
                     "held to their own limits, and this is taken without effect.",
             .default_value = "2GB",
             .effect = FlagEffect::kNone});

inline constexpr auto kStoreRequests = Table(
    FlagSpec{.name = "store.grpc.downloaded-bytes-limit",
             .kind = FlagKind::kBytes,
             .help = "Most bytes one Series call may fetch, cached ones included; 0 is no limit.",
             .default_value = "0"},
    FlagSpec{.name = "store.grpc.series-max-concurrency",
             .kind = FlagKind::kInt,
             .help = "Most Series calls at one time; the others wait.",
             .default_value = "20"});

inline constexpr auto kStoreSync = Table(
    FlagSpec{.name = "sync-block-duration",
             .kind = FlagKind::kDuration,
             .help = "How often the bucket is looked through for new and gone blocks.",
             .default_value = "15m"},
    FlagSpec{.name = "block-discovery-strategy",
             .help = "How blocks are found: concurrent asks for the meta file of every directory, "
                     "recursive lists the bucket whole.",
             .default_value = "concurrent"},
    FlagSpec{.name = "block-sync-concurrency",
             .kind = FlagKind::kInt,
             .help = "Blocks made ready at the same time; at least 1.",
             .default_value = "20"},
    FlagSpec{.name = "block-meta-fetch-concurrency",
             .kind = FlagKind::kInt,
             .help = "Meta files fetched at the same time.",
             .default_value = "32"});

inline constexpr auto kStoreFilters = Table(
    FlagSpec{.name = "consistency-delay",
             .kind = FlagKind::kModelDuration,
             .help = "Age a block must have to be read, for object stores that are slow to show "
                     "all of it.",
             .default_value = "0s"},
    FlagSpec{.name = "ignore-deletion-marks-delay",
             .kind = FlagKind::kModelDuration,
             .help = "How long a block marked for deletion is still read. Shorter than the "
                     "compactor's delay, longer than its cycle.",
             .default_value = "24h"});

inline constexpr auto kStoreReading = Table(
    FlagSpec{.name = "store.enable-index-header-lazy-reader",
             .kind = FlagKind::kBool,
             .help = "Open index headers only when a query needs them.",
             .default_value = "false"},
    FlagSpec{.name = "store.index-header-lazy-reader-idle-timeout",
             .kind = FlagKind::kDuration,
             .help = "How long an index header opened lazily stays open without use.",
             .default_value = "5m",
             .hidden = true},
    FlagSpec{.name = "store.enable-lazy-expanded-postings",
             .kind = FlagKind::kBool,
             .help = "Leave out postings that cost more to fetch than the series they exclude.",
             .default_value = "false",
             .effect = FlagEffect::kNone},
    FlagSpec{.name = "store.posting-group-max-key-series-ratio",
             .kind = FlagKind::kFloat,
             .help = "With lazy postings: leave a matcher to the series when it has this many "
                     "times more label values than the query has series; 0 is never.",
             .default_value = "100",
             .effect = FlagEffect::kNone},
    FlagSpec{.name = "store.index-header-lazy-download-strategy",
             .kind = FlagKind::kEnum,
             .help = "When index headers are fetched: eager at the start, lazy with the first "
                     "query.",
             .default_value = "eager",
             .enum_values = "eager,lazy",
             .effect = FlagEffect::kNone});

inline constexpr auto kStoreDebug =
    Table(FlagSpec{.name = "debug.series-batch-size",
                   .kind = FlagKind::kInt,
                   .help = "Series of a block fetched at one time.",
                   .default_value = "10000",
                   .hidden = true,
                   .effect = FlagEffect::kNone},
          FlagSpec{.name = "debug.estimated-max-series-size",
                   .kind = FlagKind::kUint,
                   .help = "Bytes fetched for a series whose size is not known.",
                   .default_value = "65536",
                   .hidden = true},
          FlagSpec{.name = "debug.estimated-max-chunk-size",
                   .kind = FlagKind::kUint,
                   .help = "Bytes fetched for a chunk whose size is not known.",
                   .default_value = "16000",
                   .hidden = true});

inline constexpr auto kStorePostings =
    Table(FlagSpec{.name = "store.index-header-posting-offsets-in-mem-sampling",
                   .kind = FlagKind::kInt,
                   .help = "Every how many-th posting offset is kept in memory; 1 keeps all.",
                   .default_value = "32",
                   .hidden = true});

inline constexpr auto kBlocksPage =
    Table(FlagSpec{.name = "bucket-web-label", .help = "External label the blocks page groups by."},
          FlagSpec{.name = "matcher-cache-size",
                   .kind = FlagKind::kInt,
                   .help = "Compiled matchers kept; 0 keeps none.",
                   .default_value = "0",
                   .effect = FlagEffect::kNone},
          FlagSpec{.name = "disable-admin-operations",
                   .kind = FlagKind::kBool,
                   .help = "Refuse marking blocks for deletion or against compaction over the API.",
                   .default_value = "false"});

}  // namespace aion::app::rows
