#include "chunk/aggregate.h"

#include <fmt/core.h>

#include "base/bytes.h"

namespace aion::chunk {

std::string_view AggregateSlotName(AggregateSlot slot) {
  static constexpr std::array<std::string_view, kAggregateSlotCount> kNames = {
      "count", "sum", "min", "max", "counter"};
  return kNames[static_cast<size_t>(slot)];
}

StatusOr<AggregateSlots> SplitAggregate(std::string_view data) {
  AggregateSlots slots;
  ByteCursor cursor(data);
  for (size_t i = 0; i < kAggregateSlotCount; ++i) {
    const uint64_t size = cursor.Uvarint();
    if (cursor.ok() && size == 0) continue;
    slots[i].encoding = static_cast<Encoding>(cursor.U8());
    slots[i].data = cursor.Bytes(size);
    if (!cursor.ok() || !slots[i].present()) {
      return DataLossError(fmt::format("aggregate chunk: invalid size or encoding: {} of {} bytes",
                                       AggregateSlotName(static_cast<AggregateSlot>(i)),
                                       data.size()));
    }
  }
  return slots;
}

void AppendAggregate(const AggregateSlots& slots, std::string* out) {
  for (const AggregatePart& part : slots) {
    if (!part.present()) {
      PutUvarint(out, 0);
      continue;
    }
    PutUvarint(out, part.data.size());
    PutU8(out, static_cast<uint8_t>(part.encoding));
    out->append(part.data);
  }
}

}  // namespace aion::chunk
