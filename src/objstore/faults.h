#pragma once

// The fault decorator: a bucket that fails, lags, cuts reads and tears uploads as a seed decides,
// or that dies at a chosen write. For tests and the simulation. Thread-safe; with one calling
// thread a seed always gives the same faults.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/random.h"
#include "objstore/bucket.h"

namespace aion::objstore {

struct FaultOptions {
  uint64_t seed = 1;
  double error_rate = 0;     ///< Of all calls: kUnavailable, nothing done.
  double cut_read_rate = 0;  ///< Of Get and GetRange: fewer bytes than asked, without an error.
  double torn_upload_rate =
      0;  ///< Of uploads: half of the bytes become the object, and the call fails.
  std::chrono::microseconds latency{0};
  /// Writes (uploads and deletes) that succeed before the bucket is dead for every call; -1: never.
  int64_t writes_before_death = -1;
  /// The write at which it dies leaves half an object, as a store without atomic uploads may.
  bool tear_at_death = false;
};

/// The faults of one bucket; to be kept beside it to change them or to look at the counts.
class FaultPlan {
 public:
  explicit FaultPlan(const FaultOptions& options) : options_(options), random_(options.seed) {}
  /// No faults from now on.
  void Heal();
  uint64_t writes() const { return writes_; }
  uint64_t faults() const { return faults_; }

  enum class Verdict { kPass, kFail, kTear };
  Verdict OnRead();
  Verdict OnWrite(bool is_upload);
  bool CutsRead();
  std::chrono::microseconds latency() const { return options_.latency; }

 private:
  bool Roll(double rate) { return rate > 0 && random_.Unit() < rate; }

  std::mutex mutex_;
  FaultOptions options_;  // Guarded by mutex_.
  Random random_;         // Guarded by mutex_.
  std::atomic<uint64_t> writes_{0};
  std::atomic<uint64_t> faults_{0};
};

/// `bucket` outlives the decorator.
std::unique_ptr<Bucket> MakeFaultyBucket(Bucket& bucket, std::shared_ptr<FaultPlan> plan);

}  // namespace aion::objstore
