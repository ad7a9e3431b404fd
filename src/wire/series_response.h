#pragma once

// thanos.SeriesResponse: one series, a batch of them, a warning or hints. The hot message of the
// read path.
//
// Decoding copies nothing but labels: chunk data stays a view of the message's bytes, labels are
// packed into one string. Encoding writes each byte once. Chunk types are the wire's: one lower
// than the disk's encoding byte.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "model/labels.h"

namespace aion::wire {

/// XOR 0, HISTOGRAM 1, FLOAT_HISTOGRAM 2; then those with start timestamps, as new peers number
/// them.
inline constexpr uint8_t kChunkTypeMax = 5;
inline constexpr uint8_t kAggregateMax = 5;  ///< RAW 0, COUNT 1, SUM 2, MIN 3, MAX 4, COUNTER 5.

/// One Chunk of an AggrChunk.
struct WireChunk {
  TimestampMs min_time = 0;
  TimestampMs max_time = 0;
  std::string_view data;
  uint8_t type = 0;
  uint8_t aggregate = 0;
};

struct WireSeries {
  size_t labels_begin = 0;  ///< Into SeriesResponse::packed_labels.
  size_t labels_end = 0;
  uint32_t chunk_begin = 0;
  uint32_t chunk_end = 0;
};

/// Reused from message to message, so that the steady state allocates nothing.
struct SeriesResponse {
  std::vector<WireSeries> series;
  std::vector<WireChunk> chunks;  ///< Data views the decoded bytes.
  std::string packed_labels;
  std::vector<std::string> warnings;
  std::string hints;  ///< google.protobuf.Any bytes.
  void clear();
};

/// Appends to `response`, so that several messages can make one frame. kInvalidArgument for
/// malformed bytes and chunk types we do not know; what was appended then means nothing.
Status DecodeSeriesResponse(std::string_view bytes, SeriesResponse* response);

/// A series to send: chunks of equal times and different aggregates that stand together make one
/// AggrChunk.
struct SeriesToSend {
  model::LabelsView labels;
  std::span<const WireChunk> chunks;
};
/// Bytes the Series message takes, an upper bound good to a few bytes a chunk.
size_t SeriesSizeBound(const SeriesToSend& series);
/// Appends {series = 1}. Chunks get their XXH64.
void EncodeSeriesResponse(const SeriesToSend& series, std::string* out);
/// Appends {batch = 4} with all of them.
void EncodeBatchResponse(std::span<const SeriesToSend> series, std::string* out);
std::string EncodeWarningResponse(std::string_view warning);
std::string EncodeHintsResponse(std::string_view any_bytes);

}  // namespace aion::wire
