#pragma once

// The store gateway's metrics, under upstream's names, and what one request counts towards them.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "telemetry/metrics.h"

namespace aion::store {

enum class DataType : uint8_t { kPostings = 0, kSeries = 1, kChunks = 2 };
inline constexpr size_t kDataTypeCount = 3;

/// Counted by the threads of one request. "Touched" includes what came from the cache, "fetched"
/// does not.
struct RequestStats {
  struct Data {
    std::atomic<uint64_t> touched{0}, fetched{0}, touched_bytes{0}, fetched_bytes{0};
  };
  std::array<Data, kDataTypeCount> data;
  std::atomic<uint64_t> series_refetches{0}, chunk_refetches{0}, empty_postings{0},
      lazy_postings{0};
  std::atomic<double> series_fetch_seconds{0}, chunk_fetch_seconds{0};
  uint64_t blocks_queried = 0;
  uint64_t result_series = 0;
  std::chrono::duration<double> prepare_seconds{0};
  std::chrono::duration<double> merge_seconds{0};

  void Touch(DataType type, uint64_t count, uint64_t bytes) {
    Data& d = data[static_cast<size_t>(type)];
    d.touched.fetch_add(count, std::memory_order_relaxed);
    d.touched_bytes.fetch_add(bytes, std::memory_order_relaxed);
  }
  void Fetch(DataType type, uint64_t count, uint64_t bytes) {
    Data& d = data[static_cast<size_t>(type)];
    d.fetched.fetch_add(count, std::memory_order_relaxed);
    d.fetched_bytes.fetch_add(bytes, std::memory_order_relaxed);
  }
};

struct StoreMetrics {
  explicit StoreMetrics(const telemetry::Registry& registry);
  /// Observes a finished Series request.
  void ObserveSeries(const RequestStats& stats, std::string_view tenant);

  telemetry::Counter& block_loads;
  telemetry::Counter& block_load_failures;
  telemetry::Counter& block_drops;
  telemetry::Counter& block_drop_failures;
  telemetry::Gauge& blocks_loaded;
  telemetry::Gauge& last_loaded;
  telemetry::Histogram& block_load_seconds;
  telemetry::Histogram& header_build_seconds;
  telemetry::Family<telemetry::Histogram> touched, fetched, touched_bytes, fetched_bytes;
  telemetry::Family<telemetry::Histogram> blocks_queried, get_all_seconds, merge_seconds,
      result_series;
  telemetry::Family<telemetry::Histogram> sent_chunk_bytes, postings_bytes;
  telemetry::Family<telemetry::Counter> queries_dropped, series_refetches, chunk_refetches,
      empty_postings;
  telemetry::Counter& lazy_expanded_postings;
  telemetry::Family<telemetry::Histogram> postings_fetch_seconds, series_fetch_seconds,
      series_fetch_sum_seconds;
  telemetry::Family<telemetry::Histogram> chunks_fetch_seconds, chunks_fetch_sum_seconds;
  telemetry::Counter& lazy_header_loads;
  telemetry::Counter& lazy_header_load_failures;
  telemetry::Counter& lazy_header_unloads;
  telemetry::Histogram& header_load_seconds;
};

/// Observes the time it lives and adds it to a sum.
class FetchTimer {
 public:
  FetchTimer(telemetry::Histogram* seconds, std::atomic<double>* sum)
      : seconds_(seconds), sum_(sum) {}
  ~FetchTimer() {
    const double elapsed =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    if (seconds_ != nullptr) seconds_->Observe(elapsed);
    if (sum_ != nullptr) sum_->fetch_add(elapsed, std::memory_order_relaxed);
  }
  FetchTimer(const FetchTimer&) = delete;
  FetchTimer& operator=(const FetchTimer&) = delete;

 private:
  telemetry::Histogram* const seconds_;
  std::atomic<double>* const sum_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace aion::store
