#include "series/decode.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "chunk/histogram.h"
#include "chunk/xor.h"

namespace aion::series {
namespace {

/// Columns of replicas that a thread keeps for its next series.
constexpr size_t kReplicasKept = 16;

/// What one chunk, with all its aggregates, offers for the chosen one.
struct Payload {
  const EncodedChunk* value = nullptr;
  const EncodedChunk* count = nullptr;  // Set when the value is to be divided by it.
};

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

size_t RunEnd(std::span<const EncodedChunk> chunks, size_t begin) {
  size_t end = begin + 1;
  while (end < chunks.size() && chunks[end].aggregate != Aggregate::kRaw &&
         chunks[end].aggregate > chunks[end - 1].aggregate &&
         chunks[end].min_time == chunks[begin].min_time &&
         chunks[end].max_time == chunks[begin].max_time) {
    ++end;
  }
  return end;
}

std::string ChunkText(const EncodedChunk& chunk) {
  return "chunk of times " + std::to_string(chunk.min_time) + " to " +
         std::to_string(chunk.max_time);
}

/// A sample takes a bit at least: a few bytes that claim many samples must not make the columns
/// grow.
Status CheckClaim(std::string_view data) {
  const size_t claimed = chunk::XorCount(data);
  if (claimed <= data.size() * 8) return OkStatus();
  return DataLossError("XOR chunk: malformed: " + std::to_string(data.size()) + " bytes, " +
                       std::to_string(claimed) + " samples claimed");
}

const EncodedChunk* Find(std::span<const EncodedChunk> aggregates, Aggregate wanted) {
  const auto at =
      std::find_if(aggregates.begin(), aggregates.end(),
                   [wanted](const EncodedChunk& chunk) { return chunk.aggregate == wanted; });
  return at == aggregates.end() ? nullptr : &*at;
}

StatusOr<Payload> Choose(std::span<const EncodedChunk> aggregates, AggregateChoice choice) {
  if (aggregates.front().aggregate == Aggregate::kRaw) return Payload{&aggregates.front(), nullptr};
  constexpr std::array<Aggregate, 6> kWanted = {Aggregate::kSum, Aggregate::kCount,
                                                Aggregate::kSum, Aggregate::kMin,
                                                Aggregate::kMax, Aggregate::kCounter};
  Payload payload;
  payload.value = Find(aggregates, kWanted[static_cast<size_t>(choice)]);
  if (choice == AggregateChoice::kAverage) payload.count = Find(aggregates, Aggregate::kCount);
  if (payload.value == nullptr ||
      (choice == AggregateChoice::kAverage && payload.count == nullptr)) {
    return InvalidArgumentError("no valid chunk found: " + ChunkText(aggregates.front()));
  }
  return payload;
}

Status AppendDecoded(const EncodedChunk& chunk, SampleColumns* out) {
  if (chunk::IsHistogramEncoding(chunk.encoding)) {
    const bool starts = chunk.encoding == Encoding::kHistogramSt ||
                        chunk.encoding == Encoding::kFloatHistogramSt ||
                        !out->histogram_start_times.empty();
    if (starts) out->histogram_start_times.resize(out->histograms.size(), 0);
    RETURN_IF_ERROR(chunk::DecodeHistograms(chunk.encoding, chunk.data, &out->histogram_times,
                                            &out->histograms,
                                            starts ? &out->histogram_start_times : nullptr));
    if (starts) out->histogram_start_times.resize(out->histograms.size(), 0);
    return OkStatus();
  }
  if (!chunk::IsFloatEncoding(chunk.encoding)) return chunk::UnsupportedEncoding(chunk.encoding);
  RETURN_IF_ERROR(CheckClaim(chunk.data));
  const size_t before = out->times.size();
  const size_t count = chunk::XorCount(chunk.data);
  out->times.resize(before + count);
  out->values.resize(before + count);
  if (chunk.encoding == Encoding::kXor && out->start_times.empty()) {
    return chunk::DecodeXor(chunk.data, count, out->times.data() + before,
                            out->values.data() + before);
  }
  out->start_times.resize(before + count, 0);
  if (chunk.encoding == Encoding::kXor) {
    return chunk::DecodeXor(chunk.data, count, out->times.data() + before,
                            out->values.data() + before);
  }
  return chunk::DecodeXor2(chunk.data, count, out->times.data() + before,
                           out->values.data() + before, out->start_times.data() + before);
}

/// The newest time in the columns; kTimestampMin when empty.
TimestampMs LastTime(const SampleColumns& columns, size_t floats, size_t histograms) {
  TimestampMs last = kTimestampMin;
  if (floats > 0) last = columns.times[floats - 1];
  if (histograms > 0) last = std::max(last, columns.histogram_times[histograms - 1]);
  return last;
}

template <typename T>
void EraseRange(std::vector<T>* column, size_t begin, size_t end) {
  if (column->empty()) return;
  column->erase(column->begin() + static_cast<ptrdiff_t>(begin),
                column->begin() + static_cast<ptrdiff_t>(end));
}

/// Chunks of a run may still overlap in a sample or two: what a chunk repeats of the time before it
/// is dropped.
void DropRepeated(SampleColumns* out, size_t floats, size_t histograms) {
  const TimestampMs last = LastTime(*out, floats, histograms);
  size_t float_end = floats, histogram_end = histograms;
  while (float_end < out->times.size() && out->times[float_end] <= last) ++float_end;
  while (histogram_end < out->histogram_times.size() && out->histogram_times[histogram_end] <= last)
    ++histogram_end;
  if (float_end != floats) {
    EraseRange(&out->times, floats, float_end);
    EraseRange(&out->values, floats, float_end);
    EraseRange(&out->start_times, floats, float_end);
  }
  if (histogram_end != histograms) {
    EraseRange(&out->histogram_times, histograms, histogram_end);
    EraseRange(&out->histograms, histograms, histogram_end);
    EraseRange(&out->histogram_start_times, histograms, histogram_end);
  }
}

/// sum / count, sample by sample.
Status DivideByCount(const Payload& payload, size_t floats, size_t histograms, SampleColumns* count,
                     SampleColumns* out) {
  count->clear();
  RETURN_IF_ERROR(AppendDecoded(*payload.count, count));
  const size_t values = out->times.size() - floats + out->histogram_times.size() - histograms;
  if (count->times.size() != values) return DataLossError("sum and count iterator not aligned");
  for (size_t i = floats; i < out->times.size(); ++i) {
    if (out->times[i] != count->times[i - floats])
      return DataLossError("sum and count timestamps not aligned");
    out->values[i] /= count->values[i - floats];
  }
  for (size_t i = histograms; i < out->histogram_times.size(); ++i) {
    const size_t at = i - histograms;
    if (out->histogram_times[i] != count->times[at])
      return DataLossError("sum and count timestamps not aligned");
    model::FloatHistogram& h = out->histograms[i];
    const double divisor = count->values[at];
    h.zero_count /= divisor;
    h.count /= divisor;
    h.sum /= divisor;
    for (double& bucket : h.positive_buckets) bucket /= divisor;
    for (double& bucket : h.negative_buckets) bucket /= divisor;
  }
  return OkStatus();
}

/// Turns the concatenated counter chunks into one monotonic counter, resets added up. A counter
/// chunk ends with a repeated time that carries the true last value; it tells whether the next
/// chunk begins with a reset.
class CounterTotal {
 public:
  /// Rewrites the floats from `begin` on in place and cuts the repeats off.
  void Apply(size_t begin, SampleColumns* out) {
    size_t kept = begin;
    for (size_t i = begin; i < out->times.size(); ++i) {
      const TimestampMs time = out->times[i];
      const double value = out->values[i];
      if (std::isnan(value)) continue;
      if (seen_ && time <= last_time_) {
        if (time == last_time_) last_value_ = value;
        continue;
      }
      total_ = !seen_ ? value : total_ + (value >= last_value_ ? value - last_value_ : value);
      seen_ = true;
      last_time_ = time;
      last_value_ = value;
      out->times[kept] = time;
      out->values[kept] = total_;
      if (!out->start_times.empty()) out->start_times[kept] = out->start_times[i];
      ++kept;
    }
    out->times.resize(kept);
    out->values.resize(kept);
    if (!out->start_times.empty()) out->start_times.resize(kept);
  }

 private:
  bool seen_ = false;
  TimestampMs last_time_ = kTimestampMin;
  double last_value_ = 0;
  double total_ = 0;
};

/// The common run: raw XOR chunks only. The columns are sized once, so that reused ones are not
/// cleared again.
bool IsRawXor(std::span<const EncodedChunk> chunks, const std::vector<uint32_t>& firsts) {
  return std::all_of(firsts.begin(), firsts.end(), [&](uint32_t first) {
    return chunks[first].encoding == Encoding::kXor && chunks[first].aggregate == Aggregate::kRaw;
  });
}

Status DecodeRawXorRun(std::span<const EncodedChunk> chunks, const std::vector<uint32_t>& firsts,
                       SampleColumns* out) {
  out->start_times.clear();
  out->histogram_times.clear();
  out->histograms.clear();
  out->histogram_start_times.clear();
  size_t total = 0;
  for (const uint32_t first : firsts) {
    if (const Status status = CheckClaim(chunks[first].data); !status.ok()) {
      return status.WithContext(ChunkText(chunks[first]));
    }
    total += chunk::XorCount(chunks[first].data);
  }
  out->times.resize(total);
  out->values.resize(total);
  size_t end = 0;
  for (const uint32_t first : firsts) {
    const EncodedChunk& chunk = chunks[first];
    const size_t count = chunk::XorCount(chunk.data);
    const Status status =
        chunk::DecodeXor(chunk.data, count, out->times.data() + end, out->values.data() + end);
    if (!status.ok()) return status.WithContext(ChunkText(chunk));
    size_t repeated = 0;
    while (end > 0 && repeated < count && out->times[end + repeated] <= out->times[end - 1])
      ++repeated;
    if (repeated > 0) {
      const auto shift = [&](auto& column) {
        const auto begin = column.begin() + static_cast<ptrdiff_t>(end);
        std::copy(begin + static_cast<ptrdiff_t>(repeated), begin + static_cast<ptrdiff_t>(count),
                  begin);
      };
      shift(out->times);
      shift(out->values);
    }
    end += count - repeated;
  }
  out->times.resize(end);
  out->values.resize(end);
  return OkStatus();
}

/// Decodes the chunks of one run; `firsts` are the indices of their first aggregates.
/// Compat: under the counter aggregate a series is read as a running total, resets added up and
/// NaNs left out, wherever downsampled chunks or several replicas are at hand (pinned by
/// decode_test). One replica's raw samples stay as they are: the counter functions see their resets
/// themselves.
Status DecodeRun(std::span<const EncodedChunk> chunks, const std::vector<uint32_t>& firsts,
                 AggregateChoice choice, bool one_of_several, SampleColumns* count,
                 SampleColumns* out) {
  const bool counter = choice == AggregateChoice::kCounter;
  if (IsRawXor(chunks, firsts)) {
    RETURN_IF_ERROR(DecodeRawXorRun(chunks, firsts, out));
    if (counter && one_of_several) CounterTotal().Apply(0, out);
    return OkStatus();
  }
  out->clear();
  CounterTotal total;
  const bool total_counter =
      counter &&
      (one_of_several || std::any_of(chunks.begin(), chunks.end(), [](const EncodedChunk& c) {
         return c.aggregate == Aggregate::kCounter;
       }));
  for (const uint32_t first : firsts) {
    const auto aggregates = chunks.subspan(first, RunEnd(chunks, first) - first);
    ASSIGN_OR_RETURN(const Payload payload, Choose(aggregates, choice));
    const size_t floats = out->times.size(), histograms = out->histogram_times.size();
    Status status = AppendDecoded(*payload.value, out);
    if (status.ok() && payload.count != nullptr)
      status = DivideByCount(payload, floats, histograms, count, out);
    if (!status.ok()) return status.WithContext(ChunkText(*payload.value));
    if (total_counter) {
      total.Apply(floats, out);
    } else if (floats + histograms > 0) {
      DropRepeated(out, floats, histograms);
    }
  }
  return OkStatus();
}

/// Cuts the columns to the range: deduplication must not be led by samples the query does not see.
void Trim(const model::QueryRange& range, SampleColumns* columns) {
  const auto cut = [&](const std::vector<TimestampMs>& times) {
    const auto begin = std::lower_bound(times.begin(), times.end(), range.min);
    return std::pair<size_t, size_t>(
        begin - times.begin(), std::upper_bound(begin, times.end(), range.max) - times.begin());
  };
  const auto keep = [](auto* column, std::pair<size_t, size_t> kept) {
    if (column->empty()) return;
    EraseRange(column, kept.second, column->size());
    EraseRange(column, 0, kept.first);
  };
  const auto floats = cut(columns->times), histograms = cut(columns->histogram_times);
  keep(&columns->times, floats);
  keep(&columns->values, floats);
  keep(&columns->start_times, floats);
  keep(&columns->histogram_times, histograms);
  keep(&columns->histograms, histograms);
  keep(&columns->histogram_start_times, histograms);
}

/// Assigns each chunk to the first run that ended before it; returns the number of runs, which is
/// more than kReplicasMax when the splitting was given up.
size_t SplitOverlaps(std::span<const EncodedChunk> chunks,
                     std::vector<std::vector<uint32_t>>* runs) {
  size_t used = 0;
  for (size_t i = 0; i < chunks.size(); i = RunEnd(chunks, i)) {
    size_t run = 0;
    while (run < used && chunks[(*runs)[run].back()].max_time >= chunks[i].min_time) ++run;
    if (run == used) {
      if (used == kReplicasMax) return used + 1;
      if (runs->size() == used) runs->emplace_back();
      (*runs)[used++].clear();
    }
    (*runs)[run].push_back(static_cast<uint32_t>(i));
  }
  return used;
}

}  // namespace

AggregateChoice ChooseAggregate(std::string_view function) {
  if (function == "min" || StartsWith(function, "min_")) return AggregateChoice::kMin;
  if (function == "max" || StartsWith(function, "max_")) return AggregateChoice::kMax;
  if (function == "count" || StartsWith(function, "count_")) return AggregateChoice::kCount;
  if (StartsWith(function, "sum_")) return AggregateChoice::kSum;
  const bool counter =
      IsCounterFunction(function) || function == "xincrease" || function == "xrate";
  return counter ? AggregateChoice::kCounter : AggregateChoice::kAverage;
}

std::vector<Aggregate> WantedAggregates(AggregateChoice choice) {
  switch (choice) {
    case AggregateChoice::kAverage:
      return {Aggregate::kCount, Aggregate::kSum};
    case AggregateChoice::kCount:
      return {Aggregate::kCount};
    case AggregateChoice::kSum:
      return {Aggregate::kSum};
    case AggregateChoice::kMin:
      return {Aggregate::kMin};
    case AggregateChoice::kMax:
      return {Aggregate::kMax};
    case AggregateChoice::kCounter:
      return {Aggregate::kCounter};
  }
  return {};
}

bool IsCounterFunction(std::string_view function) {
  return function == "increase" || function == "rate" || function == "irate" ||
         function == "resets";
}

Status DecodeSeries(std::span<const EncodedChunk> chunks, const DecodeOptions& options,
                    DecodeScratch* scratch, SampleColumns* out) {
  if (chunks.empty()) {
    out->clear();
    return OkStatus();
  }
  if (!options.deduplicate) {
    if (scratch->runs.empty()) scratch->runs.emplace_back();
    std::vector<uint32_t>& firsts = scratch->runs[0];
    firsts.clear();
    for (size_t i = 0; i < chunks.size(); i = RunEnd(chunks, i))
      firsts.push_back(static_cast<uint32_t>(i));
    return DecodeRun(chunks, firsts, options.aggregate, false, &scratch->count, out);
  }
  const size_t replicas = SplitOverlaps(chunks, &scratch->runs);
  if (replicas > kReplicasMax) {
    return ResourceExhaustedError("more than " + std::to_string(kReplicasMax) +
                                  " chunks overlap at " + std::to_string(chunks.front().min_time) +
                                  " or later: choose fewer replica labels");
  }
  if (replicas == 1)
    return DecodeRun(chunks, scratch->runs[0], options.aggregate, false, &scratch->count, out);

  if (scratch->replicas.size() < replicas) scratch->replicas.resize(replicas);
  scratch->pointers.clear();
  for (size_t i = 0; i < replicas; ++i) {
    SampleColumns& columns = scratch->replicas[i];
    RETURN_IF_ERROR(
        DecodeRun(chunks, scratch->runs[i], options.aggregate, true, &scratch->count, &columns));
    Trim(options.range, &columns);
    scratch->pointers.push_back(&columns);
  }
  if (options.dedup_function == DedupFunction::kChain) {
    DedupChain(scratch->pointers, out);
  } else {
    DedupPenalty(scratch->pointers, options.counter_function, out);
  }
  if (replicas > kReplicasKept) scratch->replicas.resize(kReplicasKept);
  return OkStatus();
}

}  // namespace aion::series
