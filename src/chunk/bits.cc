#include "chunk/bits.h"

#include <algorithm>

namespace aion::chunk {
namespace {

/// Sizes of varbit numbers behind prefixes of 1, 2, … 7 ones and a zero; past them 8 ones and all
/// 64 bits.
constexpr unsigned kVarbitSizes[] = {3, 6, 9, 12, 18, 25, 56};

/// Prefix of `ones` ones and a zero, then the lower `count` bits. At most 64 bits together.
void PutPrefixed(BitWriter* writer, unsigned ones, uint64_t bits, unsigned count) {
  const uint64_t prefix = (uint64_t{1} << (ones + 1)) - 2;
  writer->Bits(prefix << count | (bits & ((uint64_t{1} << count) - 1)), ones + 1 + count);
}

}  // namespace

void BitWriter::VarbitInt(int64_t value) {
  if (value == 0) return Bits(0, 1);
  for (unsigned i = 0; i < std::size(kVarbitSizes); ++i) {
    if (FitsSigned(value, kVarbitSizes[i])) {
      return PutPrefixed(this, i + 1, static_cast<uint64_t>(value), kVarbitSizes[i]);
    }
  }
  Bits(0xff, 8);
  Bits(static_cast<uint64_t>(value), 64);
}

void BitWriter::VarbitUint(uint64_t value) {
  if (value == 0) return Bits(0, 1);
  for (unsigned i = 0; i < std::size(kVarbitSizes); ++i) {
    if (value >> kVarbitSizes[i] == 0) return PutPrefixed(this, i + 1, value, kVarbitSizes[i]);
  }
  Bits(0xff, 8);
  Bits(value, 64);
}

void BitWriter::Xor(uint64_t value, uint64_t previous, XorWindow* window) {
  const uint64_t delta = value ^ previous;
  if (delta == 0) return Bits(0, 1);
  // Five bits say how many zeros lead.
  const auto leading = std::min(31u, static_cast<unsigned>(std::countl_zero(delta)));
  const auto trailing = static_cast<unsigned>(std::countr_zero(delta));
  const unsigned window_leading = 64u - window->significant - window->trailing;
  if (window->significant != 0 && leading >= window_leading && trailing >= window->trailing) {
    Bits(0b10, 2);
    Bits(delta >> window->trailing, window->significant);
    return;
  }
  const unsigned significant = 64 - leading - trailing;
  *window = {static_cast<uint8_t>(trailing), static_cast<uint8_t>(significant)};
  // 64 does not fit into six bits and is written as 0, which no change can have.
  Bits(uint64_t{0b11} << 11 | uint64_t{leading} << 6 | (significant & 63), 13);
  Bits(delta >> trailing, significant);
}

}  // namespace aion::chunk
