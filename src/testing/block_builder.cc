#include "testing/block_builder.h"

#include <algorithm>
#include <set>

#include "chunk/xor.h"

namespace aion::testing {
namespace {

using tsdb::ChunkToWrite;

struct OwnedChunk {
  TimestampMs min_time;
  TimestampMs max_time;
  chunk::Encoding encoding;
  std::string data;
};

void EncodeFloats(const TestSeries& series, size_t samples_per_chunk,
                  std::vector<OwnedChunk>* out) {
  for (size_t begin = 0; begin < series.times.size(); begin += samples_per_chunk) {
    const size_t end = std::min(begin + samples_per_chunk, series.times.size());
    chunk::XorAppender appender;
    for (size_t i = begin; i < end; ++i) appender.Append(series.times[i], series.values[i]);
    out->push_back(
        {series.times[begin], series.times[end - 1], chunk::Encoding::kXor, appender.Take()});
  }
}

/// Begins a new chunk when the layout changes or the chunk is full.
template <typename Appender, typename AnyHistogram>
void EncodeHistograms(const std::vector<TimestampMs>& times,
                      const std::vector<AnyHistogram>& histograms, size_t samples_per_chunk,
                      chunk::Encoding encoding, std::vector<OwnedChunk>* out) {
  size_t i = 0;
  while (i < times.size()) {
    const bool gauge = histograms[i].counter_reset_hint == model::CounterResetHint::kGauge;
    Appender appender(gauge ? chunk::CounterResetHeader::kGauge
                            : chunk::CounterResetHeader::kUnknown);
    const TimestampMs min_time = times[i];
    while (i < times.size() && appender.count() < samples_per_chunk &&
           appender.SameLayout(histograms[i])) {
      appender.Append(times[i], histograms[i]);
      ++i;
    }
    out->push_back({min_time, times[i - 1], encoding, appender.Take()});
  }
}

std::vector<std::string> Symbols(const std::vector<TestSeries>& series) {
  std::set<std::string> symbols;
  for (const TestSeries& one : series) {
    for (const model::LabelView& label : one.labels) {
      symbols.emplace(label.name);
      symbols.emplace(label.value);
    }
  }
  return {symbols.begin(), symbols.end()};
}

model::BlockRange RangeOf(const BlockSpec& spec) {
  if (spec.min_time != 0 || spec.max_time != 0) return {spec.min_time, spec.max_time};
  TimestampMs min = kTimestampMax;
  TimestampMs max = kTimestampMin;
  for (const TestSeries& series : spec.series) {
    for (const auto* times :
         {&series.times, &series.histogram_times, &series.float_histogram_times}) {
      if (times->empty()) continue;
      min = std::min(min, times->front());
      max = std::max(max, times->back());
    }
  }
  if (min > max) return {0, 1};
  return {min, max + 1};
}

Ulid UlidOf(const BlockSpec& spec, const model::BlockRange& range) {
  if (spec.ulid != Ulid()) return spec.ulid;
  Random random(spec.seed);
  return Ulid::Make(range.max, random);
}

}  // namespace

std::vector<ChunkToWrite> EncodeChunks(const TestSeries& series, size_t samples_per_chunk,
                                       std::vector<std::string>* storage) {
  std::vector<OwnedChunk> owned;
  EncodeFloats(series, samples_per_chunk, &owned);
  EncodeHistograms<chunk::HistogramAppender>(series.histogram_times, series.histograms,
                                             samples_per_chunk, chunk::Encoding::kHistogram,
                                             &owned);
  EncodeHistograms<chunk::FloatHistogramAppender>(series.float_histogram_times,
                                                  series.float_histograms, samples_per_chunk,
                                                  chunk::Encoding::kFloatHistogram, &owned);
  std::sort(owned.begin(), owned.end(),
            [](const auto& a, const auto& b) { return a.min_time < b.min_time; });
  storage->clear();
  storage->reserve(owned.size());  // The views below must not move.
  std::vector<ChunkToWrite> chunks;
  for (OwnedChunk& chunk : owned) {
    storage->push_back(std::move(chunk.data));
    chunks.push_back({chunk.min_time, chunk.max_time, chunk.encoding, storage->back()});
  }
  return chunks;
}

StatusOr<tsdb::BlockMeta> BuildBlock(Env& env, const std::string& parent, const BlockSpec& spec) {
  const model::BlockRange range = RangeOf(spec);
  tsdb::BlockMeta meta;
  meta.ulid = UlidOf(spec, range);
  meta.min_time = range.min;
  meta.max_time = range.max;
  meta.compaction.level = spec.level;
  meta.compaction.sources = spec.sources.empty() ? std::vector<Ulid>{meta.ulid} : spec.sources;

  std::vector<const TestSeries*> sorted;
  for (const TestSeries& series : spec.series) sorted.push_back(&series);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->labels < b->labels; });

  const std::string directory = JoinPath(parent, meta.ulid.ToString());
  tsdb::BlockWriter::Options options;
  options.segment_size_max = spec.segment_size_max;
  ASSIGN_OR_RETURN(auto writer, tsdb::BlockWriter::Create(env, directory, options));
  for (const std::string& symbol : Symbols(spec.series)) RETURN_IF_ERROR(writer->AddSymbol(symbol));
  std::vector<std::string> storage;
  for (const TestSeries* series : sorted) {
    RETURN_IF_ERROR(
        writer->AddSeries(series->labels, EncodeChunks(*series, spec.samples_per_chunk, &storage)));
  }
  if (spec.thanos) {
    tsdb::ThanosMeta& thanos = meta.thanos.emplace();
    thanos.labels = spec.external_labels;
    thanos.resolution_ms = spec.resolution_ms;
    thanos.source = spec.source;
    thanos.segment_files = writer->SegmentFiles();
  }
  RETURN_IF_ERROR(writer->Finish(meta));
  meta.stats = writer->stats();
  return meta;
}

TestSeries CounterSeries(model::Labels labels, TimestampMs start, int64_t step_ms, size_t count,
                         double increment) {
  TestSeries series;
  series.labels = std::move(labels);
  for (size_t i = 0; i < count; ++i) {
    series.times.push_back(start + static_cast<int64_t>(i) * step_ms);
    series.values.push_back(static_cast<double>(i) * increment);
  }
  return series;
}

}  // namespace aion::testing
