#pragma once

// ActiveQueries: a file that names the queries under way, so that what ran when a process died can
// be read at its next start. Prometheus' format, so its tools and eyes can read it: `[`, then slots
// of 1000 bytes, each a JSON object filled with zeroes up to a comma, or all zeroes.
//
// Written with plain writes: the file outlives a crash of the process, not one of the machine.
// Thread-safe.

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "telemetry/log.h"

namespace aion::query {

inline constexpr std::string_view kActiveQueriesFile = "queries.active";
inline constexpr size_t kActiveQueryBytes = 1000;

class ActiveQueries {
 public:
  /// Logs what the last run left unfinished, then starts the file anew with `queries_max` slots.
  /// Makes the directory.
  static StatusOr<std::unique_ptr<ActiveQueries>> Open(const std::string& directory,
                                                       size_t queries_max,
                                                       const telemetry::Logger& logger);
  ~ActiveQueries();

  /// A query's entry, taken out when it is destroyed.
  class Entry {
   public:
    Entry() = default;
    Entry(Entry&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), slot_(other.slot_) {}
    Entry& operator=(Entry&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(slot_, other.slot_);
      return *this;
    }
    ~Entry() {
      if (owner_ != nullptr) owner_->Remove(slot_);
    }

   private:
    friend class ActiveQueries;  // An entry is the file's other half.
    Entry(ActiveQueries* owner, size_t slot) : owner_(owner), slot_(slot) {}
    ActiveQueries* owner_ = nullptr;
    size_t slot_ = 0;
  };

  /// The text is cut to what a slot holds. With all slots taken the query runs unnamed: never
  /// waits.
  Entry Insert(std::string_view query, TimestampMs now);

 private:
  ActiveQueries(int fd, size_t queries_max);
  void Remove(size_t slot);
  void WriteSlot(size_t slot, std::string_view bytes) const;

  const int fd_;
  std::mutex mutex_;
  std::vector<size_t> free_;  // Guarded by mutex_.
};

/// The JSON array of the entries in such a file's bytes; empty when there are none.
std::string UnfinishedQueries(std::string_view file);

}  // namespace aion::query
