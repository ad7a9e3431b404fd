#pragma once

// Bits, most significant first: what the chunk encodings are made of.
//
// BitReader is the checked reader of histogram and XOR2 chunks: reads past the end give zeros and
// make it fail for good, so a decoder asks ok() once a sample. The XOR decoder has a loop of its
// own over PeekBits. BitWriter appends to a string it owns. Not thread-safe.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace aion::chunk {

/// Bytes behind a bit position that PeekBits touches.
inline constexpr size_t kPeekBytes = 9;

inline uint64_t LoadBigEndian64(const uint8_t* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof(value));
  return __builtin_bswap64(value);
}

/// The bits at `position`, left-aligned; the upper 57 are valid. Touches 8 bytes.
inline uint64_t Peek57(const uint8_t* base, uint64_t position) {
  return LoadBigEndian64(base + (position >> 3)) << (position & 7);
}

/// The `count` bits at `position`, right-aligned. Requires: 1 <= count <= 64. Touches kPeekBytes
/// bytes.
inline uint64_t PeekBits(const uint8_t* base, uint64_t position, unsigned count) {
  const uint8_t* at = base + (position >> 3);
  const auto shift = static_cast<unsigned>(position & 7);
  const uint64_t bits = LoadBigEndian64(at) << shift | at[8] >> (8 - shift);
  return bits >> (64 - count);
}

/// A value of `count` bits as the encoders write it: from -(2^(count-1) - 1) to 2^(count-1), which
/// is why the pattern 100…0 is positive. Requires: count < 64.
inline int64_t SignedBits(uint64_t bits, unsigned count) {
  if (bits > uint64_t{1} << (count - 1)) bits -= uint64_t{1} << count;
  return static_cast<int64_t>(bits);
}

/// The window of significant bits of an XOR-coded value. Kept from sample to sample.
struct XorWindow {
  uint8_t trailing = 0;
  uint8_t significant = 64;
};

class BitReader {
 public:
  explicit BitReader(std::string_view bytes)
      : base_(reinterpret_cast<const uint8_t*>(bytes.data())),
        size_(bytes.size()),
        end_(bytes.size() * 8) {}

  bool ok() const { return position_ <= end_; }
  uint64_t remaining() const { return ok() ? end_ - position_ : 0; }

  uint64_t Bit() { return Bits(1); }
  /// Requires: 1 <= count <= 64.
  uint64_t Bits(unsigned count) {
    const uint64_t bits = Peek(position_) >> (64 - count);
    Advance(count);
    return bits;
  }
  /// LEB128 over bytes that need not be aligned.
  uint64_t Uvarint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const uint64_t byte = Bits(8);
      if (shift == 63 && byte > 1) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    Fail();
    return 0;
  }
  int64_t Varint() {
    const uint64_t zigzag = Uvarint();
    return static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
  }
  /// The histogram chunks' numbers: up to eight prefix bits choose the size.
  uint64_t VarbitUint() {
    const unsigned count = VarbitSize();
    return count == 0 ? 0 : Bits(count);
  }
  int64_t VarbitInt() {
    const unsigned count = VarbitSize();
    if (count == 0) return 0;
    const uint64_t bits = Bits(count);
    return count == 64 ? static_cast<int64_t>(bits) : SignedBits(bits, count);
  }
  /// Applies the next XOR-coded change to `value` (IEEE bits).
  void Xor(uint64_t* value, XorWindow* window) {
    const uint64_t control = Peek(position_) >> 62;
    if (control < 2) return Advance(1);
    Advance(2);
    XorBits(control == 3, value, window);
  }
  /// The same behind its control bits.
  void XorBits(bool new_window, uint64_t* value, XorWindow* window) {
    if (new_window) {
      const uint64_t bits = Bits(11);
      const auto leading = static_cast<unsigned>(bits >> 6);
      const auto low = static_cast<unsigned>(bits & 63);
      const unsigned significant = low == 0 ? 64 : low;
      if (leading + significant > 64) return Fail();
      window->significant = static_cast<uint8_t>(significant);
      window->trailing = static_cast<uint8_t>(64 - leading - significant);
    }
    *value ^= Bits(window->significant) << window->trailing;
  }
  void Fail() { position_ = end_ + 1; }

 private:
  /// 64 bits at `position`, zeros behind the end.
  uint64_t Peek(uint64_t position) const {
    const uint64_t byte = position >> 3;
    if (byte + kPeekBytes <= size_) [[likely]]
      return PeekBits(base_, position, 64);
    uint8_t padded[16] = {};
    if (byte < size_) std::memcpy(padded, base_ + byte, size_ - byte);
    return PeekBits(padded, position & 7, 64);
  }
  /// Stays one past the end once it got there, so that hostile counts cannot wrap the position.
  void Advance(unsigned count) {
    position_ += count;
    if (position_ > end_) [[unlikely]]
      Fail();
  }
  unsigned VarbitSize() {
    static constexpr uint8_t kPrefix[9] = {1, 2, 3, 4, 5, 6, 7, 8, 8};
    static constexpr uint8_t kSize[9] = {0, 3, 6, 9, 12, 18, 25, 56, 64};
    const int ones = std::countl_one(static_cast<uint8_t>(Peek(position_) >> 56));
    Advance(kPrefix[ones]);
    return kSize[ones];
  }

  const uint8_t* base_;
  uint64_t size_;
  uint64_t end_;
  uint64_t position_ = 0;
};

class BitWriter {
 public:
  /// Begins behind `header_size` zero bytes.
  explicit BitWriter(size_t header_size) : bytes_(header_size, '\0') {}

  const std::string& bytes() const { return bytes_; }
  std::string* mutable_bytes() { return &bytes_; }

  void Bit(bool bit) { Bits(bit ? 1 : 0, 1); }
  /// The lower `count` bits. Requires: 1 <= count <= 64.
  void Bits(uint64_t bits, unsigned count) {
    bits <<= 64 - count;
    if (free_ != 0) {
      bytes_.back() = static_cast<char>(static_cast<uint8_t>(bytes_.back()) | bits >> (64 - free_));
      if (count <= free_) {
        free_ -= count;
        return;
      }
      bits <<= free_;
      count -= free_;
    }
    const uint64_t big_endian = __builtin_bswap64(bits);
    char buffer[8];
    std::memcpy(buffer, &big_endian, sizeof(buffer));
    bytes_.append(buffer, (count + 7) / 8);
    free_ = (8 - count % 8) % 8;
  }
  void Uvarint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) Bits(value | 0x80, 8);
    Bits(value, 8);
  }
  void Varint(int64_t value) {
    Uvarint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
  }
  void VarbitInt(int64_t value);
  void VarbitUint(uint64_t value);
  /// Codes `value` against `previous` (IEEE bits). `window` begins as NoWindow().
  void Xor(uint64_t value, uint64_t previous, XorWindow* window);
  static constexpr XorWindow NoWindow() { return {0, 0}; }

 private:
  std::string bytes_;
  unsigned free_ = 0;  // Unused low bits of the last byte.
};

/// True when `value` lies in what SignedBits reads from `count` bits.
inline bool FitsSigned(int64_t value, unsigned count) {
  return -((int64_t{1} << (count - 1)) - 1) <= value && value <= int64_t{1} << (count - 1);
}

}  // namespace aion::chunk
