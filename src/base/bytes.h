#pragma once

// ByteCursor reads, and the Put functions write, the fixed and variable-length integers of the TSDB
// formats.
//
// Every decoder of untrusted bytes goes through the cursor: it is the one place where bounds are
// checked. A read past the end gives zero (or an empty view) and makes the cursor fail for good, so
// a decoder may read a whole record and ask `ok()` once. The cursor views the bytes and never owns
// them. Varints are LEB128 as in encoding/binary: unsigned plain, signed zigzag; at most 10 bytes.
// Not thread-safe.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace aion {

class ByteCursor {
 public:
  explicit ByteCursor(std::string_view bytes)
      : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  bool ok() const { return !failed_; }
  /// Bytes read so far: the offset of the next read.
  size_t offset() const { return static_cast<size_t>(at_ - begin_); }
  size_t remaining() const { return static_cast<size_t>(end_ - at_); }
  bool AtEnd() const { return at_ == end_; }

  uint8_t U8() {
    if (!Has(1)) return 0;
    return static_cast<uint8_t>(*at_++);
  }
  uint16_t Be16() { return static_cast<uint16_t>(BigEndian<2>()); }
  uint32_t Be32() { return static_cast<uint32_t>(BigEndian<4>()); }
  uint64_t Be64() { return BigEndian<8>(); }

  uint64_t Uvarint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at_ == end_) break;
      const auto byte = static_cast<uint8_t>(*at_++);
      if (shift == 63 && byte > 1) break;
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    Fail();
    return 0;
  }
  int64_t Varint() {
    const uint64_t zigzag = Uvarint();
    return static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
  }
  /// The next `size` bytes; empty and failed when there are fewer.
  std::string_view Bytes(uint64_t size) {
    if (!Has(size)) return {};
    std::string_view view(at_, static_cast<size_t>(size));
    at_ += size;
    return view;
  }
  /// A uvarint length and that many bytes.
  std::string_view UvarintBytes() { return Bytes(Uvarint()); }
  void Skip(uint64_t size) {
    if (Has(size)) at_ += size;
  }
  void Fail() {
    failed_ = true;
    at_ = end_;
  }

 private:
  bool Has(uint64_t size) {
    if (static_cast<uint64_t>(end_ - at_) >= size) return true;
    Fail();
    return false;
  }
  template <int kSize>
  uint64_t BigEndian() {
    if (!Has(kSize)) return 0;
    uint64_t value = 0;
    for (int i = 0; i < kSize; ++i) value = value << 8 | static_cast<uint8_t>(at_[i]);
    at_ += kSize;
    return value;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  bool failed_ = false;
};

inline void PutU8(std::string* out, uint8_t value) { out->push_back(static_cast<char>(value)); }
template <typename T>
void PutBigEndian(std::string* out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift & 0xff));
  }
}
inline void PutBe16(std::string* out, uint16_t value) { PutBigEndian(out, value); }
inline void PutBe32(std::string* out, uint32_t value) { PutBigEndian(out, value); }
inline void PutBe64(std::string* out, uint64_t value) { PutBigEndian(out, value); }
inline void PutUvarint(std::string* out, uint64_t value) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}
inline void PutVarint(std::string* out, int64_t value) {
  PutUvarint(out, static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
}
inline void PutUvarintBytes(std::string* out, std::string_view bytes) {
  PutUvarint(out, bytes.size());
  out->append(bytes);
}

}  // namespace aion
