#pragma once

// Prints a block's series as the golden dumps hold them: one JSON object a series with labels and
// chunks, each chunk with encoding, times, count and samples. A float is the 16 hex digits of its
// bits, a histogram its text form; an aggregate chunk has its parts by name. For comparing blocks
// in tests.

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/histogram.h"
#include "tsdb/block/block_reader.h"

namespace aion::testing {

/// Prometheus' String() of a histogram. `integer` prints counts as integers.
std::string HistogramText(const model::FloatHistogram& histogram, bool integer);

/// One line without a newline.
StatusOr<std::string> DumpSeries(const tsdb::BlockReader& block, const tsdb::BlockSeries& series);

/// All series of the block, one line each, in index order.
StatusOr<std::string> DumpBlock(const tsdb::BlockReader& block);

}  // namespace aion::testing
