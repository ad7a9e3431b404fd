#pragma once

// The encodings of chunks, and what they have in common (docs/formats/chunks.md).
//
// A chunk here is its payload: no length, encoding byte or CRC around it. Every payload but an
// aggregate one begins with a big-endian sample count. Plain values, pure functions.

#include <cstdint>
#include <string_view>

#include "base/status.h"

namespace aion::chunk {

/// The encoding byte of a chunk record on disk.
enum class Encoding : uint8_t {
  kNone = 0,
  kXor = 1,
  kHistogram = 2,
  kFloatHistogram = 3,
  kXor2 = 4,              ///< Floats with start timestamps.
  kHistogramSt = 5,       ///< Integer histograms with start timestamps.
  kFloatHistogramSt = 6,  ///< Float histograms with start timestamps.
  kAggregate = 0xff,      ///< A downsampled chunk: up to five chunks in one.
};

/// "XOR", "histogram", …: Prometheus' names.
std::string_view EncodingName(Encoding encoding);

bool IsFloatEncoding(Encoding encoding);
bool IsHistogramEncoding(Encoding encoding);

/// kUnimplemented "unsupported chunk encoding N". The caller adds block and offset.
Status UnsupportedEncoding(Encoding encoding);

/// Samples the chunk claims to hold; for an aggregate chunk those of its count (kDataLoss when
/// malformed). Not yet checked against the bytes: a decoder does that.
StatusOr<size_t> SampleCount(Encoding encoding, std::string_view data);

}  // namespace aion::chunk
