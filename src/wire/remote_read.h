#pragma once

// Prometheus' remote read: the request, the SAMPLES answer and the STREAMED_XOR_CHUNKS answer with
// its framing.
//
//   streamed answer := { uvarint(message size) be32(crc32c of the message) ChunkedReadResponse }*
//
// Bodies of requests and SAMPLES answers are snappy blocks, which is not this file's concern.
// Decoders take hostile bytes: kInvalidArgument. Pure functions; ChunkedFrameReader is a value used
// by one thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/status.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "wire/time_series.h"

namespace aion::wire {

enum class ReadResponseType : int32_t { kSamples = 0, kStreamedXorChunks = 1 };

struct ReadQuery {
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  std::vector<model::Matcher> matchers;
  // ReadHints.
  int64_t step_ms = 0;
  std::string function;
  int64_t hint_start_ms = 0;
  int64_t hint_end_ms = 0;
  std::vector<std::string> grouping;
  bool by = false;
  int64_t range_ms = 0;
  bool has_hints = false;
};

struct ReadRequest {
  std::vector<ReadQuery> queries;
  std::vector<ReadResponseType> accepted;
};

std::string Encode(const ReadRequest& request);
Status Decode(std::string_view bytes, ReadRequest* request);

/// The series of each query, in the order of the queries.
struct ReadResponse {
  std::vector<std::vector<TimeSeries>> results;
};
std::string Encode(const ReadResponse& response);
Status Decode(std::string_view bytes, ReadResponse* response);

/// A chunk as the stream carries it; `encoding` is the disk's byte (XOR 1, HISTOGRAM 2,
/// FLOAT_HISTOGRAM 3, …).
struct ReadChunk {
  int64_t min_time = 0;
  int64_t max_time = 0;
  uint8_t encoding = 0;
  std::string_view data;
};

struct ChunkedSeries {
  model::Labels labels;
  std::vector<ReadChunk> chunks;
};

struct ChunkedReadResponse {
  std::vector<ChunkedSeries> series;  ///< Chunk data views the decoded bytes.
  int64_t query_index = 0;
};
std::string Encode(const ChunkedReadResponse& response);
Status Decode(std::string_view bytes, ChunkedReadResponse* response);

/// Appends one frame of the stream.
void AppendChunkedFrame(std::string_view message, std::string* out);

/// Cuts a stream of bytes that arrives in pieces into messages.
class ChunkedFrameReader {
 public:
  explicit ChunkedFrameReader(uint64_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  /// Takes the next piece of the body.
  void Add(std::string_view piece) { pending_.append(piece); }
  /// The next whole message, or false when more bytes are needed. kResourceExhausted over the
  /// limit, kDataLoss when the checksum does not fit.
  StatusOr<bool> Next(Buffer* message);
  /// kDataLoss when the stream ended inside a frame.
  Status Finish() const;

 private:
  const uint64_t message_bytes_max_;
  std::string pending_;
  size_t at_ = 0;  // Bytes of pending_ already handed out.
};

}  // namespace aion::wire
