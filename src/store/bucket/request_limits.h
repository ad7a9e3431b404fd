#pragma once

// Limits of one request: series, chunks and bytes it may touch, with upstream's error texts.
// Thread-safe.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "telemetry/metrics.h"

namespace aion::store {

class RequestLimit {
 public:
  /// 0 means no limit. `dropped` is counted once, when the limit is first passed; it may be null.
  RequestLimit(uint64_t limit, telemetry::Counter* dropped) : limit_(limit), dropped_(dropped) {}
  /// A fresh limit of the same size.
  RequestLimit(const RequestLimit& other) : RequestLimit(other.limit_, other.dropped_) {}

  /// kResourceExhausted "`what`: limit N violated (got M)".
  Status Reserve(uint64_t amount, std::string_view what) {
    if (limit_ == 0) return OkStatus();
    const uint64_t reserved = reserved_.fetch_add(amount, std::memory_order_relaxed) + amount;
    if (reserved <= limit_) return OkStatus();
    if (!failed_.exchange(true) && dropped_ != nullptr) dropped_->Add();
    return ResourceExhaustedError(std::string(what) + ": limit " + std::to_string(limit_) +
                                  " violated (got " + std::to_string(reserved) + ")");
  }

 private:
  const uint64_t limit_;
  telemetry::Counter* const dropped_;
  std::atomic<uint64_t> reserved_{0};
  std::atomic<bool> failed_{false};
};

struct RequestLimits {
  RequestLimit series;
  RequestLimit chunks;
  RequestLimit bytes;
};

}  // namespace aion::store
