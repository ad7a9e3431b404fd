#include <fmt/core.h>

#include <bit>

#include "chunk/start_times.h"
#include "chunk/xor.h"

namespace aion::chunk {
namespace {

constexpr size_t kHeaderSize = 3;  // be16 count, start timestamp header.
constexpr uint64_t kStaleNan = 0x7ff0000000000002ULL;

struct Xor2State {
  uint64_t time = 0;
  uint64_t delta = 0;
  uint64_t value = 0;  // Of the sample.
  uint64_t baseline =
      0;  // What changes are applied to: the last value that was no staleness marker.
  XorWindow window;
};

int64_t ReadTwosComplement(BitReader* reader, unsigned count) {
  return static_cast<int64_t>(reader->Bits(count) << (64 - count)) >> (64 - count);
}

void ReadWindowed(BitReader* reader, bool new_window, Xor2State* state) {
  reader->XorBits(new_window, &state->baseline, &state->window);
  state->value = state->baseline;
}

/// 0 unchanged, 10 change in the old window, 110 change in a new window, 111 stale.
void ReadValue(BitReader* reader, Xor2State* state) {
  if (reader->Bit() == 0) {
    state->value = state->baseline;
  } else if (reader->Bit() == 0) {
    ReadWindowed(reader, false, state);
  } else if (reader->Bit() == 0) {
    ReadWindowed(reader, true, state);
  } else {
    state->value = kStaleNan;
  }
}

void ReadDodAndValue(BitReader* reader, unsigned dod_bits, Xor2State* state) {
  state->delta += static_cast<uint64_t>(ReadTwosComplement(reader, dod_bits));
  state->time += state->delta;
  ReadValue(reader, state);
}

/// Samples from the third on share their control bits between time and value.
void ReadJoint(BitReader* reader, Xor2State* state) {
  unsigned ones = 0;
  while (ones < 5 && reader->Bit() == 1) ++ones;
  switch (ones) {
    case 2:
      return ReadDodAndValue(reader, 13, state);
    case 3:
      return ReadDodAndValue(reader, 20, state);
    case 4:
      return ReadDodAndValue(reader, 64, state);
    default:
      break;
  }
  state->time += state->delta;
  if (ones == 0) {
    state->value = state->baseline;
  } else if (ones == 1) {
    ReadWindowed(reader, reader->Bit() == 1, state);
  } else {
    state->value = kStaleNan;
  }
}

void ReadFirst(BitReader* reader, Xor2State* state) {
  state->time = static_cast<uint64_t>(reader->Varint());
  state->value = reader->Bits(64);
  if (state->value != kStaleNan) state->baseline = state->value;
}

void ReadSecond(BitReader* reader, Xor2State* state) {
  state->delta = reader->Uvarint();
  state->time += state->delta;
  ReadValue(reader, state);
}

}  // namespace

Status DecodeXor2(std::string_view data, size_t count, TimestampMs* times, double* values,
                  TimestampMs* start_times) {
  if (count == 0) return OkStatus();
  const auto malformed = [&] {
    return DataLossError(fmt::format("XOR2 chunk: malformed sample: {} bytes, {} samples claimed",
                                     data.size(), XorCount(data)));
  };
  if (data.size() < kHeaderSize || count > XorCount(data)) return malformed();
  BitReader reader(data.substr(kHeaderSize));
  StartTimeReader start_time_reader(static_cast<uint8_t>(data[2]));
  Xor2State state;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t time_before = state.time;
    if (i == 0) {
      ReadFirst(&reader, &state);
    } else if (i == 1) {
      ReadSecond(&reader, &state);
    } else {
      ReadJoint(&reader, &state);
    }
    const TimestampMs start_time = start_time_reader.Next(&reader, i, state.time, time_before);
    if (!reader.ok()) return malformed();
    times[i] = static_cast<TimestampMs>(state.time);
    values[i] = std::bit_cast<double>(state.value);
    if (start_times != nullptr) start_times[i] = start_time;
  }
  return OkStatus();
}

}  // namespace aion::chunk
