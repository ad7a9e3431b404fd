#pragma once

// Remote read: the raw stream of one `/api/v1/read` call, pulled page by page while the body
// arrives.
//
// The call runs on a thread of its own that stops reading the socket while `kReadAheadBytesMax`
// wait to be pulled, so a slow consumer slows Prometheus and nothing piles up. Streamed XOR chunks
// are asked for first; a server that only knows samples answers with one snappy-compressed message
// instead, which is unpacked here. The pages hold undecoded messages
// (prometheus.ChunkedReadResponse, or one prometheus.ReadResponse). A stream is pulled by one
// thread; destroying it cancels the call and waits for its thread.

#include <memory>
#include <string>
#include <vector>

#include "base/accountant.h"
#include "base/buffer.h"
#include "base/cancel.h"
#include "base/status.h"
#include "model/matcher.h"
#include "model/time_range.h"
#include "promclient/prometheus.h"

namespace aion::promclient {

/// Bytes of pages that may wait for the consumer.
inline constexpr size_t kReadAheadBytesMax = 8 << 20;
/// A page is handed on when it is this large, or when the consumer has nothing to do.
inline constexpr size_t kPageBytes = 256 << 10;
/// Of an answer in samples, compressed and unpacked: it is held whole.
inline constexpr uint64_t kSampledBytesMax = uint64_t{1} << 30;

struct ReadPage {
  Buffer bytes;                          ///< Owns; carries its charge to the accountant.
  std::vector<std::string_view> frames;  ///< Messages in `bytes`.
  bool is_sampled = false;               ///< One ReadResponse in place of ChunkedReadResponses.
};

class ReadStream {
 public:
  virtual ~ReadStream() = default;
  /// False at the end of a good stream. Errors: the token's, those of `frame_splitter.h`, the
  /// server's refusal as `request failed with code …`, kUnimplemented for an unknown content type,
  /// kResourceExhausted over a limit or the accountant's budget.
  virtual StatusOr<bool> Next(ReadPage* page) = 0;
  /// Frames so far, as the producer counts them.
  virtual uint64_t frame_count() const = 0;
};

/// Starts the call; does not wait for an answer. `accountant` (may be null) must outlive every
/// page.
std::unique_ptr<ReadStream> StartRemoteRead(std::shared_ptr<PrometheusClient> client,
                                            const std::vector<model::Matcher>& matchers,
                                            const model::QueryRange& range,
                                            const CancelToken& cancel,
                                            MemoryAccountant* accountant);

}  // namespace aion::promclient
