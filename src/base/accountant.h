#pragma once

// MemoryAccountant: what one query (or one request) may hold in memory, and the typed error when it
// asks for more.
//
// Everything that keeps data for the query charges its bytes here before it allocates and releases
// them when it frees. Thread-safe and lock-free. A budget of 0 means no limit.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace aion {

class MemoryAccountant {
 public:
  explicit MemoryAccountant(uint64_t budget_bytes = 0) : budget_bytes_(budget_bytes) {}
  MemoryAccountant(const MemoryAccountant&) = delete;
  MemoryAccountant& operator=(const MemoryAccountant&) = delete;

  /// kResourceExhausted, with nothing charged, when the budget would be passed. `what` names the
  /// holder for the user.
  Status Charge(uint64_t bytes, std::string_view what);
  void Release(uint64_t bytes) { used_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

  uint64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  uint64_t peak_bytes() const { return peak_bytes_.load(std::memory_order_relaxed); }
  uint64_t budget_bytes() const { return budget_bytes_; }

 private:
  const uint64_t budget_bytes_;
  std::atomic<uint64_t> used_bytes_{0};
  std::atomic<uint64_t> peak_bytes_{0};
};

/// Releases what it charged when it goes out of scope. Movable, not thread-safe itself.
class MemoryCharge {
 public:
  MemoryCharge() = default;
  explicit MemoryCharge(MemoryAccountant* accountant) : accountant_(accountant) {}
  ~MemoryCharge() { Reset(); }
  MemoryCharge(MemoryCharge&& other) noexcept { *this = std::move(other); }
  MemoryCharge& operator=(MemoryCharge&& other) noexcept {
    if (this == &other) return *this;
    Reset();
    accountant_ = other.accountant_;
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }

  /// Adds `bytes` to the charge. A charge without an accountant accepts everything.
  Status Add(uint64_t bytes, std::string_view what) {
    if (accountant_ == nullptr) return OkStatus();
    RETURN_IF_ERROR(accountant_->Charge(bytes, what));
    bytes_ += bytes;
    return OkStatus();
  }
  void Reset() {
    if (accountant_ != nullptr && bytes_ != 0) accountant_->Release(bytes_);
    bytes_ = 0;
  }
  uint64_t bytes() const { return bytes_; }

 private:
  MemoryAccountant* accountant_ = nullptr;
  uint64_t bytes_ = 0;
};

}  // namespace aion
