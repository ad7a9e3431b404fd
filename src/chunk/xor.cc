#include "chunk/xor.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace aion::chunk {
namespace {

// What one sample can take at most: 4 + 64 bits of time, 13 + 64 bits of value, and what the last
// load touches beyond.
constexpr size_t kSampleBytesMax = (4 + 64 + 13 + 64) / 8 + 1 + kPeekBytes;

struct XorState {
  uint64_t position = 0;  // In bits.
  uint64_t time = 0;      // Unsigned, so that hostile deltas wrap.
  uint64_t delta = 0;
  uint64_t value = 0;
  unsigned significant = 64;
  unsigned trailing = 0;
};

/// Δ²t that is not 0: `bits` begins with its first 1. Moves the position behind it.
inline uint64_t ReadDod(const uint8_t* base, uint64_t bits, uint64_t* position) {
  const auto sized = [&](unsigned prefix, unsigned size) {
    *position += prefix + size;
    return static_cast<uint64_t>(SignedBits(bits << prefix >> (64 - size), size));
  };
  if ((bits & uint64_t{1} << 62) == 0) return sized(2, 14);
  if ((bits & uint64_t{1} << 61) == 0) return sized(3, 17);
  if ((bits & uint64_t{1} << 60) == 0) return sized(4, 20);
  *position += 4 + 64;
  return PeekBits(base, *position - 64, 64);
}

/// A value's change by the bits at the position, of which `bits` has the first 56 left-aligned, the
/// first of them a 1. False when the window is malformed.
inline bool ReadChange(const uint8_t* base, uint64_t bits, XorState* state) {
  if ((bits & uint64_t{1} << 62) == 0) {
    // The window settles on a series' widest change, so that this is nearly every change.
    const unsigned significant = state->significant;
    const uint64_t change = significant <= 54 ? bits << 2 >> (64 - significant)
                                              : PeekBits(base, state->position + 2, significant);
    state->value ^= change << state->trailing;
    state->position += 2 + significant;
    return true;
  }
  const auto leading = static_cast<unsigned>(bits >> 57 & 31);
  const auto low = static_cast<unsigned>(bits >> 51 & 63);
  const unsigned significant = low == 0 ? 64 : low;
  if (leading + significant > 64) return false;
  state->significant = significant;
  state->trailing = 64 - leading - significant;
  state->value ^= PeekBits(base, state->position + 13, significant) << state->trailing;
  state->position += 13 + significant;
  return true;
}

/// Decodes samples [first, count), first >= 2, while whole samples are sure to lie before `limit`
/// (in bits). Returns the first sample not decoded, or kMalformed.
constexpr size_t kMalformed = ~size_t{0};

size_t DecodeRun(const uint8_t* base, uint64_t limit, size_t first, size_t count,
                 XorState* out_state, TimestampMs* times, double* values) {
  XorState state = *out_state;
  size_t i = first;
  while (i < count && state.position < limit) {
    uint64_t bits = Peek57(base, state.position);
    if (static_cast<int64_t>(bits) >= 0) [[likely]] {
      if (static_cast<int64_t>(bits << 1) >= 0) {
        // Pairs of zero bits are samples like the one before: a constant series is a run of them.
        const auto zeros =
            static_cast<size_t>(bits == 0 ? 56 : std::min(56, std::countl_zero(bits)));
        const size_t run = std::min(zeros / 2, count - i);
        const double value = std::bit_cast<double>(state.value);
        for (size_t k = 0; k < run; ++k) {
          state.time += state.delta;
          times[i + k] = static_cast<TimestampMs>(state.time);
          values[i + k] = value;
        }
        state.position += run * 2;
        i += run;
        continue;
      }
      state.position += 1;
      bits <<= 1;
    } else {
      state.delta += ReadDod(base, bits, &state.position);
      bits = Peek57(base, state.position);
    }
    state.time += state.delta;
    if (static_cast<int64_t>(bits) >= 0) {
      state.position += 1;
    } else if (!ReadChange(base, bits, &state)) [[unlikely]] {
      return kMalformed;
    }
    times[i] = static_cast<TimestampMs>(state.time);
    values[i] = std::bit_cast<double>(state.value);
    ++i;
  }
  *out_state = state;
  return i;
}

Status Malformed(std::string_view data) {
  return DataLossError(fmt::format("XOR chunk: malformed sample: {} bytes, {} samples claimed",
                                   data.size(), XorCount(data)));
}

}  // namespace

Status DecodeXor(std::string_view data, size_t count, TimestampMs* times, double* values) {
  if (count == 0) return OkStatus();
  if (count > XorCount(data)) return Malformed(data);
  // The first two samples are coded another way, and once a chunk.
  BitReader reader(data.substr(2));
  XorState state;
  state.time = static_cast<uint64_t>(reader.Varint());
  state.value = reader.Bits(64);
  times[0] = static_cast<TimestampMs>(state.time);
  values[0] = std::bit_cast<double>(state.value);
  XorWindow window;
  if (count > 1) {
    state.delta = reader.Uvarint();
    state.time += state.delta;
    reader.Xor(&state.value, &window);
    times[1] = static_cast<TimestampMs>(state.time);
    values[1] = std::bit_cast<double>(state.value);
  }
  if (!reader.ok()) return Malformed(data);
  if (count <= 2) return OkStatus();
  state.significant = window.significant;
  state.trailing = window.trailing;
  state.position = data.size() * 8 - reader.remaining();

  size_t done = 2;
  const auto* base = reinterpret_cast<const uint8_t*>(data.data());
  if (data.size() > kSampleBytesMax) {
    done = DecodeRun(base, (data.size() - kSampleBytesMax) * 8, done, count, &state, times, values);
    if (done == kMalformed) return Malformed(data);
    if (done == count) return OkStatus();
  }
  // The tail, from a copy with room behind it. Its zeros read as samples that do not change: a
  // position beyond the end says that they were read.
  uint8_t padded[3 * kSampleBytesMax] = {};
  const size_t tail_begin = static_cast<size_t>(state.position / 8);
  const size_t tail_size = data.size() - tail_begin;
  CHECK(tail_size <= kSampleBytesMax);
  std::memcpy(padded, data.data() + tail_begin, tail_size);
  state.position &= 7;
  done = DecodeRun(padded, tail_size * 8, done, count, &state, times, values);
  if (done != count || state.position > tail_size * 8) return Malformed(data);
  return OkStatus();
}

void XorAppender::Append(TimestampMs time, double value) {
  DCHECK(count_ < kXorSamplesMax);
  const auto bits = std::bit_cast<uint64_t>(value);
  const uint64_t delta = static_cast<uint64_t>(time) - static_cast<uint64_t>(time_);
  if (count_ == 0) {
    writer_.Varint(time);
    writer_.Bits(bits, 64);
  } else if (count_ == 1) {
    writer_.Uvarint(delta);
    writer_.Xor(bits, value_, &window_);
    delta_ = delta;
  } else {
    const auto dod = static_cast<int64_t>(delta - delta_);
    if (dod == 0) {
      writer_.Bits(0, 1);
    } else if (FitsSigned(dod, 14)) {
      writer_.Bits(uint64_t{0b10} << 14 | (static_cast<uint64_t>(dod) & 0x3fff), 16);
    } else if (FitsSigned(dod, 17)) {
      writer_.Bits(uint64_t{0b110} << 17 | (static_cast<uint64_t>(dod) & 0x1ffff), 20);
    } else if (FitsSigned(dod, 20)) {
      writer_.Bits(uint64_t{0b1110} << 20 | (static_cast<uint64_t>(dod) & 0xfffff), 24);
    } else {
      writer_.Bits(0b1111, 4);
      writer_.Bits(static_cast<uint64_t>(dod), 64);
    }
    writer_.Xor(bits, value_, &window_);
    delta_ = delta;
  }
  time_ = time;
  value_ = bits;
  ++count_;
  char* header = writer_.mutable_bytes()->data();
  header[0] = static_cast<char>(count_ >> 8);
  header[1] = static_cast<char>(count_ & 0xff);
}

std::string XorAppender::Take() {
  std::string bytes = std::move(*writer_.mutable_bytes());
  *this = XorAppender();
  return bytes;
}

}  // namespace aion::chunk
