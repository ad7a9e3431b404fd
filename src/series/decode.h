#pragma once

// From encoded chunks to columns: what a querier does with the chunks of one series before PromQL
// sees samples.
//
// The chunks of a series, from however many stores and replicas, come sorted by time and may
// overlap. They are split into runs that do not overlap (one run a replica), every run is decoded
// with the aggregate the query asks for, and the runs are deduplicated. The common case, one run of
// raw chunks, decodes straight into the result.

#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/time_range.h"
#include "series/columns.h"
#include "series/dedup.h"
#include "series/encoded.h"

namespace aion::series {

/// Which value of downsampled chunks stands for a sample. Raw chunks always stand for themselves.
enum class AggregateChoice : uint8_t { kAverage, kCount, kSum, kMin, kMax, kCounter };

/// The aggregate that answers a query whose innermost function is `function`.
/// Compat: `sum` itself reads averages, as upstream wants the samples (`sum_over_time` reads sums).
AggregateChoice ChooseAggregate(std::string_view function);
/// The aggregates a store must be asked for, in the wire's numbering.
std::vector<Aggregate> WantedAggregates(AggregateChoice choice);
/// True for the functions under which deduplication treats values as a counter.
bool IsCounterFunction(std::string_view function);

/// Chunks of one series that may overlap at one time when replicas are deduplicated: the merge is
/// as deep as there are replicas.
inline constexpr size_t kReplicasMax = 1024;

struct DecodeOptions {
  /// Samples outside are not promised either way when one run is decoded; deduplication never sees
  /// them.
  model::QueryRange range;
  AggregateChoice aggregate = AggregateChoice::kAverage;
  bool deduplicate = false;
  DedupFunction dedup_function = DedupFunction::kPenalty;
  bool counter_function = false;
};

/// Reusable working memory of DecodeSeries, one a thread.
struct DecodeScratch {
  std::vector<std::vector<uint32_t>> runs;
  std::vector<SampleColumns> replicas;
  std::vector<const SampleColumns*> pointers;
  SampleColumns count;
};

/// Replaces `out` by the samples of the series. Requires: `chunks` ascending by min_time,
/// aggregates of one downsampled chunk adjacent. kDataLoss names the chunk that cannot be decoded;
/// kInvalidArgument a missing aggregate; kResourceExhausted for more than kReplicasMax replicas.
/// Cost: decoding, plus for replicas one merge pass over all samples.
Status DecodeSeries(std::span<const EncodedChunk> chunks, const DecodeOptions& options,
                    DecodeScratch* scratch, SampleColumns* out);

}  // namespace aion::series
