#pragma once

// The metrics decorator: counts and times what is done with a bucket, under upstream's names
// (`objstore_bucket_operations_total{bucket,operation}` and its family).
//
// An object that is not there and a call that was cancelled are answers, not failures: they are
// never counted as such.

#include <memory>
#include <string>

#include "objstore/bucket.h"
#include "telemetry/metrics.h"

namespace aion::objstore {

/// `registry` carries the prefix (`thanos_`); `label` is the constant label `bucket`.
std::unique_ptr<Bucket> MakeMeteredBucket(std::unique_ptr<Bucket> bucket,
                                          const telemetry::Registry& registry,
                                          const std::string& label);

}  // namespace aion::objstore
