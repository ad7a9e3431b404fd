#pragma once

// Builds blocks from samples, for tests and for the bench data: a directory with index, chunks,
// tombstones and meta.json as a component would have written it. Only for what may include testing.
// Errors of the file system are Statuses.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "chunk/histogram.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "tsdb/block/block_writer.h"
#include "tsdb/block/meta.h"

namespace aion::testing {

/// One series: floats, integer histograms and float histograms, each in chunks of its own; times
/// ascend over all three together at chunk borders.
struct TestSeries {
  model::Labels labels;
  std::vector<TimestampMs> times;
  std::vector<double> values;
  std::vector<TimestampMs> histogram_times;
  std::vector<model::Histogram> histograms;
  std::vector<TimestampMs> float_histogram_times;
  std::vector<model::FloatHistogram> float_histograms;
};

struct BlockSpec {
  std::vector<TestSeries> series;  ///< In any order, labels unique.
  std::map<std::string, std::string> external_labels;
  /// Also the directory's name. Unset: made from `max_time` and `seed`.
  Ulid ulid;
  uint64_t seed = 1;
  /// Range of the block; both 0: from the first sample to behind the last.
  TimestampMs min_time = 0;
  TimestampMs max_time = 0;
  int64_t resolution_ms = 0;
  std::string source = "sidecar";
  int64_t level = 1;
  std::vector<Ulid> sources;  ///< Empty: the block itself.
  size_t samples_per_chunk = 120;
  uint64_t segment_size_max = tsdb::kSegmentSizeMax;
  bool thanos = true;  ///< Whether meta.json has the Thanos section.
};

/// Writes the block under `parent`/ULID and returns its meta.
StatusOr<tsdb::BlockMeta> BuildBlock(Env& env, const std::string& parent, const BlockSpec& spec);

/// Samples 0, 1, 2, … of a counter: `count` of them from `start` on, `step_ms` apart.
TestSeries CounterSeries(model::Labels labels, TimestampMs start, int64_t step_ms, size_t count,
                         double increment = 1);

/// Encodes a series' chunks; `storage` owns their bytes.
std::vector<tsdb::ChunkToWrite> EncodeChunks(const TestSeries& series, size_t samples_per_chunk,
                                             std::vector<std::string>* storage);

struct IndexSeries {
  model::Labels labels;
  std::vector<tsdb::ChunkMeta> chunks;
};

/// The bytes of an index of version 1, which no writer gives any more but readers must take.
/// `series` ascend.
std::string BuildIndexV1(const std::vector<IndexSeries>& series);

}  // namespace aion::testing
