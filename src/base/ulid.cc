#include "base/ulid.h"

namespace aion {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

int DigitValue(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  const size_t value = kAlphabet.find(c);
  return value == std::string_view::npos ? -1 : static_cast<int>(value);
}

}  // namespace

StatusOr<Ulid> Ulid::Parse(std::string_view text) {
  if (text.size() != kTextSize || DigitValue(text[0]) > 7) {
    return InvalidArgumentError("not a ULID: " + std::string(text));
  }
  // 26 digits of 5 bits are 130 bits: the first carries only its low 3.
  Ulid ulid;
  unsigned __int128 value = 0;
  for (char c : text) {
    const int digit = DigitValue(c);
    if (digit < 0) return InvalidArgumentError("not a ULID: " + std::string(text));
    value = value << 5 | static_cast<unsigned>(digit);
  }
  for (size_t i = 16; i-- > 0; value >>= 8) ulid.bytes_[i] = static_cast<uint8_t>(value);
  return ulid;
}

Ulid Ulid::Make(TimestampMs time, Random& random) {
  Ulid ulid;
  for (size_t i = 6; i-- > 0; time >>= 8) ulid.bytes_[i] = static_cast<uint8_t>(time);
  for (size_t i = 6; i < 16; ++i) ulid.bytes_[i] = static_cast<uint8_t>(random.Next());
  return ulid;
}

TimestampMs Ulid::TimeMs() const {
  TimestampMs time = 0;
  for (size_t i = 0; i < 6; ++i) time = time << 8 | bytes_[i];
  return time;
}

std::string Ulid::ToString() const {
  unsigned __int128 value = 0;
  for (uint8_t byte : bytes_) value = value << 8 | byte;
  std::string text(kTextSize, '0');
  for (size_t i = kTextSize; i-- > 0; value >>= 5)
    text[i] = kAlphabet[static_cast<size_t>(value & 31)];
  return text;
}

}  // namespace aion
