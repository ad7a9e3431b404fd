#include "base/accountant.h"

namespace aion {

Status MemoryAccountant::Charge(uint64_t bytes, std::string_view what) {
  const auto refuse = [&](uint64_t used) {
    std::string text("memory budget of the query exceeded: ");
    text.append(what).append(" needs ").append(std::to_string(bytes)).append(" bytes more, ");
    text.append(std::to_string(used)).append(" of ").append(std::to_string(budget_bytes_));
    return ResourceExhaustedError(text.append(" bytes are in use"));
  };
  // Asked apart, so that a hostile size cannot wrap the sum.
  if (budget_bytes_ != 0 && bytes > budget_bytes_) return refuse(used_bytes());
  const uint64_t used = used_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (budget_bytes_ != 0 && used > budget_bytes_) {
    Release(bytes);
    return refuse(used - bytes);
  }
  uint64_t peak = peak_bytes_.load(std::memory_order_relaxed);
  while (used > peak && !peak_bytes_.compare_exchange_weak(peak, used, std::memory_order_relaxed)) {
  }
  return OkStatus();
}

}  // namespace aion
