#pragma once

// Ulid: the name of a block. 48 bits of milliseconds and 80 random bits, written as 26 Crockford
// base32 characters that sort by time. A value type.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"

namespace aion {

class Ulid {
 public:
  static constexpr size_t kTextSize = 26;

  Ulid() = default;
  /// Upper or lower case; kInvalidArgument for anything but 26 base32 characters with the first in
  /// 0…7.
  static StatusOr<Ulid> Parse(std::string_view text);
  static Ulid Make(TimestampMs time, Random& random);

  TimestampMs TimeMs() const;
  std::string ToString() const;
  auto operator<=>(const Ulid&) const = default;

 private:
  std::array<uint8_t, 16> bytes_{};
};

}  // namespace aion
