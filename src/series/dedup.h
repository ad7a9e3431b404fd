#pragma once

// Replica deduplication: one series out of the samples of its replicas.
//
// `penalty` is Thanos' algorithm: follow one replica and leave it only when it falls silent; the
// replica left alone is penalised by twice the last step, so that switching does not raise the
// sample frequency. Under counter functions a replica that lags behind at a switch is lifted, so
// that no false reset appears. `chain` merges all samples by time and keeps one of equals. Pure
// functions on columns; nothing is allocated beyond the growth of `out`.

#include <span>

#include "series/columns.h"

namespace aion::series {

enum class DedupFunction : uint8_t { kPenalty, kChain };

/// Replaces `out` by the deduplicated samples of `replicas` (each ascending by time; at least two).
/// `counter` lifts lagging replicas (penalty only; rate, increase, irate and resets ask for it).
/// Cost: about 5 ns a sample of the input for two replicas, one more pass a further replica.
void DedupPenalty(std::span<const SampleColumns* const> replicas, bool counter, SampleColumns* out);
void DedupChain(std::span<const SampleColumns* const> replicas, SampleColumns* out);

}  // namespace aion::series
