#pragma once

// Random: a small seeded generator (splitmix64) for ULIDs, jitter and tests. Not for secrets. Not
// thread-safe.

#include <cstdint>

namespace aion {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  /// Seeded from the operating system.
  static Random FromSystem();

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, bound). Requires: bound > 0.
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }
  /// Uniform in [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  uint64_t state_;
};

}  // namespace aion
