#pragma once

// Samples to chunks: what a Prometheus that only answers remote read in samples is turned into, so
// that everything above sees chunks. Pure function.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "model/query_value.h"
#include "series/encoded.h"

namespace aion::store {

/// Samples of one chunk: what Prometheus itself puts into one, and what sample limits count a chunk
/// as.
inline constexpr size_t kSamplesPerChunk = 120;

struct EncodedSamples {
  std::vector<series::EncodedChunk> chunks;  ///< XOR; data views `bytes`.
  Buffer bytes;
};
EncodedSamples EncodeSamples(std::span<const model::FloatPoint> samples);

}  // namespace aion::store
